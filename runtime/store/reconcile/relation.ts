import type { AttributeMap } from "../codec/itemSize";
import { joinItems, stampOf } from "../conflicts/join";
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

/** What comes after all copies. @throws CorruptItemError, UnknownKindError */
export function joinedOf(copies: readonly (AttributeMap | undefined)[]): AttributeMap {
    return copies
        .filter((item) => item !== undefined)
        .reduce((joined, item) => joinItems(joined, item).item);
}
