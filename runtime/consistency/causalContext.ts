import { formatDot, hasDot, parseDot, type Dot } from "./dottedVersion";
import { VersionVector } from "./versionVector";

/**
 * Every update that a state has heard of: a vector up to where there is no gap, and single dots beyond.
 * Immutable. Deltas may come in any order, so that gaps are usual; they close as the missing ones arrive,
 * and what is stored goes back to O(replicas).
 *
 * @see Almeida, Shoker and Baquero, "Delta State Replicated Data Types", J. Parallel Distrib. Comput. 111,
 *   2018, section 7
 */
export class CausalContext {
    static readonly empty: CausalContext = new this(VersionVector.empty, new Set());

    private constructor(
        /** Everything up to here. */
        readonly vector: VersionVector,
        /** And these, as `formatDot` writes them. */
        readonly beyond: ReadonlySet<string>,
    ) {}

    /** @param dots as `formatDot` writes them. @throws MalformedVectorError, VectorSizeError */
    static of(dots: Iterable<string>): CausalContext {
        return CausalContext.from(VersionVector.empty, dots);
    }

    /** Everything up to the vector, and the dots. @throws MalformedVectorError, VectorSizeError */
    static from(vector: VersionVector, dots: Iterable<string>): CausalContext {
        return CausalContext.#compact(vector, dots);
    }

    /** @param dot as `formatDot` writes it */
    has(dot: string): boolean {
        return this.beyond.has(dot) || hasDot(this.vector, parseDot(dot));
    }

    /** The next dot of a replica: only the replica itself may ask, and it knows all of its own. */
    next(replica: string): Dot {
        return { replica, counter: this.vector.increment(replica).get(replica) };
    }

    /** Both; one of the two itself, when it has heard of all that the other has and neither has gaps. */
    merge(other: CausalContext): CausalContext {
        const vector = this.vector.merge(other.vector);
        if (this.beyond.size === 0 && other.beyond.size === 0) {
            return vector === this.vector
                ? this
                : vector === other.vector
                  ? other
                  : new CausalContext(vector, this.beyond);
        }
        return CausalContext.#compact(vector, [...this.beyond, ...other.beyond]);
    }

    /** How many dots it has heard of. */
    get size(): number {
        return this.vector.total + this.beyond.size;
    }

    /** Every dot that it has heard of, as `formatDot` writes it. */
    *dots(): Iterable<string> {
        for (const replica of this.vector.replicas) {
            for (let counter = this.vector.get(replica); counter > 0; counter--) {
                yield formatDot({ replica, counter });
            }
        }
        yield* this.beyond;
    }

    /** Moves into the vector whatever has no gap before it. O(dots log dots). */
    static #compact(vector: VersionVector, dots: Iterable<string>): CausalContext {
        const sorted = [...dots].map(parseDot).sort((a, b) => a.counter - b.counter);
        const reached = new Map<string, number>();
        const beyond = new Set<string>();
        for (const dot of sorted) {
            const last = reached.get(dot.replica) ?? vector.get(dot.replica);
            if (dot.counter === last + 1) {
                reached.set(dot.replica, dot.counter);
            } else if (dot.counter > last) {
                beyond.add(formatDot(dot));
            }
        }
        let known = vector;
        for (const [replica, counter] of reached) {
            known = known.raise(replica, counter);
        }
        return new CausalContext(known, beyond);
    }
}

/** What is alive, by the dot that brought it. A dot always brings the same. */
export type DotStore<T> = ReadonlyMap<string, T>;

/**
 * What is alive when two states meet: what both have, and what one has and the other has not heard of.
 * What one has heard of and does not have was removed there. One of the two itself, when it is the same.
 * O(both stores), and less where the second state is a delta: a look-up for each dot that it has heard of,
 * and a copy where it changes something.
 */
export function joinStores<T>(
    a: DotStore<T>,
    heardA: CausalContext,
    b: DotStore<T>,
    heardB: CausalContext,
): DotStore<T> {
    const news: [string, T][] = [];
    let common = 0;
    for (const entry of b) {
        if (a.has(entry[0])) {
            common++;
        } else if (!heardA.has(entry[0])) {
            news.push(entry);
        }
    }
    // A delta has heard of little: that costs less to look up than everything that there is.
    const gone = common < a.size && heardB.size < a.size ? removedBy(a, b, heardB) : undefined;
    const allOfA = common === a.size || gone?.size === 0;
    if (allOfA && news.length === 0) {
        return a;
    }
    if (common === a.size && common + news.length === b.size) {
        return b;
    }
    const joined = new Map<string, T>();
    for (const [dot, value] of a) {
        if (gone === undefined ? b.has(dot) || !heardB.has(dot) : !gone.has(dot)) {
            joined.set(dot, value);
        }
    }
    for (const [dot, value] of news) {
        joined.set(dot, value);
    }
    return joined;
}

/** Dots that are in the first store, and that the second one has heard of and does not have. */
function removedBy(
    a: DotStore<unknown>,
    b: DotStore<unknown>,
    heardB: CausalContext,
): ReadonlySet<string> {
    const gone = new Set<string>();
    for (const dot of heardB.dots()) {
        if (a.has(dot) && !b.has(dot)) {
            gone.add(dot);
        }
    }
    return gone;
}
