import type { AttributeMap } from "../codec/itemSize";
import { joinItems, stampedItem, stampOf } from "../conflicts/join";
import { itemDigest } from "./rangeDigests";

/**
 * How the copies of an item that differ stand to each other.
 *
 * - `behind`: one comes after all others; some regions do not have it.
 * - `concurrent`: none does; what merges is merged, of the rest one stays.
 * - `ambiguous`: two contents under one version.
 * - `unversioned`: not all of them are items of the store.
 * - `damaged`: not all of them are in the store's form.
 */
export type Relation = "behind" | "concurrent" | "ambiguous" | "unversioned" | "damaged";

/** @param copies by region; undefined where there is none, and at least one that there is */
export function relationOf(copies: readonly (AttributeMap | undefined)[]): Relation {
    const present = copies.filter((item) => item !== undefined);
    try {
        const stamps = present.map(stampOf);
        const versions = stamps.flatMap((stamp) => (stamp === undefined ? [] : [stamp.version]));
        if (versions.length < present.length) {
            return "unversioned";
        }
        const contents = new Map<string, string>();
        for (const item of present) {
            const version = item["version"]?.S ?? "";
            const digest = itemDigest(item).toString("base64");
            if ((contents.get(version) ?? digest) !== digest) {
                return "ambiguous";
            }
            contents.set(version, digest);
        }
        return versions.some((one) => versions.every((other) => one.covers(other)))
            ? "behind"
            : "concurrent";
    } catch {
        return "damaged";
    }
}

/** An item that comes after all copies. */
export interface JoinedCopies {
    /** In the form it is stored in. */
    readonly item: AttributeMap;
    /** The copy whose value it has, if one had to be chosen. */
    readonly kept: AttributeMap;
    /** Copies whose values are neither in it nor in what came before it. */
    readonly lost: readonly AttributeMap[];
}

/**
 * Joins copies, one or more, of which no two have one version with two contents. The result does not depend
 * on their order.
 *
 * @throws CorruptItemError, UnknownKindError
 */
export function joinCopies(copies: readonly (AttributeMap | undefined)[]): JoinedCopies {
    const versions = new Map(
        copies
            .filter((item) => item !== undefined)
            .map((item) => [item["version"]?.S, stampedItem(item)]),
    );
    // What another one came after is in that one's past, and has not been lost.
    const [first, ...others] = [...versions.values()]
        .filter(
            ({ stamp }) =>
                ![...versions.values()].some(
                    (other) => other.stamp.version.compare(stamp.version) === "after",
                ),
        )
        .map(({ item }) => item);
    if (first === undefined) {
        throw new RangeError("of no copies at all nothing can be joined");
    }
    // Not the joined item but a copy as it was written is what stays or gives way.
    const kept = others.reduce(
        (best, item) => (joinItems(best, item).lost === "a" ? item : best),
        first,
    );
    const rest = [first, ...others].filter((item) => item !== kept);
    return {
        item: rest.reduce((joined, item) => joinItems(joined, item).item, kept),
        kept,
        lost: rest.filter((item) => joinItems(kept, item).lost !== undefined),
    };
}
