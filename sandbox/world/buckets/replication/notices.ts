import { covers, type ReplicationEvent } from "../../../aws/s3/bucketNotification";
import { notificationType } from "../../../aws/s3/buckets";
import { records, text, texts } from "../../../aws/support/known";
import type { TopicPublisher, World } from "../../world";
import type { ObjectVersion } from "../objects";
import type { Operation } from "./lane";

/**
 * Tells the topics of the source bucket what happened to an operation.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function tell(
    world: Pick<World, "store" | "clock">,
    topics: TopicPublisher,
    event: ReplicationEvent,
    operation: Operation,
    version: ObjectVersion,
    failureReason?: string,
): void {
    const { rule, key, versionId, bytes, atMs } = operation;
    const sourceArn = `arn:aws:s3:::${rule.bucket}`;
    const configuration = world.store.get(notificationType, rule.region, rule.bucket)?.outputs;
    for (const topic of records(configuration, "topics")) {
        if (
            !covers(texts(topic, "events"), event) ||
            !key.startsWith(text(topic, "filterPrefix") ?? "") ||
            !key.endsWith(text(topic, "filterSuffix") ?? "")
        ) {
            continue;
        }
        const notice = {
            eventVersion: "2.2",
            eventSource: "aws:s3",
            awsRegion: rule.region,
            eventTime: new Date(world.clock.now()).toISOString(),
            eventName: event.replace("s3:", ""),
            s3: {
                s3SchemaVersion: "1.0",
                configurationId: text(topic, "id") ?? "",
                bucket: { name: rule.bucket, arn: sourceArn },
                object: {
                    key: encodeURIComponent(key),
                    size: bytes,
                    eTag: version.etag,
                    versionId,
                },
            },
            replicationEventData: {
                replicationRuleId: rule.id,
                destinationBucket: `arn:aws:s3:::${rule.destination}`,
                s3Operation: version.body === undefined ? "OBJECT_DELETE" : "OBJECT_PUT",
                requestTime: new Date(atMs).toISOString(),
                ...(failureReason === undefined ? {} : { failureReason }),
                ...(rule.thresholdMs === undefined ? {} : { threshold: rule.thresholdMs / 1000 }),
            },
        };
        topics.publish(
            text(topic, "topicArn") ?? "",
            JSON.stringify({ Records: [notice] }),
            "Amazon S3 Notification",
            "s3.amazonaws.com",
            sourceArn,
        );
    }
}
