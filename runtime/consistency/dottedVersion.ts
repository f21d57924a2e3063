import { checkReplica, replicaPattern } from "./replica";
import { MalformedVectorError, VersionVector, type Causality } from "./versionVector";

/** One update: the `counter`-th of a replica, from 1. */
export interface Dot {
    readonly replica: string;
    readonly counter: number;
}

const dotPattern = new RegExp(`^${replicaPattern}:[1-9][0-9]{0,15}$`);

/** @throws MalformedVectorError, ReplicaNameError */
export function checkDot({ replica, counter }: Dot): void {
    checkReplica(replica);
    if (!Number.isSafeInteger(counter) || counter < 1) {
        throw new MalformedVectorError(
            `${replica}:${counter} is no dot: its counter must be an integer from 1 to ${Number.MAX_SAFE_INTEGER}`,
        );
    }
}

/** `<replica>:<counter>`. */
export function formatDot({ replica, counter }: Dot): string {
    return `${replica}:${counter}`;
}

/** The inverse of `formatDot`. @throws MalformedVectorError */
export function parseDot(text: string): Dot {
    // Cut by hand: groups would be an array for each dot, and states have thousands.
    const at = text.lastIndexOf(":");
    const counter = Number(text.slice(at + 1));
    if (!dotPattern.test(text) || !Number.isSafeInteger(counter)) {
        throw new MalformedVectorError(
            `${JSON.stringify(text)} is no dot: it must be <replica>:<counter>, with a counter from 1 to ${Number.MAX_SAFE_INTEGER}`,
        );
    }
    return { replica: text.slice(0, at), counter };
}

/**
 * A version that a client wrote through some replica: the write itself, as a dot, and what the client had
 * read before it.
 *
 * Two clients that read the same version and write through the same region are in conflict, and a plain
 * vector with an entry per region cannot say so: the second one's would contain the first one's. The dot
 * keeps the write apart from its past, so that vectors stay as small as the regions are few.
 *
 * @see Preguiça et al., "Dotted Version Vectors: Logical Clocks for Optimistic Replication", arXiv:1011.5808
 */
export class DottedVersion {
    /** @throws MalformedVectorError when the write would be its own past */
    constructor(
        readonly dot: Dot,
        readonly context: VersionVector,
    ) {
        checkDot(dot);
        if (hasDot(context, dot)) {
            throw new MalformedVectorError(
                `${formatDot(dot)} is in its own past "${context}": a write must be newer than what its client read`,
            );
        }
    }

    /**
     * A write through a replica, whose counter must never go back: keep it with the item and write under a
     * condition.
     *
     * @param context what the client had read: `contextOf` the versions it saw
     * @param present the versions that the replica has
     */
    static write(
        replica: string,
        context: VersionVector,
        present: readonly DottedVersion[],
    ): DottedVersion {
        const known = contextOf(present).merge(context);
        return new DottedVersion({ replica, counter: known.get(replica) + 1 }, context);
    }

    /** The inverse of `toString`. @throws MalformedVectorError, VectorSizeError */
    static parse(text: string): DottedVersion {
        const at = text.indexOf("/");
        if (at < 0) {
            throw new MalformedVectorError(
                `${JSON.stringify(text)} is no dotted version: it must be <dot>/<vector>, such as eu-west-1:2/eu-west-1:1`,
            );
        }
        return new DottedVersion(
            parseDot(text.slice(0, at)),
            VersionVector.parse(text.slice(at + 1)),
        );
    }

    /** O(log replicas): whether one write is in the other one's past. */
    compare(other: DottedVersion): Causality {
        if (this.dot.replica === other.dot.replica && this.dot.counter === other.dot.counter) {
            return "equal";
        }
        const before = hasDot(other.context, this.dot);
        const after = hasDot(this.context, other.dot);
        if (before && after) {
            throw new MalformedVectorError(
                `"${this}" and "${other}" are each in the other's past: one of them was not made by reading and writing`,
            );
        }
        return before ? "before" : after ? "after" : "concurrent";
    }

    /** `<dot>/<vector>`. */
    toString(): string {
        return `${formatDot(this.dot)}/${this.context}`;
    }
}

/** What somebody has read who has read these versions. */
export function contextOf(versions: readonly DottedVersion[]): VersionVector {
    return versions.reduce(
        (known, { dot, context }) => known.merge(context).raise(dot.replica, dot.counter),
        VersionVector.empty,
    );
}

/** Of all versions those that no other one has in its past, each once: one, or the siblings to resolve. */
export function siblings(versions: readonly DottedVersion[]): readonly DottedVersion[] {
    return versions.filter((version, index) =>
        versions.every((other, at) => {
            const order = version.compare(other);
            return order !== "before" && (order !== "equal" || index <= at);
        }),
    );
}

/** Whether a vector contains an update. O(log replicas). */
export function hasDot(vector: VersionVector, { replica, counter }: Dot): boolean {
    return vector.get(replica) >= counter;
}
