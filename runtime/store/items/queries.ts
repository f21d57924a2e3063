import type { QueryCommandInput } from "@aws-sdk/client-dynamodb";

import type { HedgedReads } from "../calls/hedged";
import type { AttributeMap } from "../codec/itemSize";
import { StoreInputError } from "../errors";
import type { JsonObject } from "../json";
import { splitRegionalKey, type Key } from "../keys";
import type { HomeKind, MergeableKind, Values } from "../kinds";
import type { Page } from "../results";
import { storedKey } from "../stored";
import { replicaOf, type StoreContext } from "./context";
import { cursorAfter, startOf } from "./cursor";
import { homeSight } from "./homeItems";
import { mergeRegional, sightOf } from "./mergeableItems";

export interface QueryOptions {
    /** What sort keys begin with. @default anything */
    readonly prefix?: string;
    /** Looks for `pk` in the index instead, which a kind may have. @default false */
    readonly index?: boolean;
    /** Most items of a page, from 1 to 1000. @default 100 */
    readonly limit?: number;
    /** Of the page before. @default the first page */
    readonly cursor?: string;
}

/** A page of items that have a home. @throws StoreInputError, CorruptItemError, UnavailableError */
export async function queryHome(
    context: StoreContext,
    hedged: HedgedReads,
    kind: HomeKind,
    pk: string,
    options: QueryOptions,
): Promise<Page<JsonObject>> {
    const limit = limitOf(options);
    const items: Page<JsonObject>["items"][number][] = [];
    let last: AttributeMap | undefined;
    for await (const stored of walk(context, hedged, kind, pk, options)) {
        if (items.length === limit && last !== undefined) {
            return { items, cursor: cursorAfter(last, options.index ?? false) };
        }
        last = stored;
        const key = storedKey(stored);
        const { value, version } = homeSight(kind, key, context.homes, stored, "");
        if (value !== undefined) {
            items.push({ key, value, version });
        }
    }
    return { items, cursor: undefined };
}

/** A page of items that merge. @throws StoreInputError, CorruptItemError, UnavailableError */
export async function queryMergeable<K extends MergeableKind>(
    context: StoreContext,
    hedged: HedgedReads,
    kind: K,
    pk: string,
    options: QueryOptions,
): Promise<Page<Values[K]>> {
    const limit = limitOf(options);
    if (options.index === true) {
        throw new StoreInputError(`a ${kind} has no index: leave "index" out`);
    }
    const items: Page<Values[K]>["items"][number][] = [];
    let group: { readonly key: Key; readonly stored: AttributeMap[] } | undefined;
    const close = (): void => {
        if (group !== undefined) {
            const merged = mergeRegional(kind, group.key, group.stored);
            const { value, version } = sightOf(
                kind,
                merged,
                context.replicas.keys().next().value ?? "",
            );
            items.push({ key: group.key, value: value as Values[K], version });
        }
    };
    for await (const stored of walk(context, hedged, kind, pk, options)) {
        const key = splitRegionalKey(storedKey(stored))?.key ?? storedKey(stored);
        if (group?.key.sk === key.sk) {
            group.stored.push(stored);
            continue;
        }
        close();
        if (items.length === limit && group !== undefined) {
            return { items, cursor: cursorAfter(group.stored.at(-1) ?? stored, false) };
        }
        group = { key, stored: [stored] };
    }
    close();
    return { items, cursor: undefined };
}

/** Every item of a kind under a key, page by page. */
async function* walk(
    context: StoreContext,
    hedged: HedgedReads,
    kind: string,
    pk: string,
    { prefix = "", index = false, cursor }: QueryOptions,
): AsyncGenerator<AttributeMap> {
    const [hash, range] = index ? (["gsi1pk", "gsi1sk"] as const) : (["pk", "sk"] as const);
    const query: Omit<QueryCommandInput, "TableName"> = {
        ...(index ? { IndexName: "gsi1" } : {}),
        KeyConditionExpression: `#hash = :pk${prefix === "" ? "" : " AND begins_with(#range, :prefix)"}`,
        FilterExpression: "#kind = :kind",
        ExpressionAttributeNames: {
            "#hash": hash,
            "#kind": "kind",
            ...(prefix === "" ? {} : { "#range": range }),
        },
        ExpressionAttributeValues: {
            ":pk": { S: pk },
            ":kind": { S: kind },
            ...(prefix === "" ? {} : { ":prefix": { S: prefix } }),
        },
    };
    let start = cursor === undefined ? undefined : startOf(cursor, index);
    do {
        const { result } = await hedged.read(
            (region, signal) =>
                replicaOf(context, region).query(
                    { ...query, ...(start === undefined ? {} : { ExclusiveStartKey: start }) },
                    signal,
                ),
            context.caller.deadline(),
        );
        yield* result.items;
        start = result.next;
    } while (start !== undefined);
}

function limitOf({ limit = 100 }: QueryOptions): number {
    if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
        throw new StoreInputError(`a page cannot have ${limit} items: it has 1 to 1000`);
    }
    return limit;
}
