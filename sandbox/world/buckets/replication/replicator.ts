import { bucketType, replicationType } from "../../../aws/s3/buckets";
import type { MetricSink, TopicPublisher, World } from "../../world";
import type { BucketObjects, ObjectVersion } from "../objects";
import { ReplicationLane, type Operation } from "./lane";
import { tell } from "./notices";
import { refusal } from "./refusal";
import { applyingRules, replicationRules, type ReplicationRule } from "./rules";

/** How often S3 counts what waits, world milliseconds. */
const countPeriodMs = 60_000;

export interface ReplicatorDeps {
    readonly metrics: MetricSink;
    readonly topics: TopicPublisher;
    readonly objectsOf: (bucket: string) => BucketObjects;
}

/** Copies of a version that have not been settled. */
interface Open {
    copies: number;
    failed: boolean;
}

/**
 * S3 replication: what is written to a bucket reaches the buckets its rules name, later, each key's
 * versions in their order. A replica is never replicated again, so that buckets that replicate to one
 * another do not loop.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html
 */
export class Replicator {
    readonly #lanes = new Map<string, ReplicationLane>();
    readonly #open = new Map<string, Open>();
    /** Worst latency by lane, milliseconds, of what arrived since the last count. */
    readonly #arrivedMs = new Map<string, number>();
    /** Worst latency, milliseconds, of what arrived in a world second. */
    readonly #worst = new Map<number, number>();
    #stop: () => void = () => undefined;

    constructor(
        private readonly world: World,
        private readonly deps: ReplicatorDeps,
    ) {}

    start(): void {
        this.#stop = this.world.clock.every(countPeriodMs, () => this.#count());
    }

    stop(): void {
        this.#stop();
        for (const lane of this.#lanes.values()) {
            lane.stop();
        }
        this.#lanes.clear();
    }

