import { UnavailableError } from "../calls/caller";
import type { Nearest } from "../calls/nearest";
import type { AttributeMap } from "../codec/itemSize";
import { checkKey, regionalKey, type Key } from "../keys";
import { modeOf, type HomeKind, type Kind, type MergeableKind } from "../kinds";
import type { Read, Sight } from "../results";
import { storedKey } from "../stored";
import { replicaOf, type StoreContext } from "./context";
import { homeSight } from "./homeItems";
import { mergeRegional, sightOf } from "./mergeableItems";

export interface BatchKey<K extends Kind> {
    readonly kind: K;
    readonly key: Key;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const mostBatchKeys = 100;

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
    const { items, missing, reason } = await fetch(context, nearest.current, wanted.flat());
    return keys.map(({ kind, key }, at): Read<unknown> => {
        const parts = wanted[at] ?? [];
        if (parts.some((part) => missing.has(textOf(part)))) {
            return { kind: "unavailable", reason };
        }
        const stored = parts
            .map((part) => items.get(textOf(part)))
            .filter((item) => item !== undefined);
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

/** What a region has of some keys, and which of them it did not get to. */
async function fetch(context: StoreContext, region: string, keys: readonly Key[]) {
    const { caller, clock } = context;
    const deadlineMs = caller.deadline();
    const replica = replicaOf(context, region);
    const items = new Map<string, AttributeMap>();
    // One key twice in a batch is refused.
    let left = [...new Map(keys.map((key) => [textOf(key), key])).values()];
    let reason = "";
    for (let made = 1; left.length > 0;) {
        try {
            const now = left.slice(0, mostBatchKeys);
            const answer = await caller.call(
                region,
                (signal) => replica.batchGet(now, false, signal),
                deadlineMs,
            );
            answer.items.forEach((item) => items.set(textOf(storedKey(item)), item));
            left = [...answer.left, ...left.slice(mostBatchKeys)];
            if (answer.left.length === 0) {
                made = 1;
                continue;
            }
        } catch (error) {
            if (!(error instanceof UnavailableError)) {
                throw error;
            }
            reason = error.message;
            break;
        }
        reason = `${region} has no capacity for it`;
        const waitMs = caller.backoffMs(made++);
        if (made > caller.limits.attempts || clock.now() + waitMs >= deadlineMs) {
            break;
        }
        await clock.sleep(waitMs);
    }
    return { items, missing: new Set(left.map(textOf)), reason };
}

function textOf({ pk, sk }: Key): string {
    return `${pk}\n${sk}`;
}
