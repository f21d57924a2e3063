import { replicationType } from "../../../aws/s3/buckets";
import type { MetricSink, TopicPublisher, World } from "../../world";
import type { BucketObjects, ObjectVersion } from "../objects";
import type { Operation } from "./lane";
import { tell } from "./notices";
import { refusal } from "./refusal";
import { applyingRules, replicationRules, type ReplicationRule } from "./rules";
import type { PairReport } from "./tally";
import { Ways } from "./ways";

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
    /** Whether one of them arrived. */
    arrived: boolean;
}

/**
 * S3 replication: what is written to a bucket reaches the buckets its rules name, later, each key's
 * versions in their order. A replica is never replicated again, so that buckets that replicate to one
 * another do not loop.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnot-replicated.html
 */
export class Replicator {
    readonly #ways: Ways;
    readonly #open = new Map<string, Open>();
    #stop: () => void = () => undefined;

    constructor(
        private readonly world: World,
        private readonly deps: ReplicatorDeps,
    ) {
        this.#ways = new Ways(world, (operation) => this.#deliver(operation));
    }

    start(): void {
        this.#stop = this.world.clock.every(countPeriodMs, () => this.#count());
    }

    stop(): void {
        this.#stop();
        this.#ways.stop();
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
            arrived: false,
        });
        for (const rule of rules) {
            this.#ways.of(rule).lane.send({
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
        return this.#operationsOf(region).length;
    }

    /** Age, in world seconds, of the oldest operation on its way from or to a region; 0 when there is none. */
    lagSeconds(region: string): number {
        return this.#ways.ageSeconds(this.#operationsOf(region));
    }

    /** Versions and markers on their way out of a region that are in no other bucket yet: lost with the region. */
    onlyIn(region: string): number {
        const versions = this.#ways
            .pending(({ from }) => from === region)
            .map(({ rule, key, versionId }) => openKey(rule.bucket, key, versionId))
            .filter((name) => this.#open.get(name)?.arrived === false);
        return new Set(versions).size;
    }

    /**
     * What became of the copies of every pair of buckets that a rule joins or joined, by their names.
     *
     * @param sinceMs world time, milliseconds; what was known before does not count. @default the start of the world
     */
    pairs(sinceMs = Number.NEGATIVE_INFINITY): readonly PairReport[] {
        const { store } = this.world;
        for (const { region, id } of store.list(replicationType)) {
            replicationRules(store, region, id).forEach((rule) => this.#ways.of(rule));
        }
        return this.#ways.reports(sinceMs);
    }

    /**
     * The longest, in world seconds, that a copy took of those that arrived since then, or has been on
     * its way until now.
     *
     * @param sinceMs world time, milliseconds. @default the start of the world
     */
    worstLagSeconds(sinceMs?: number): number {
        return Math.max(0, ...this.pairs(sinceMs).map(({ worstLagSeconds }) => worstLagSeconds));
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
        const { tally } = this.#ways.of(rule);
        const nowMs = this.world.clock.now();
        if (reason === undefined) {
            this.deps.objectsOf(rule.destination).receive(key, {
                ...version,
                encryptionKey: rule.replicaKey ?? version.encryptionKey,
            });
            // A region that was lost tells of it only now.
            this.#miss(rule, [operation], nowMs);
            tally.replicated(operation, nowMs);
        } else {
            tally.lost(operation, reason, nowMs);
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
        open.arrived ||= !failed;
        if (open.failed || open.copies === 0) {
            this.deps
                .objectsOf(rule.bucket)
                .mark(key, versionId, open.failed ? "FAILED" : "COMPLETED");
        }
        if (open.copies === 0) {
            this.#open.delete(name);
        }
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
                const { lane, tally } = this.#ways.of(rule);
                const pending = lane.pending();
                const arrivedMs = tally.takeWorstMs();
                if (faults.blackedOut(region)) {
                    // Nobody there counts.
                    continue;
                }
                this.#miss(rule, pending, nowMs);
                const to = this.#ways.regionOf(rule.destination);
                if (!rule.metrics || to === undefined || faults.blackedOut(to)) {
                    continue;
                }
                const ages = pending.map(({ atMs }) => nowMs - atMs);
                const latencyMs = Math.max(arrivedMs, ...ages);
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
                this.#ways.of(rule).tally.missed(nowMs);
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

    #operationsOf(region: string): readonly Operation[] {
        return this.#ways.pending(({ from, to }) => from === region || to === region);
    }
}

type TellArguments = [
    event: Parameters<typeof tell>[2],
    operation: Operation,
    version: ObjectVersion,
    reason?: string,
];

function openKey(bucket: string, key: string, versionId: string): string {
    return JSON.stringify([bucket, key, versionId]);
}
