import type { Operation } from "./lane";
import type { FailureReason } from "./refusal";

/** An acknowledged write that never reaches a bucket that was to have it. */
export interface LostCopy {
    readonly source: string;
    readonly destination: string;
    readonly key: string;
    readonly versionId: string;
    /** World time it was made, milliseconds. */
    readonly atMs: number;
    readonly reason: FailureReason;
}

/** What became of the copies from one bucket to another. */
export interface PairReport {
    readonly source: string;
    readonly destination: string;
    /** Regions of the two. */
    readonly from: string;
    readonly to: string;
    /** Copies on their way now. */
    readonly pending: number;
    readonly replicated: number;
    /** Copies that were said to have missed their time, whether or not they arrived since. */
    readonly missedThreshold: number;
    /** The longest, in world seconds, that a copy took or has been on its way. */
    readonly worstLagSeconds: number;
    readonly lost: readonly LostCopy[];
}

interface Second {
    replicated: number;
    missed: number;
    worstMs: number;
}

export type Settled = Omit<PairReport, "source" | "destination" | "from" | "to" | "pending">;

/** What became of the copies that one rule makes, by the world second in which it was known. */
export class CopyTally {
    readonly #seconds = new Map<number, Second>();
    readonly #lost: { readonly knownMs: number; readonly copy: LostCopy }[] = [];
    #worstMs = 0;

    replicated({ atMs }: Operation, nowMs: number): void {
        const second = this.#second(nowMs);
        second.replicated++;
        second.worstMs = Math.max(second.worstMs, nowMs - atMs);
        this.#worstMs = Math.max(this.#worstMs, nowMs - atMs);
    }

    missed(nowMs: number): void {
        this.#second(nowMs).missed++;
    }

    lost({ rule, key, versionId, atMs }: Operation, reason: FailureReason, nowMs: number): void {
        const { bucket: source, destination } = rule;
        const copy = { source, destination, key, versionId, atMs, reason };
        this.#lost.push({ knownMs: nowMs, copy });
    }

    /** Worst latency, milliseconds, of what arrived since the last call; 0 when nothing did. */
    takeWorstMs(): number {
        const worstMs = this.#worstMs;
        this.#worstMs = 0;
        return worstMs;
    }

    /** What was known since then, world milliseconds. */
    since(sinceMs: number): Settled {
        const first = Math.floor(sinceMs / 1000);
        const seconds = [...this.#seconds].flatMap(([at, second]) => (at >= first ? second : []));
        return {
            replicated: seconds.reduce((sum, { replicated }) => sum + replicated, 0),
            missedThreshold: seconds.reduce((sum, { missed }) => sum + missed, 0),
            worstLagSeconds: Math.max(0, ...seconds.map(({ worstMs }) => worstMs)) / 1000,
            lost: this.#lost.flatMap(({ knownMs, copy }) => (knownMs >= sinceMs ? copy : [])),
        };
    }

    #second(nowMs: number): Second {
        const at = Math.floor(nowMs / 1000);
        let second = this.#seconds.get(at);
        if (second === undefined) {
            second = { replicated: 0, missed: 0, worstMs: 0 };
            this.#seconds.set(at, second);
        }
        return second;
    }
}

/** The report of a pair that several rules join. */
export function together(one: PairReport | undefined, other: PairReport): PairReport {
    return one === undefined
        ? other
        : {
              ...one,
              pending: one.pending + other.pending,
              replicated: one.replicated + other.replicated,
              missedThreshold: one.missedThreshold + other.missedThreshold,
              worstLagSeconds: Math.max(one.worstLagSeconds, other.worstLagSeconds),
              lost: [...one.lost, ...other.lost],
          };
}
