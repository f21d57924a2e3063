import type { Store, StoredResource } from "../../world/store";
import { flag, text } from "../support/known";
import { keyOfCopy, regionsOfTable, replicaOf, tableType } from "./replicas";

/** The stream of one region's copy of a table. */
export interface TableStream {
    readonly arn: string;
    readonly table: string;
    readonly region: string;
    /** `NEW_AND_OLD_IMAGES` and so on. */
    readonly viewType: string;
    /** Key that encrypts the copy, and its stream with it; undefined for one of AWS's own. */
    readonly keyArn: string | undefined;
}

/** `arn:aws:dynamodb:<region>:<account>:table/<name>/stream/<label>`. */
export const tableStreamArn =
    /^arn:aws:dynamodb:[a-z0-9-]+:\d{12}:table\/[\w.-]{3,255}\/stream\/[\dT:.-]+$/;

/** The stream that a region's copy of the table has at present; every copy has one of its own. */
export function streamIn(
    store: Store,
    table: StoredResource,
    region: string,
): TableStream | undefined {
    const { outputs } = table;
    const label = text(outputs, "streamLabel") ?? "";
    if (
        flag(outputs, "streamEnabled") !== true ||
        label === "" ||
        !regionsOfTable(store, table).includes(region)
    ) {
        return undefined;
    }
    const copy = replicaOf(store, table, region);
    const own = (text(outputs, "arn") ?? "").replace(/^(arn:aws:dynamodb:)[^:]+/, `$1${region}`);
    return {
        arn: text(copy, "streamArn") ?? `${own}/stream/${label}`,
        table: table.id,
        region,
        viewType: text(outputs, "streamViewType") ?? "",
        keyArn: keyOfCopy(store, table, region),
    };
}

/** The stream behind an ARN; undefined when no table has it, or has it no more. */
export function findTableStream(store: Store, arn: string): TableStream | undefined {
    const [, , , region = ""] = arn.split(":");
    for (const table of store.list(tableType)) {
        const stream = streamIn(store, table, region);
        if (stream?.arn === arn) {
            return stream;
        }
    }
    return undefined;
}
