import { createHash } from "node:crypto";

/** Hash keys are MD5's 128 bits: https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html#partition-key */
export const highestHashKey = 2n ** 128n - 1n;

export function hashKeyOf(partitionKey: string): bigint {
    return BigInt(`0x${createHash("md5").update(partitionKey, "utf8").digest("hex")}`);
}

/** Hash keys from `from` to `to`, both of them included. */
export interface HashKeyRange {
    readonly from: bigint;
    readonly to: bigint;
}

/** All hash keys, shared out evenly among `count` shards. */
export function evenRanges(count: number): readonly HashKeyRange[] {
    const border = (index: number): bigint =>
        ((highestHashKey + 1n) * BigInt(index)) / BigInt(count);
    return Array.from({ length: count }, (_, index) => ({
        from: border(index),
        to: border(index + 1) - 1n,
    }));
}

export function overlaps(a: HashKeyRange, b: HashKeyRange): boolean {
    return a.from <= b.to && b.from <= a.to;
}
