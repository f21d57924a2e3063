import type { AttributeMap } from "./engine";

/** One item that a write touches. */
export interface TouchedItem {
    readonly table: string;
    readonly key: AttributeMap;
}

type Input = Readonly<Record<string, unknown>>;

/** Table name of a request that may name the table by ARN. */
export function tableNameOf(nameOrArn: unknown): string {
    return String(nameOrArn).split(":table/").pop()?.split("/")[0] ?? "";
}

/** The key attributes of an item. */
export function keyOf(item: AttributeMap, keyAttributes: readonly string[]): AttributeMap {
    return Object.fromEntries(
        keyAttributes.flatMap((name) => {
            const value = item[name];
            return value === undefined ? [] : [[name, value] as const];
        }),
    );
}

/** The key as text: the same for the same key, whatever the order of its attributes. */
export function keyText(key: AttributeMap): string {
    return JSON.stringify(Object.entries(key).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The item a single-item write touches; `keyAttributes` are those of its table. */
export function touchedByWrite(
    action: "PutItem" | "UpdateItem" | "DeleteItem",
    input: Input,
    keyAttributes: readonly string[],
): TouchedItem {
    return {
        table: tableNameOf(input["TableName"]),
        key:
            action === "PutItem"
                ? keyOf(input["Item"] as AttributeMap, keyAttributes)
                : (input["Key"] as AttributeMap),
    };
}

interface BatchRequest {
    readonly PutRequest?: { readonly Item: AttributeMap };
    readonly DeleteRequest?: { readonly Key: AttributeMap };
}

/** The items a `BatchWriteItem` touches. */
export function touchedByBatch(
    input: Input,
    keyAttributesOf: (table: string) => readonly string[],
): readonly TouchedItem[] {
    const requests = input["RequestItems"] as Readonly<Record<string, readonly BatchRequest[]>>;
    return Object.entries(requests).flatMap(([name, list]) => {
        const table = tableNameOf(name);
        return list.flatMap(({ PutRequest, DeleteRequest }) => {
            const key =
                PutRequest === undefined
                    ? DeleteRequest?.Key
                    : keyOf(PutRequest.Item, keyAttributesOf(table));
            return key === undefined ? [] : [{ table, key }];
        });
    });
}
