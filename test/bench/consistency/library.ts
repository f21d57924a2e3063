import type { CartScript, CounterScript } from "./workload";

/**
 * How a library keeps the same thing as the others. `M` is a state, which merging may change in place, and
 * `O` is what it takes in of another replica's.
 */
export interface Replicated<Script, M, O> {
    readonly name: string;
    build(script: Script): Sides<M, O>;
    merge(mine: M, theirs: O): M;
    /** A state of one's own that is equal. */
    copy(state: M): M;
    /** As the library stores it. */
    stored(state: M): Uint8Array | string;
    /** From stored to stored, as what a table keeps is merged. */
    mergeStored(mine: Uint8Array | string, theirs: Uint8Array | string): Uint8Array | string;
    /** What is in it, in the form that all of them have. */
    value(state: M): Readonly<Record<string, number>>;
}

/** Two replicas that have not heard of each other's last changes. */
export interface Sides<M, O> {
    readonly mine: M;
    readonly theirs: M;
    /** All of `theirs`, as the library takes it in. */
    readonly whole: O;
    /** Only what `mine` has not heard of. */
    readonly delta: O;
}

export type Carts<M, O> = Replicated<CartScript, M, O>;
export type Counters<M, O> = Replicated<CounterScript, M, O>;
// Libraries stand in one list, and each knows its own states.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyReplicated<Script> = Replicated<Script, any, any>;

/** How one keeps a cart that has no sums: an entry per line and replica, each written by that replica alone. */
export function entryKey(sku: string, replica: string): string {
    return `${sku}/${replica}`;
}

/** Sums such entries by line; sorted by line, as all values are. */
export function sumByLine(
    entries: Iterable<readonly [key: string, amount: number]>,
): Readonly<Record<string, number>> {
    const sums = new Map<string, number>();
    for (const [key, amount] of entries) {
        const sku = key.slice(0, key.indexOf("/"));
        sums.set(sku, (sums.get(sku) ?? 0) + amount);
    }
    return Object.fromEntries([...sums].sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function asText(stored: Uint8Array | string): string {
    return typeof stored === "string" ? stored : Buffer.from(stored).toString("utf8");
}

export function asBytes(stored: Uint8Array | string): Uint8Array {
    return typeof stored === "string" ? Buffer.from(stored, "utf8") : stored;
}
