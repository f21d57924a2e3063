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

    merge(other: CausalContext): CausalContext {
        if (this.beyond.size === 0 && other.beyond.size === 0) {
            return new CausalContext(this.vector.merge(other.vector), this.beyond);
        }
        return CausalContext.#compact(this.vector.merge(other.vector), [
            ...this.beyond,
            ...other.beyond,
        ]);
    }

    /** Moves into the vector whatever has no gap before it. O(dots log dots). */
    static #compact(vector: VersionVector, dots: Iterable<string>): CausalContext {
        let known = vector;
        const beyond = new Set<string>();
        const sorted = [...dots].map(parseDot).sort((a, b) => a.counter - b.counter);
        for (const dot of sorted) {
            const reached = known.get(dot.replica);
            if (dot.counter === reached + 1) {
                known = known.raise(dot.replica, dot.counter);
            } else if (dot.counter > reached) {
                beyond.add(formatDot(dot));
            }
        }
        return new CausalContext(known, beyond);
    }
}

/** What is alive, by the dot that brought it. A dot always brings the same. */
export type DotStore<T> = ReadonlyMap<string, T>;

/**
 * What is alive when two states meet: what both have, and what one has and the other has not heard of.
 * What one has heard of and does not have was removed there. O(both stores).
 */
export function joinStores<T>(
    a: DotStore<T>,
    heardA: CausalContext,
    b: DotStore<T>,
    heardB: CausalContext,
): DotStore<T> {
    const joined = new Map<string, T>();
    for (const [dot, value] of a) {
        if (b.has(dot) || !heardB.has(dot)) {
            joined.set(dot, value);
        }
    }
    for (const [dot, value] of b) {
        if (!heardA.has(dot)) {
            joined.set(dot, value);
        }
    }
    return joined;
}
