import { createHash } from "node:crypto";

import type { AttributeMap } from "../codec/itemSize";
import type { Key } from "../keys";
import { keyAttributes, storedKey, type Stamp } from "../stored";

/** Partition keys of conflicts begin with it; the rest is the item's own. */
export const conflictPrefix = "CONFLICT#";
/** Key of the index `gsi1` that finds the conflicts of all items, by time. */
export const conflictIndexKey = "CONFLICT";

/** How a value was lost, or nearly. */
export type Cause =
    /** Two versions that had not seen each other. */
    | "concurrent"
    /** A version overwrote the one that was made from it: a clock was wrong, or an old copy was written back. */
    | "overwritten"
    /** Two contents under one version. */
    | "ambiguous"
    /** Deleted before its time. */
    | "deleted"
    /** Written under an epoch that was over, and arrived after its successor had begun. It is in the table. */
    | "late";

/** What became of the lost value. */
export type Outcome =
    /** It is here, and will be in the item once the region that writes it can be reached. */
    | "pending"
    /** It is in the item, merged with the other one. */
    | "merged"
    /** It is here and nowhere else. */
    | "recorded"
    /** It is in the item, and whoever read the item before has not seen it. */
    | "arrived";

/** A conflict, and the value that lost. */
export interface Conflict {
    readonly cause: Cause;
    readonly outcome: Outcome;
    readonly lost: { readonly item: AttributeMap; readonly stamp: Stamp };
    /** The version that is in its place; undefined when there is none. */
    readonly kept: Stamp | undefined;
    /** Region whose stream told of it; of a repair, the one that had written the lost value. */
    readonly detectedIn: string;
    /** When the item changed there, or was repaired, seconds since the epoch. */
    readonly atSeconds: number;
}

/** How long a conflict is kept, seconds: somebody has to have looked by then. */
export const conflictSeconds = 90 * 24 * 3600;

/** An item's bytes beside the lost value: keys of at most 2 KiB each, twice, and the rest. */
const roomBytes = 16 * 1024;
const mostPieceBytes = 400 * 1024 - roomBytes;

/** Names a conflict: the same for every region that sees it, and however often it is told. */
export function conflictId({ cause, lost, kept }: Conflict): string {
    const { pk, sk } = storedKey(lost.item);
    return createHash("sha256")
        .update(
            JSON.stringify([
                pk,
                sk,
                cause,
                String(lost.stamp.version),
                lost.stamp.operations,
                kept === undefined ? null : String(kept.version),
            ]),
        )
        .digest("hex")
        .slice(0, 32);
}

export function conflictKey(conflict: Conflict, piece = 0): Key {
    const { pk } = storedKey(conflict.lost.item);
    return {
        pk: `${conflictPrefix}${pk}`,
        // Each region its own: of two that write one item one would be lost.
        sk: `${conflictId(conflict)}#${conflict.detectedIn}#${piece}`,
    };
}

/**
 * The items that keep a conflict: the first says what happened, and all of them together have the lost
 * value as DynamoDB's JSON, which with what is said of it may be more than one item takes. The first one
 * is written last: with it the conflict is recorded.
 */
export function conflictItems(conflict: Conflict): readonly AttributeMap[] {
    const { cause, outcome, lost, kept, detectedIn, atSeconds } = conflict;
    const { pk, sk } = storedKey(lost.item);
    const pieces = piecesOf(JSON.stringify(lost.item));
    const common = (piece: number): AttributeMap => ({
        ...keyAttributes(conflictKey(conflict, piece)),
        kind: { S: "conflict" },
        expiresAt: { N: String(atSeconds + conflictSeconds) },
        lost: { S: pieces[piece] ?? "" },
    });
    return pieces.map((_, piece) =>
        piece > 0
            ? common(piece)
            : {
                  ...common(0),
                  pieces: { N: String(pieces.length) },
                  gsi1pk: { S: conflictIndexKey },
                  gsi1sk: { S: `${new Date(atSeconds * 1000).toISOString()}#${pk}`.slice(0, 1000) },
                  cause: { S: cause },
                  outcome: { S: outcome },
                  detectedIn: { S: detectedIn },
                  itemKind: { S: lost.stamp.kind },
                  itemKey: { M: { pk: { S: pk }, sk: { S: sk } } },
                  lostVersion: { S: String(lost.stamp.version) },
                  lostOrigin: { S: lost.stamp.origin },
                  ...(kept === undefined
                      ? {}
                      : {
                            keptVersion: { S: String(kept.version) },
                            keptOrigin: { S: kept.origin },
                        }),
              },
    );
}

/** The lost value of a conflict's items, in any order. @throws Error when a piece is missing */
export function lostItem(items: readonly AttributeMap[]): AttributeMap {
    const piece = (item: AttributeMap): number => Number(item["sk"]?.S?.split("#").pop());
    const sorted = [...items].sort((a, b) => piece(a) - piece(b));
    const pieces = Number(sorted[0]?.["pieces"]?.N);
    if (pieces !== sorted.length) {
        throw new Error(`the conflict has ${pieces} pieces, and ${sorted.length} are here`);
    }
    return JSON.parse(sorted.map((item) => item["lost"]?.S ?? "").join("")) as AttributeMap;
}

/** Text in pieces that an item has room for, cut between characters. */
function piecesOf(text: string): readonly string[] {
    const bytes = Buffer.from(text);
    const pieces: string[] = [];
    for (let from = 0; from < bytes.length;) {
        let to = Math.min(bytes.length, from + mostPieceBytes);
        // A byte of the form 10xxxxxx goes on with a character.
        while (to < bytes.length && ((bytes[to] ?? 0) & 0xc0) === 0x80) {
            to--;
        }
        pieces.push(bytes.subarray(from, to).toString());
        from = to;
    }
    return pieces;
}
