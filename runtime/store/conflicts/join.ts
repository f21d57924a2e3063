import { isDeepStrictEqual } from "node:util";

import { compareTimestamps } from "../../consistency/hybridClock";
import { compareText } from "../../consistency/replica";
import type { AttributeMap } from "../codec/itemSize";
import { CorruptItemError } from "../errors";
import { describeKey, splitRegionalKey } from "../keys";
import { mergeableKind, modeOf, type Kind, type MergeableKind } from "../kinds";
import {
    mostOperations,
    parseHome,
    parseRegional,
    serialiseHome,
    serialiseRegional,
    storedKey,
    type HomeItem,
    type RegionalItem,
    type Stamp,
} from "../stored";

/** Two versions of an item as one that comes after both. */
export interface Joined {
    /** In the form it is stored in. */
    readonly item: AttributeMap;
    /** The version whose value is not in it; undefined when both are. */
    readonly lost: "a" | "b" | undefined;
}

/**
 * An item of the store; undefined for one that is not: without a version nobody can say what was lost.
 *
 * @throws CorruptItemError, UnknownKindError for one that says it is, and is not in the store's form
 */
export function stampOf(item: AttributeMap): Stamp | undefined {
    if (item["kind"] === undefined || item["version"] === undefined) {
        return undefined;
    }
    return modeOf(item["kind"].S ?? "") === "home-region" ? parseHome(item) : parseRegional(item);
}

/** An item with its stamp. @throws TypeError for one that is not the store's */
export function stampedItem(item: AttributeMap): {
    readonly item: AttributeMap;
    readonly stamp: Stamp;
} {
    const stamp = stampOf(item);
    if (stamp === undefined) {
        throw new TypeError("a conflict is between items of the store");
    }
    return { item, stamp };
}

/**
 * Joins two versions of one item by its kind. What merges is merged. Of what has a home one value remains:
 * that of the later epoch, whose writer knew that the other one was out of office, and of the later time
 * within an epoch; which of the two it is says `lost`. The vector is that of both, so that the result comes
 * after both, and so that the same two make the same one wherever, and however often, they are joined.
 *
 * @throws CorruptItemError, OversizedItemError, UnknownKindError
 */
export function joinItems(a: AttributeMap, b: AttributeMap): Joined {
    const key = storedKey(a);
    const kind = a["kind"]?.S ?? "";
    if (b["kind"]?.S !== kind) {
        throw new CorruptItemError(
            describeKey(kind, key),
            `its other version says that it is a ${b["kind"]?.S}`,
        );
    }
    return modeOf(kind) === "home-region"
        ? joinHome(parseHome(a), parseHome(b), [a, b])
        : { item: joinRegional(kind as MergeableKind, a, b), lost: undefined };
}

function joinHome(a: HomeItem, b: HomeItem, stored: readonly [AttributeMap, AttributeMap]): Joined {
    const key = storedKey(stored[0]);
    if (a.home !== b.home) {
        throw new CorruptItemError(
            describeKey(a.kind, key),
            `its versions have two homes, ${a.home} and ${b.home}`,
        );
    }
    const [kept, lost] = comesAfter(a, b) ? [a, "b" as const] : [b, "a" as const];
    return {
        // The operations of the other one are not in it: who repeats one of them must not be told it is done.
        item: serialiseHome(key, { ...kept, version: a.version.merge(b.version) }),
        lost: isSuperseded(a, b) || isDeepStrictEqual(...stored) ? undefined : lost,
    };
}

/** Whether one of the two was written by somebody who had seen the other. */
function isSuperseded(a: Stamp, b: Stamp): boolean {
    return ["before", "after"].includes(a.version.compare(b.version));
}

function comesAfter(a: HomeItem, b: HomeItem): boolean {
    if (isSuperseded(a, b)) {
        return a.version.compare(b.version) === "after";
    }
    const order =
        a.epoch - b.epoch ||
        compareTimestamps(a.at, b.at) ||
        compareText(a.origin, b.origin) ||
        compareText(JSON.stringify(a.value ?? null), JSON.stringify(b.value ?? null));
    return order > 0;
}

function joinRegional(
    kind: MergeableKind,
    first: AttributeMap,
    second: AttributeMap,
): AttributeMap {
    const key = storedKey(first);
    const [a, b] = [parseRegional(first), parseRegional(second)];
    const { type } = mergeableKind(kind);
    const decode = (item: RegionalItem): unknown => {
        try {
            return type.codec.decode(item.state);
        } catch (error) {
            throw new CorruptItemError(describeKey(kind, key), (error as Error).message, error);
        }
    };
    const [later, earlier] = compareTimestamps(a.at, b.at) >= 0 ? [a, b] : [b, a];
    const ends = [a.expiresAt, b.expiresAt].filter((end) => end !== undefined);
    return serialiseRegional(key, {
        kind,
        version: a.version.merge(b.version),
        at: later.at,
        origin: later.origin,
        operations: [...new Set([...later.operations, ...earlier.operations])].slice(
            0,
            mostOperations,
        ),
        state: type.codec.encode(type.merge(decode(a), decode(b))),
        ...(ends.length === 0 ? {} : { expiresAt: Math.max(...ends) }),
    });
}

/**
 * The one region whose replica may write the item: that of a merging item's own key; undefined for an item
 * with a home, whose owner changes.
 */
export function regionOfItem(kind: Kind, item: AttributeMap): string | undefined {
    return modeOf(kind) === "home-region" ? undefined : splitRegionalKey(storedKey(item))?.region;
}
