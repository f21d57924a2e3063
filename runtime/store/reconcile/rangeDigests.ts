import { createHash } from "node:crypto";

import type { AttributeValue } from "@aws-sdk/client-dynamodb";

import type { AttributeMap } from "../codec/itemSize";
import { compareText } from "../../consistency/replica";
import { storedKey } from "../stored";

/** Ranges that keys are shared out to: few items in each, and little to keep of all of them. */
export const rangeCount = 4096;
const digestBytes = 16;

/**
 * A digest for each range of keys, whatever the order in which its items come: two copies whose digests are
 * equal have the same items there. Takes 64 KiB, however large the table.
 *
 * The leaves of a Merkle tree, without the levels above: those save sending leaves between machines, and
 * here all copies are read from one place.
 */
export class RangeDigests {
    readonly #digests = Buffer.alloc(rangeCount * digestBytes);
    #items = 0;

    get items(): number {
        return this.#items;
    }

    add(item: AttributeMap): void {
        const from = rangeOf(item) * digestBytes;
        const digest = itemDigest(item);
        for (let at = 0; at < digestBytes; at++) {
            // An item comes once, so that no two of them cancel each other.
            this.#digests[from + at] = (this.#digests[from + at] ?? 0) ^ (digest[at] ?? 0);
        }
        this.#items++;
    }

    /** Ranges in which two copies differ. */
    differences(other: RangeDigests): ReadonlySet<number> {
        const different = new Set<number>();
        if (this.#digests.equals(other.#digests)) {
            return different;
        }
        for (let range = 0; range < rangeCount; range++) {
            const [from, to] = [range * digestBytes, (range + 1) * digestBytes];
            if (this.#digests.compare(other.#digests, from, to, from, to) !== 0) {
                different.add(range);
            }
        }
        return different;
    }
}

/** The range that an item's key falls into. */
export function rangeOf(item: AttributeMap): number {
    const { pk, sk } = storedKey(item);
    return (
        createHash("sha256")
            .update(JSON.stringify([pk, sk]))
            .digest()
            .readUInt16BE() % rangeCount
    );
}

/** The same for the same item, whatever the order of its attributes and of its sets. */
export function itemDigest(item: AttributeMap): Buffer {
    return createHash("sha256")
        .update(canonical({ M: item }))
        .digest()
        .subarray(0, digestBytes);
}

function canonical(value: AttributeValue): string {
    if (value.M !== undefined) {
        const fields = Object.entries(value.M).sort(([a], [b]) => compareText(a, b));
        return `M{${fields.map(([name, one]) => `${JSON.stringify(name)}:${canonical(one)}`).join()}}`;
    }
    if (value.L !== undefined) {
        return `L[${value.L.map(canonical).join()}]`;
    }
    const bytes = (one: Uint8Array): string => Buffer.from(one).toString("base64");
    if (value.B !== undefined) {
        return `B${bytes(value.B)}`;
    }
    const set = value.SS ?? value.NS ?? value.BS?.map(bytes);
    return set === undefined
        ? JSON.stringify(value)
        : `${Object.keys(value).join()}${JSON.stringify([...set].sort())}`;
}