    /** Sends a version that was made in a bucket to where its rules say. */
    replicate(region: string, bucket: string, key: string, version: ObjectVersion): void {
        const rules = applyingRules(
            replicationRules(this.world.store, region, bucket),
            key,
            version,
        );
        if (rules.length === 0) {
            return;
        }
        this.deps.objectsOf(bucket).mark(key, version.versionId, "PENDING");
        this.#open.set(openKey(bucket, key, version.versionId), {
            copies: rules.length,
            failed: false,
        });
        for (const rule of rules) {
            this.#lane(rule).send({
                rule,
                key,
                versionId: version.versionId,
                bytes: version.body?.length ?? 0,
                atMs: version.lastModifiedMs,
                missed: false,
            });
        }
    }

    /** Operations on their way from or to a region. */
    pending(region: string): number {
        return this.#lanesOf(region).reduce((sum, lane) => sum + lane.pending().length, 0);
    }

    /** Age, in world seconds, of the oldest operation on its way from or to a region; 0 when there is none. */
    lagSeconds(region: string): number {
        return this.#ageSeconds(this.#lanesOf(region));
    }

    /**
     * The longest, in world seconds, that a copy took of those that arrived since then, or has been on
     * its way until now.
     *
     * @param sinceMs world time, milliseconds. @default the start of the world
     */
    worstLagSeconds(sinceMs = Number.NEGATIVE_INFINITY): number {
        const since = Math.floor(sinceMs / 1000);
        const arrived = [...this.#worst].map(([second, worst]) => (second >= since ? worst : 0));
        return Math.max(
            0,
            ...arrived.map((worst) => worst / 1000),
            this.#ageSeconds([...this.#lanes.values()]),
        );
    }

    #deliver(operation: Operation): void {
        const { rule, key, versionId } = operation;
        const version = this.deps.objectsOf(rule.bucket).get(key, versionId);
        if (version === undefined) {
            // Deleted for good before it was copied.
            this.#open.delete(openKey(rule.bucket, key, versionId));
            return;
        }
        const reason = refusal(this.world, rule, key, version);
        if (reason === undefined) {
            this.deps.objectsOf(rule.destination).receive(key, {
                ...version,
                encryptionKey: rule.replicaKey ?? version.encryptionKey,
            });
            this.#measure(operation);
        }
        this.#settle(operation, reason !== undefined);
        if (rule.metrics) {
            // Its sum is the failures, its sample count all operations:
            // https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html#s3-cloudwatch-replication-metrics
            this.#put(
                rule,
                rule.region,
                "OperationsFailedReplication",
                reason === undefined ? 0 : 1,
            );
        }
        if (reason !== undefined) {
            this.#tell("s3:Replication:OperationFailedReplication", operation, version, reason);
        } else if (operation.missed) {
            this.#tell("s3:Replication:OperationReplicatedAfterThreshold", operation, version);
        }
    }

    /** All copies made: completed. One that cannot be made: failed, whatever becomes of the others. */
    #settle({ rule, key, versionId }: Operation, failed: boolean): void {
        const name = openKey(rule.bucket, key, versionId);
        const open = this.#open.get(name);
        if (open === undefined) {
            return;
        }
        open.copies--;
        open.failed ||= failed;
        if (open.failed || open.copies === 0) {
            this.deps
                .objectsOf(rule.bucket)
                .mark(key, versionId, open.failed ? "FAILED" : "COMPLETED");
        }
        if (open.copies === 0) {
            this.#open.delete(name);
        }
    }

    #measure({ rule, atMs }: Operation): void {
        const nowMs = this.world.clock.now();
        const lane = laneKey(rule);
        this.#arrivedMs.set(lane, Math.max(nowMs - atMs, this.#arrivedMs.get(lane) ?? 0));
        const second = Math.floor(nowMs / 1000);
        this.#worst.set(second, Math.max(nowMs - atMs, this.#worst.get(second) ?? 0));
    }

    /**
     * Publishes what waits in the region that waits for it, and says whose time is up.
     * https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
     */
    #count(): void {
        const { store, faults, clock } = this.world;
        const nowMs = clock.now();
        for (const { region, id } of store.list(replicationType)) {
            for (const rule of replicationRules(store, region, id)) {
                const pending = this.#lanes.get(laneKey(rule))?.pending() ?? [];
                if (faults.blackedOut(region)) {
                    // Nobody there counts.
                    continue;
                }
                this.#miss(rule, pending, nowMs);
                const to = this.#regionOf(rule.destination);
                if (!rule.metrics || to === undefined || faults.blackedOut(to)) {
                    continue;
                }
                const ages = pending.map(({ atMs }) => nowMs - atMs);
                const latencyMs = Math.max(this.#arrivedMs.get(laneKey(rule)) ?? 0, ...ages);
                this.#put(rule, to, "ReplicationLatency", latencyMs / 1000);
                this.#put(rule, to, "OperationsPendingReplication", pending.length);
                this.#put(
                    rule,
                    to,
                    "BytesPendingReplication",
                    pending.reduce((sum, { bytes }) => sum + bytes, 0),
                );
            }
        }
        this.#arrivedMs.clear();
    }

    #miss(rule: ReplicationRule, pending: readonly Operation[], nowMs: number): void {
        for (const operation of pending) {
            const { thresholdMs } = operation.rule;
            const version = this.deps
                .objectsOf(rule.bucket)
                .get(operation.key, operation.versionId);
            if (
                !operation.missed &&
                thresholdMs !== undefined &&
                version !== undefined &&
                nowMs - operation.atMs > thresholdMs
            ) {
                operation.missed = true;
                this.#tell("s3:Replication:OperationMissedThreshold", operation, version);
            }
        }
    }

    #tell(...[event, operation, version, reason]: TellArguments): void {
        tell(this.world, this.deps.topics, event, operation, version, reason);
    }

    #put(rule: ReplicationRule, region: string, metric: string, value: number): void {
        this.deps.metrics.put({
            region,
            namespace: "AWS/S3",
            metric,
            dimensions: {
                SourceBucket: rule.bucket,
                DestinationBucket: rule.destination,
                RuleId: rule.id,
            },
            value,
        });
    }

    #lane(rule: ReplicationRule): ReplicationLane {
        const key = laneKey(rule);
        let lane = this.#lanes.get(key);
        if (lane === undefined) {
            lane = new ReplicationLane(
                this.world,
                rule.region,
                this.#regionOf(rule.destination) ?? rule.region,
                (operation) => this.#deliver(operation),
            );
            this.#lanes.set(key, lane);
        }
        return lane;
    }

    #lanesOf(region: string): readonly ReplicationLane[] {
        return [...this.#lanes.values()].filter(
            (lane) => lane.from === region || lane.to === region,
        );
    }

    #ageSeconds(lanes: readonly ReplicationLane[]): number {
        const nowMs = this.world.clock.now();
        const ages = lanes.flatMap((lane) => lane.pending().map(({ atMs }) => nowMs - atMs));
        return Math.max(0, ...ages) / 1000;
    }

    #regionOf(bucket: string): string | undefined {
        return this.world.store.find(bucketType, ({ id }) => id === bucket)?.region;
    }
}

type TellArguments = [
    event: Parameters<typeof tell>[2],
    operation: Operation,
    version: ObjectVersion,
    reason?: string,
];

function laneKey({ bucket, destination, id }: ReplicationRule): string {
    return `${bucket}>${destination}|${id}`;
}

function openKey(bucket: string, key: string, versionId: string): string {
    return JSON.stringify([bucket, key, versionId]);
}
