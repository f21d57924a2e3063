import { isDeepStrictEqual } from "node:util";

import type { Causality } from "../../consistency/versionVector";
import type { AttributeMap } from "../codec/itemSize";
import type { Stamp } from "../stored";
import { conflictPrefix } from "./conflictRecord";
import { stampOf } from "./join";

/** What a table's stream tells of one item in one region. */
export interface Change {
    readonly key: AttributeMap;
    readonly before: AttributeMap | undefined;
    readonly after: AttributeMap | undefined;
    /** When it happened there, seconds since the epoch. */
    readonly atSeconds: number;
}

/** What a change means. */
export type Verdict =
    /** As it should be: the later version came after the earlier one. */
    | { readonly kind: "in-order" }
    /** No item of the store's: whether something was lost, nobody can say. */
    | { readonly kind: "unversioned" }
    /** Deleted because its time was over. */
    | { readonly kind: "expired" }
    /** Deleted by hand, or with a deletion that had not seen its last write: the store itself never does. */
    | { readonly kind: "deleted"; readonly lost: AttributeMap; readonly stamp: Stamp }
    /** One of two versions overwrote the other without having seen it. */
    | {
          readonly kind: "conflict";
          readonly before: AttributeMap;
          readonly after: AttributeMap;
          /** How the version after stands to the one before. */
          readonly causality: Exclude<Causality, "after">;
      };

/**
 * Judges one change. A global table keeps the later of two concurrent writes and says nothing. But the
 * region where the loser was made sees its item turn into the winner: an old version that the new one does
 * not come after. So every region judges its own stream, and of every conflict at least one region knows.
 *
 * It trusts that a region uses each of its counters once. A region that writes on top of what overwrote it,
 * before the two are joined, would use one twice, and its write would pass for the lost one. The store's do
 * not: an item has one writer, and a home goes back to a region only once all that was written is there.
 *
 * @throws CorruptItemError, UnknownKindError for an item of the store's that is damaged
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
 */
export function judge({ key, before, after, atSeconds }: Change): Verdict {
    const partition = key["pk"]?.S ?? "";
    if (partition.startsWith(conflictPrefix) || isOfHome(partition, after ?? before)) {
        // Each of them has one writer, which knows what it overwrites.
        return { kind: "in-order" };
    }
    if (after === undefined) {
        const stamp = before && stampOf(before);
        if (before === undefined || stamp === undefined) {
            return { kind: "unversioned" };
        }
        const expiresAt = Number(before["expiresAt"]?.N ?? Number.POSITIVE_INFINITY);
        return expiresAt <= atSeconds
            ? { kind: "expired" }
            : { kind: "deleted", lost: before, stamp };
    }
    const next = stampOf(after);
    const last = before && stampOf(before);
    if (next === undefined || (before !== undefined && last === undefined)) {
        return { kind: "unversioned" };
    }
    if (before === undefined || last === undefined) {
        return { kind: "in-order" };
    }
    const causality = next.version.compare(last.version);
    return causality === "after" || (causality === "equal" && isDeepStrictEqual(before, after))
        ? { kind: "in-order" }
        : { kind: "conflict", before, after, causality };
}

/** A record of who keeps a home, what was written while it was away, or how much of that has arrived. */
function isOfHome(partition: string, item: AttributeMap | undefined): boolean {
    const kind = item?.["kind"]?.S ?? "";
    return partition.startsWith("HOME#") && ["owner", "away", "caughtUp"].includes(kind);
}
