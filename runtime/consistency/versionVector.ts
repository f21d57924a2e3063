import { checkReplica, compareText, replicaPattern } from "./replica";

/** How two versions stand to each other. `concurrent` is the conflict that somebody has to resolve. */
export type Causality = "before" | "after" | "equal" | "concurrent";

/** Most replicas in a vector. One per region needs a handful; one per client would grow without end. */
export const maxEntries = 64;

/** Thrown when a vector would have more than `maxEntries` replicas. */
export class VectorSizeError extends Error {
    override readonly name = "VectorSizeError";
    constructor(readonly entries: number) {
        super(
            `a version vector has at most ${maxEntries} replicas, this one would have ${entries}: count by region and tell clients apart by dots`,
        );
    }
}

/** Thrown for a counter, or a text, that is no part of a version vector. */
export class MalformedVectorError extends Error {
    override readonly name = "MalformedVectorError";
}

const entryPattern = new RegExp(`^(${replicaPattern}):([1-9][0-9]{0,15})$`);

/**
 * How many updates of each replica a version contains. Immutable.
 *
 * A version is before another one if each of its counters is at most the other's and one is less; a
 * replica that is not mentioned has counted 0. Storage and every operation are O(replicas): the entries
 * are kept sorted, so that two vectors are walked side by side and a comparison allocates nothing.
 *
 * @see Parker et al., "Detection of Mutual Inconsistency in Distributed Systems", IEEE TSE 9(3), 1983;
 *   Mattern, "Virtual Time and Global States of Distributed Systems", 1989
 */
export class VersionVector {
    static readonly empty: VersionVector = new this([], []);

    readonly #replicas: readonly string[];
    /** Beside `#replicas`; each at least 1, so that equal vectors have one form. */
    readonly #counters: readonly number[];

    private constructor(replicas: readonly string[], counters: readonly number[]) {
        if (replicas.length > maxEntries) {
            throw new VectorSizeError(replicas.length);
        }
        this.#replicas = replicas;
        this.#counters = counters;
    }

    /**
     * @param counters by replica; 0 is the same as none
     * @throws MalformedVectorError, ReplicaNameError, VectorSizeError
     */
    static of(counters: Readonly<Record<string, number>>): VersionVector {
        const entries = Object.entries(counters)
            .filter(([replica, counter]) => {
                checkReplica(replica);
                checkCounter(replica, counter);
                return counter > 0;
            })
            .sort(([a], [b]) => compareText(a, b));
        return new VersionVector(
            entries.map(([replica]) => replica),
            entries.map(([, counter]) => counter),
        );
    }

    /**
     * The inverse of `toString`. Takes its canonical form and no other, so that equal vectors are equal
     * texts in a database's condition.
     *
     * @throws MalformedVectorError that says what is wrong, VectorSizeError
     */
    static parse(text: string): VersionVector {
        if (text === "") {
            return VersionVector.empty;
        }
        const [replicas, counters]: [string[], number[]] = [[], []];
        for (const entry of text.split(",", maxEntries + 1)) {
            const [, replica = "", digits = ""] = entryPattern.exec(entry) ?? [];
            const counter = Number(digits);
            if (replica === "" || !Number.isSafeInteger(counter)) {
                throw new MalformedVectorError(
                    `${JSON.stringify(entry)} is no entry of a version vector: it must be <replica>:<counter>, with a counter from 1 to ${Number.MAX_SAFE_INTEGER}`,
                );
            }
            const last = replicas.at(-1);
            if (last !== undefined && compareText(last, replica) >= 0) {
                throw new MalformedVectorError(
                    `${JSON.stringify(replica)} comes after ${JSON.stringify(last)} in a version vector: each replica must be there once, sorted`,
                );
            }
            replicas.push(replica);
            counters.push(counter);
        }
        return new VersionVector(replicas, counters);
    }

    /** How many replicas have counted. */
    get size(): number {
        return this.#replicas.length;
    }

    /** The sum of all counters. */
    get total(): number {
        let sum = 0;
        for (const counter of this.#counters) {
            sum += counter;
        }
        return sum;
    }

