import { records, text } from "../../aws/support/known";
import type { Props } from "../store";
import type { AttributeMap } from "./engine";
import type { TransactItem } from "./transaction";
import { tableNameOf } from "./writes";

type Input = Readonly<Record<string, unknown>>;

/** What somebody needs a permission for. */
export interface Need {
    /** Without `dynamodb:`. */
    readonly action: string;
    readonly table: string;
    readonly index?: string;
    /** Values of the partition keys, `dynamodb:LeadingKeys`; undefined when the request names none. */
    readonly partitions?: readonly string[];
}

/**
 * The permissions that an action needs: a batch one for each table, a transaction those of what it consists of.
 *
 * @param tableOf properties of the table of a name; undefined when there is none
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
export function needsOf(
    action: string,
    input: Input,
    tableOf: (name: string) => Props | undefined,
): readonly Need[] {
    const partition = (table: string, items: readonly (AttributeMap | undefined)[]) =>
        partitionsOf(text(tableOf(table) ?? {}, "hashKey"), items);
    const single = (does: string, of: Input): Need => {
        const table = tableNameOf(of["TableName"]);
        const item = (of["Item"] ?? of["Key"]) as AttributeMap | undefined;
        return { action: does, table, ...partition(table, [item]) };
    };
    switch (action) {
        case "GetItem":
        case "PutItem":
        case "UpdateItem":
        case "DeleteItem":
            return [single(action, input)];
        case "BatchGetItem":
        case "BatchWriteItem":
            return Object.entries((input["RequestItems"] ?? {}) as Record<string, unknown>).map(
                ([name, of]) => {
                    const table = tableNameOf(name);
                    return { action, table, ...partition(table, batchItems(of)) };
                },
            );
        case "TransactGetItems":
            return ((input["TransactItems"] ?? []) as readonly { readonly Get: Input }[]).map(
                ({ Get }) => single("GetItem", Get),
            );
        case "TransactWriteItems":
            return ((input["TransactItems"] ?? []) as readonly TransactItem[]).flatMap(
                ({ Put, Update, Delete, ConditionCheck }) => [
                    ...(Put === undefined ? [] : [single("PutItem", Put)]),
                    ...(Update === undefined ? [] : [single("UpdateItem", Update)]),
                    ...(Delete === undefined ? [] : [single("DeleteItem", Delete)]),
                    ...(ConditionCheck === undefined
                        ? []
                        : [single("ConditionCheckItem", ConditionCheck)]),
                ],
            );
        case "Query":
        case "Scan": {
            const table = tableNameOf(input["TableName"]);
            const index = input["IndexName"] as string | undefined;
            const of = indexOrTable(tableOf(table), index);
            const wanted = action === "Query" ? wantedPartition(text(of, "hashKey"), input) : [];
            return [
                {
                    action,
                    table,
                    ...(index === undefined ? {} : { index }),
                    ...(wanted.length === 0 ? {} : { partitions: wanted }),
                },
            ];
        }
        default:
            return [
                { action, table: tableNameOf(input["TableName"] ?? input["ResourceArn"] ?? "*") },
            ];
    }
}

function batchItems(of: unknown): readonly (AttributeMap | undefined)[] {
    return Array.isArray(of)
        ? (
              of as { PutRequest?: { Item: AttributeMap }; DeleteRequest?: { Key: AttributeMap } }[]
          ).map(({ PutRequest, DeleteRequest }) => PutRequest?.Item ?? DeleteRequest?.Key)
        : ((of as { readonly Keys?: readonly AttributeMap[] }).Keys ?? []);
}

function partitionsOf(
    hashKey: string | undefined,
    items: readonly (AttributeMap | undefined)[],
): Pick<Need, "partitions"> {
    const values = items.flatMap((item) =>
        hashKey === undefined || item?.[hashKey] === undefined ? [] : [valueText(item[hashKey])],
    );
    return values.length === 0 ? {} : { partitions: values };
}

/** Whose partition key a query names; a local index has the table's. */
function indexOrTable(table: Props = {}, index: string | undefined): Props {
    const global = records(table, "globalSecondaryIndexes");
    return global.find((one) => text(one, "name") === index) ?? table;
}

/** The partition that a key condition asks for: one, by equality. */
function wantedPartition(hashKey: string | undefined, input: Input): readonly string[] {
    const names = (input["ExpressionAttributeNames"] ?? {}) as Readonly<Record<string, string>>;
    const values = (input["ExpressionAttributeValues"] ?? {}) as AttributeMap;
    const condition = (input["KeyConditionExpression"] ?? "") as string;
    return [...condition.matchAll(/([#\w.-]+)\s*=\s*(:\w+)/g)].flatMap(
        ([, name = "", value = ""]) =>
            (names[name] ?? name) === hashKey && values[value] !== undefined
                ? [valueText(values[value])]
                : [],
    );
}

/** Keys are texts, numbers or binary values, and all three are texts on the wire. */
function valueText(value: AttributeMap[string]): string {
    return Object.values(value ?? {}).join("");
}
