/** Thrown for an amount, or a sum, that no replica could count exactly. */
export class AmountError extends Error {
    override readonly name = "AmountError";
    constructor(what: string, amount: number, least: number) {
        super(
            `${what} cannot be ${amount}: it is an integer from ${least} to ${Number.MAX_SAFE_INTEGER}`,
        );
    }
}

/** @returns the amount. @throws AmountError unless it is a safe integer of at least `least` */
export function checkAmount(what: string, amount: number, least: number): number {
    if (!Number.isSafeInteger(amount) || amount < least) {
        throw new AmountError(what, amount, least);
    }
    return amount;
}

/** Of two maps of counters that only grow, the greater one of each; the first itself, when it has them all. O(entries). */
export function mergeMaxima(
    a: ReadonlyMap<string, number>,
    b: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
    // By forEach: an iterator makes an entry each time, which is most of the cost of a handful of counters.
    let merged: Map<string, number> | undefined;
    b.forEach((counter, key) => {
        if (counter > (a.get(key) ?? 0)) {
            merged ??= copyOf(a);
            merged.set(key, counter);
        }
    });
    return merged ?? a;
}

function copyOf(counters: ReadonlyMap<string, number>): Map<string, number> {
    const copy = new Map<string, number>();
    counters.forEach((counter, key) => copy.set(key, counter));
    return copy;
}

/** @throws AmountError when the sum is no safe integer */
export function sumOf(counters: ReadonlyMap<string, number>): number {
    let sum = 0;
    for (const counter of counters.values()) {
        sum = checkAmount("a sum", sum + counter, 0);
    }
    return sum;
}
