import { policyAllowsService } from "../../world/permissions";
import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { Problem, TypeContext } from "../resourceType";
import { flag, given, items, records, text, texts } from "../support/known";
import { Problems } from "../support/problems";
import { bucketInRegion, notificationType } from "./buckets";
import { bucketSetting } from "./bucketSettings";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html#supported-notification-event-types */
export const replicationEvents = [
    "s3:Replication:OperationFailedReplication",
    "s3:Replication:OperationMissedThreshold",
    "s3:Replication:OperationReplicatedAfterThreshold",
    "s3:Replication:OperationNotTracked",
] as const;

/** One of the events that S3 tells of replication. */
export type ReplicationEvent = (typeof replicationEvents)[number];

/** Whether a notification for these events covers the event; `s3:Replication:*` covers all of its kind. */
export function covers(events: readonly string[], event: string): boolean {
    return events.some(
        (wanted) =>
            wanted === event || (wanted.endsWith(":*") && event.startsWith(wanted.slice(0, -1))),
    );
}

function check(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    // EventBridge gets no replication events, so that it cannot stand in for a topic here:
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
    for (const property of ["lambdaFunctions", "queues"]) {
        if (items(inputs, property).length > 0) {
            problems.add(property, "the rehearsal cloud delivers S3's events to topics only");
        }
    }
    if (flag(inputs, "eventbridge") === true) {
        problems.add("eventbridge", "the rehearsal cloud delivers S3's events to topics only");
    }
    const topics = records(inputs, "topics");
    topics.forEach((topic, index) => {
        const path = `topics[${index}].`;
        const events = texts(topic, "events");
        if (!given(topic, "topicArn")) {
            problems.add(`${path}topicArn`, "missing required property");
        }
        problems.matches(
            topic,
            "topicArn",
            /^(?!.*\.fifo$)arn:aws:sns:/,
            "must be the ARN of a standard topic",
            path,
        );
        if (items(topic, "events").length === 0) {
            problems.add(`${path}events`, "must name at least one event");
        }
        for (const event of events) {
            if (!replicationEvents.some((known) => covers([event], known))) {
                problems.add(
                    `${path}events`,
                    `"${event}" is no event that the rehearsal cloud knows (${replicationEvents.join(", ")})`,
                );
            }
        }
    });
    checkOverlap(problems, topics);
    return problems.found;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html */
function checkOverlap(problems: Problems, topics: readonly Props[]): void {
    const affix = (topic: Props, property: string): string => text(topic, property) ?? "";
    const overlap = (a: string, b: string, side: "startsWith" | "endsWith"): boolean =>
        a[side](b) || b[side](a);
    topics.forEach((topic, index) => {
        const common = topics
            .slice(0, index)
            .filter(
                (other) =>
                    overlap(
                        affix(topic, "filterPrefix"),
                        affix(other, "filterPrefix"),
                        "startsWith",
                    ) &&
                    overlap(affix(topic, "filterSuffix"), affix(other, "filterSuffix"), "endsWith"),
            )
            .flatMap((other) =>
                replicationEvents.filter(
                    (event) =>
                        covers(texts(other, "events"), event) &&
                        covers(texts(topic, "events"), event),
                ),
            );
        if (common[0] !== undefined) {
            problems.add(
                `topics[${index}].events`,
                `configurations on the same bucket cannot share a common event type, got ${common[0]} twice`,
            );
        }
    });
}

/**
 * S3 tries each destination before it takes the configuration.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
 */
function admit(inputs: Props, context: TypeContext): void {
    const bucket = bucketInRegion(inputs, context);
    for (const topic of records(inputs, "topics")) {
        const arn = text(topic, "topicArn") ?? "";
        const resource = context.store.get("aws:sns/topic:Topic", context.region, arn);
        const policy =
            text(
                context.store.get("aws:sns/topicPolicy:TopicPolicy", context.region, arn)?.outputs,
                "policy",
            ) ?? text(resource?.outputs, "policy");
        const caller = {
            principal: "s3.amazonaws.com",
            sourceArn: `arn:aws:s3:::${bucket.id}`,
        };
        if (
            resource === undefined ||
            !policyAllowsService(context, policy, caller, "SNS:Publish", arn)
        ) {
            throw new AwsError(
                "InvalidArgument",
                `Unable to validate the following destination configurations: ${arn} must be a topic in ${context.region} whose policy lets s3.amazonaws.com publish for ${caller.sourceArn}`,
            );
        }
    }
}

/** @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html */
export const bucketNotification = bucketSetting("BucketNotificationConfiguration", {
    type: notificationType,
    inputs: ["bucket", "eventbridge", "lambdaFunctions", "queues", "topics"],
    required: ["bucket"],
    check,
    admit,
});