    get replicas(): readonly string[] {
        return this.#replicas;
    }

    /** A replica's counter; 0 if it has none. O(log replicas). */
    get(replica: string): number {
        const index = this.#indexOf(replica);
        return this.#replicas[index] === replica ? (this.#counters[index] as number) : 0;
    }

    /** How this version stands to the other: `before` means that the other one contains it. */
    compare(other: VersionVector): Causality {
        if (this === other) {
            return "equal";
        }
        // One at a time: a destructured pair would be an array for each call.
        const a = this.#replicas;
        const b = other.#replicas;
        let less = false;
        let more = false;
        let i = 0;
        let j = 0;
        while ((i < a.length || j < b.length) && !(less && more)) {
            const order = side(a[i], b[j]);
            const mine = order <= 0 ? (this.#counters[i++] as number) : 0;
            const theirs = order >= 0 ? (other.#counters[j++] as number) : 0;
            less ||= mine < theirs;
            more ||= mine > theirs;
        }
        return less ? (more ? "concurrent" : "before") : more ? "after" : "equal";
    }

    /** Whether everything in the other one is in this one. */
    covers(other: VersionVector): boolean {
        const order = this.compare(other);
        return order === "after" || order === "equal";
    }

    /** With one more update by a replica. @throws MalformedVectorError when it has counted to the end */
    increment(replica: string): VersionVector {
        return this.#with(replica, this.get(replica) + 1);
    }

    /** With at least so many updates by a replica. */
    raise(replica: string, counter: number): VersionVector {
        return counter <= this.get(replica) ? this : this.#with(replica, counter);
    }

    /** The least vector that contains both: one of the two, unless they are concurrent. */
    merge(other: VersionVector): VersionVector {
        switch (this.compare(other)) {
            case "equal":
            case "after":
                return this;
            case "before":
                return other;
            case "concurrent":
                return this.#joined(other);
        }
    }

    /** `<replica>:<counter>` for each replica that has counted, sorted, with commas; the empty vector is "". */
    toString(): string {
        return this.#replicas.map((replica, i) => `${replica}:${this.#counters[i]}`).join(",");
    }

    #joined(other: VersionVector): VersionVector {
        const [a, b] = [this.#replicas, other.#replicas];
        const [replicas, counters]: [string[], number[]] = [[], []];
        let [i, j] = [0, 0];
        while (i < a.length || j < b.length) {
            const order = side(a[i], b[j]);
            replicas.push((order <= 0 ? a[i] : b[j]) as string);
            const mine = order <= 0 ? (this.#counters[i++] as number) : 0;
            const theirs = order >= 0 ? (other.#counters[j++] as number) : 0;
            counters.push(Math.max(mine, theirs));
        }
        return new VersionVector(replicas, counters);
    }

    #with(replica: string, counter: number): VersionVector {
        checkReplica(replica);
        checkCounter(replica, counter);
        const index = this.#indexOf(replica);
        const counters = [...this.#counters];
        if (this.#replicas[index] === replica) {
            counters[index] = counter;
            return new VersionVector(this.#replicas, counters);
        }
        counters.splice(index, 0, counter);
        return new VersionVector(
            [...this.#replicas.slice(0, index), replica, ...this.#replicas.slice(index)],
            counters,
        );
    }

    /** Where a replica is, or would be. */
    #indexOf(replica: string): number {
        let [low, high] = [0, this.#replicas.length];
        while (low < high) {
            const middle = (low + high) >>> 1;
            if ((this.#replicas[middle] as string) < replica) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}

/** Whose entry comes next: -1 the first one's, 1 the second one's, 0 both. An end comes last. */
function side(a: string | undefined, b: string | undefined): -1 | 0 | 1 {
    if (a === b) {
        return 0;
    }
    return b === undefined || (a !== undefined && a < b) ? -1 : 1;
}

function checkCounter(replica: string, counter: number): void {
    if (!Number.isSafeInteger(counter) || counter < 0) {
        throw new MalformedVectorError(
            `${replica} cannot have counted ${counter}: a counter is an integer from 0 to ${Number.MAX_SAFE_INTEGER}`,
        );
    }
}
