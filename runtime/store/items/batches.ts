import { batchGet } from "../calls/batchGet";
import type { Nearest } from "../calls/nearest";
import type { AttributeMap } from "../codec/itemSize";
import { checkKey, regionalKey, type Key } from "../keys";
import { modeOf, type HomeKind, type Kind, type MergeableKind } from "../kinds";
import type { Read, Sight } from "../results";
import { replicaOf, type StoreContext } from "./context";
import { homeSight } from "./homeItems";
import { mergeRegional, sightOf } from "./mergeableItems";

export interface BatchKey<K extends Kind> {
    readonly kind: K;
    readonly key: Key;
}

/** Reads many items in the nearest region, each with an answer of its own. @throws StoreInputError */
export async function batchRead(
    context: StoreContext,
    nearest: Nearest,
    keys: readonly BatchKey<Kind>[],
): Promise<readonly Read<unknown>[]> {
    const wanted = keys.map(({ kind, key }) => {
        checkKey(kind, key);
        return modeOf(kind) === "home-region"
            ? [key]
            : context.writers.map((region) => regionalKey(key, region));
    });
    const { caller, clock } = context;
    const replica = replicaOf(context, nearest.current);
    const batch = await batchGet(caller, clock, replica, wanted.flat());
    return keys.map(({ kind, key }, at): Read<unknown> => {
        const parts = wanted[at] ?? [];
        if (parts.some((part) => batch.isMissing(part))) {
            return { kind: "unavailable", reason: batch.reason };
        }
        const stored = parts.map((part) => batch.item(part)).filter((item) => item !== undefined);
        const { value, version, region } = sight(context, kind, key, stored, nearest.current);
        return value === undefined
            ? { kind: "absent", version, region }
            : { kind: "found", value, version, region };
    });
}

function sight(
    { homes }: StoreContext,
    kind: Kind,
    key: Key,
    stored: readonly AttributeMap[],
    region: string,
): Sight<unknown> {
    return modeOf(kind) === "home-region"
        ? homeSight(kind as HomeKind, key, homes, stored[0], region)
        : sightOf(kind as MergeableKind, mergeRegional(kind as MergeableKind, key, stored), region);
}
