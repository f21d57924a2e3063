import { Buckets } from "../../../sandbox/world/buckets/buckets";
import type { BucketObjects, ObjectVersion } from "../../../sandbox/world/buckets/objects";
import { RecordedMetrics, type SmallWorld } from "../../support/smallWorld";
import { bucketIn, keyOf } from "./replicatedBuckets";

export interface Notice {
    readonly topicArn: string;
    readonly event: string;
    readonly caller: string;
    readonly source: string | undefined;
    readonly record: {
        readonly s3: { readonly object: { readonly key: string } };
        readonly replicationEventData: Readonly<Record<string, unknown>>;
    };
}

/** Buckets in a world, what they told their topics, and the metrics they published. */
export class ReplicationStage {
    readonly metrics = new RecordedMetrics();
    readonly notices: Notice[] = [];
    readonly buckets: Buckets;

    constructor(readonly world: SmallWorld) {
        this.buckets = new Buckets(world, {
            certificates: { for: () => Promise.reject(new Error("nobody listens here")) },
            metrics: this.metrics,
            topics: {
                publish: (topicArn, message, _subject, caller, source) => {
                    const { Records } = JSON.parse(message) as {
                        Records: (Notice["record"] & { eventName: string })[];
                    };
                    const [record] = Records;
                    if (record !== undefined) {
                        this.notices.push({
                            topicArn,
                            event: record.eventName,
                            caller,
                            source,
                            record,
                        });
                    }
                    return "id";
                },
            },
        });
        this.buckets.replication.start();
    }

    put(region: string, key: string, body: string): ObjectVersion {
        return this.objects(region).put(
            key,
            { body: Buffer.from(body), encryption: "aws:kms", encryptionKey: keyOf(region) },
            true,
            this.world.clock.now(),
        );
    }

    delete(region: string, key: string): void {
        this.objects(region).delete(key, true, this.world.clock.now());
    }

    objects(region: string): BucketObjects {
        return this.buckets.objects(bucketIn(region));
    }

    body(region: string, key: string): string | undefined {
        return this.objects(region).get(key)?.body?.toString();
    }

    /** Versions of a key, oldest first, deletions as `-`. */
    history(region: string, key: string): readonly string[] {
        return this.objects(region)
            .versions(key)
            .map(({ body }) => body?.toString() ?? "-");
    }

    minutes(count: number): Promise<void> {
        return this.world.clock.sleep(count * 60_000);
    }

    end(): void {
        this.buckets.replication.stop();
        this.world.end();
    }
}
