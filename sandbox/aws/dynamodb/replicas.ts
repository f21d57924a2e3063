import type { Props, Store, StoredResource } from "../../world/store";
import type { TypeContext } from "../resourceType";
import { record, records, text } from "../support/known";

export const tableType = "aws:dynamodb/table:Table";
export const replicaType = "aws:dynamodb/tableReplica:TableReplica";

/** Name of the table that an ARN is of. */
export function tableOfArn(arn: string): string {
    return arn.split(":table/").pop()?.split("/")[0] ?? "";
}

/** Replicas that are resources of their own, of the table that `home` makes. */
export function ownReplicas(store: Store, name: string, home: string): readonly StoredResource[] {
    return store.list(replicaType).filter(({ outputs }) => {
        const arn = text(outputs, "globalTableArn") ?? "";
        return tableOfArn(arn) === name && arn.split(":")[3] === home;
    });
}

/** Every region that holds a table, its home first. */
export function regionsOfTable(store: Store, table: StoredResource): readonly string[] {
    const inside = records(table.outputs, "replicas").flatMap(
        (replica) => text(replica, "regionName") ?? [],
    );
    const own = ownReplicas(store, table.id, table.region).map(({ region }) => region);
    return [...new Set([table.region, ...inside, ...own])];
}

/** What a replica's own resource, or its entry in the table's, says of it; undefined in the table's home. */
export function replicaOf(store: Store, table: StoredResource, region: string): Props | undefined {
    return (
        records(table.outputs, "replicas").find((one) => text(one, "regionName") === region) ??
        ownReplicas(store, table.id, table.region).find((one) => one.region === region)?.outputs
    );
}

/** Key of the account that encrypts a region's copy of a table; undefined when none of the account's does. */
export function keyOfCopy(store: Store, table: StoredResource, region: string): string | undefined {
    return region === table.region
        ? text(record(table.outputs, "serverSideEncryption"), "kmsKeyArn")
        : text(replicaOf(store, table, region), "kmsKeyArn");
}

/** The table that answers to the name in the region of the call, made there or replicated to it. */
export function tableIn(
    name: string,
    context: Pick<TypeContext, "store" | "region">,
): StoredResource | undefined {
    return context.store.find(
        tableType,
        (table) =>
            table.id === name && regionsOfTable(context.store, table).includes(context.region),
    );
}

/**
 * Whether a table takes replicas: its writes must be on demand or scaled.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_reqs_bestpractices.html
 */
export function isWriteScaled(name: string, context: Pick<TypeContext, "store" | "region">) {
    return context.store
        .list("aws:appautoscaling/target:Target", context.region)
        .some(
            ({ outputs }) =>
                text(outputs, "resourceId") === `table/${name}` &&
                text(outputs, "scalableDimension") === "dynamodb:table:WriteCapacityUnits",
        );
}
