import { bucketType } from "../../../aws/s3/buckets";
import type { World } from "../../world";
import { ReplicationLane, type Operation } from "./lane";
import type { ReplicationRule } from "./rules";
import { CopyTally, together, type PairReport } from "./tally";

/** What takes a rule's copies from one bucket to another, and what became of them. */
export interface Way {
    readonly rule: ReplicationRule;
    readonly lane: ReplicationLane;
    readonly tally: CopyTally;
}

/** The ways of all rules there are or were. */
export class Ways {
    readonly #ways = new Map<string, Way>();

    constructor(
        private readonly world: World,
        private readonly deliver: (operation: Operation) => void,
    ) {}

    of(rule: ReplicationRule): Way {
        const name = `${rule.bucket}>${rule.destination}|${rule.id}`;
        let way = this.#ways.get(name);
        if (way === undefined) {
            const to = this.regionOf(rule.destination) ?? rule.region;
            const lane = new ReplicationLane(this.world, rule.region, to, this.deliver);
            way = { rule, lane, tally: new CopyTally() };
            this.#ways.set(name, way);
        }
        return way;
    }

    /** Drops what is on its way; what became of the rest can still be told. */
    stop(): void {
        for (const { lane } of this.#ways.values()) {
            lane.stop();
        }
    }

    /** Operations that wait, on the ways that are asked for. */
    pending(isAskedFor: (lane: ReplicationLane) => boolean): readonly Operation[] {
        return [...this.#ways.values()].flatMap(({ lane }) =>
            isAskedFor(lane) ? lane.pending() : [],
        );
    }

    /** By the names of the buckets. @param sinceMs world time, milliseconds */
    reports(sinceMs: number): readonly PairReport[] {
        const pairs = new Map<string, PairReport>();
        for (const way of this.#ways.values()) {
            const report = this.#report(way, sinceMs);
            const name = `${report.source} ${report.destination}`;
            pairs.set(name, together(pairs.get(name), report));
        }
        return [...pairs].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, report]) => report);
    }

    /** World seconds since the oldest was made; 0 without any. */
    ageSeconds(operations: readonly Operation[]): number {
        const nowMs = this.world.clock.now();
        return Math.max(0, ...operations.map(({ atMs }) => nowMs - atMs)) / 1000;
    }

    regionOf(bucket: string): string | undefined {
        return this.world.store.find(bucketType, ({ id }) => id === bucket)?.region;
    }

    #report({ rule, lane, tally }: Way, sinceMs: number): PairReport {
        const pending = lane.pending();
        const settled = tally.since(sinceMs);
        return {
            source: rule.bucket,
            destination: rule.destination,
            from: lane.from,
            to: lane.to,
            ...settled,
            pending: pending.length,
            worstLagSeconds: Math.max(settled.worstLagSeconds, this.ageSeconds(pending)),
        };
    }
}
