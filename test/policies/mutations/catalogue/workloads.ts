import { type Mutation, replacing, set, unconditional, without } from "../mutation";

const stack = "ap-east-1";

/** What runs in a region, and what it tells people and others. */
export const workloadMutations: readonly Mutation[] = [
    {
        what: "the service runs with half of its tasks",
        stack,
        change: set("ecs/service", "meridian-service", "desiredCount", 3),
        caughtBy: ["capacity-service-minimum"],
    },
    {
        what: "the service may shrink to what its own users need",
        stack,
        change: set("appautoscaling/target", "meridian-service-scaling", "minCapacity", 3),
        caughtBy: ["capacity-service-minimum"],
    },
    {
        what: "the service may hardly grow",
        stack,
        change: set("appautoscaling/target", "meridian-service-scaling", "maxCapacity", 8),
        caughtBy: ["capacity-service-minimum"],
    },
    {
        what: "the decider shares the region's concurrency",
        stack,
        change: set(
            "lambda/function",
            "meridian-automation-decider",
            "reservedConcurrentExecutions",
            undefined,
        ),
        caughtBy: ["capacity-function-concurrency"],
    },
    {
        what: "the observer runs on a runtime that is not patched",
        stack,
        change: set("lambda/function", "meridian-observer", "runtime", "nodejs20.x"),
        caughtBy: ["patching-function-runtime"],
    },
    {
        what: "the settings of the consumer are encrypted with AWS's key",
        stack,
        change: set("lambda/function", "meridian-events-consumer", "kmsKeyArn", undefined),
        caughtBy: ["encryption-storage-customer-managed-key"],
    },
    {
        what: "the decider drops what it cannot handle",
        stack,
        change: set(
            "lambda/function",
            "meridian-automation-decider",
            "deadLetterConfig",
            undefined,
        ),
        caughtBy: ["recovery-function-dead-letters"],
    },
    {
        what: "the consumer drops events that it cannot apply",
        stack,
        change: set(
            "lambda/eventSourceMapping",
            "meridian-events-consumer",
            "destinationConfig",
            undefined,
        ),
        caughtBy: ["recovery-function-dead-letters"],
    },
    {
        what: "anybody's rule may start the decider",
        stack,
        change: set(
            "lambda/permission",
            "meridian-automation-decider-tick",
            "sourceArn",
            undefined,
        ),
        caughtBy: ["access-confused-deputy"],
    },
    {
        what: "the observer waits a minute for an answer",
        stack,
        change: set("lambda/function", "meridian-observer", "timeout", 60),
        caughtBy: [],
        harmless: "it is started once a minute; an answer that late is a failure to its alarm",
    },
    {
        what: "notices are encrypted with AWS's key, which alarms may not use",
        stack,
        change: set("sns/topic", "meridian-alarm-notices", "kmsMasterKeyId", "alias/aws/sns"),
        caughtBy: ["encryption-messaging-customer-managed-key"],
    },
    {
        what: "dead letters are not encrypted with a key of ours",
        stack,
        change: set("sqs/queue", "meridian-events-dead-letters", "kmsMasterKeyId", undefined),
        caughtBy: ["encryption-messaging-customer-managed-key"],
    },
    {
        what: "anybody's alarm may publish notices",
        stack,
        change: set("sns/topicPolicy", "meridian-alarm-notices", "policy", unconditional),
        caughtBy: ["access-confused-deputy"],
    },
    {
        what: "tasks of any account may be the storefront",
        stack,
        change: set("iam/role", "meridian-service-task", "assumeRolePolicy", unconditional),
        caughtBy: ["access-confused-deputy"],
    },
    {
        what: "the storefront may do anything with any table",
        stack,
        change: set(
            "iam/rolePolicy",
            "meridian-service-task-policy",
            "policy",
            replacing(/"dynamodb:\w+"/, '"dynamodb:*"'),
        ),
        caughtBy: ["access-permissions-named"],
    },
    {
        what: "the observer's role may do anything",
        stack,
        change: set(
            "iam/rolePolicy",
            "meridian-observer-role-policy",
            "policy",
            replacing(/"Resource":("[^"]+"|\[[^\]]+\])/, '"Resource":"*"'),
        ),
        caughtBy: ["access-permissions-named"],
    },
    {
        what: "the alarm on silence tells nobody",
        stack,
        change: set("cloudwatch/metricAlarm", "meridian-alarms-silence", "alarmActions", []),
        caughtBy: ["health-alarm-actions"],
    },
    {
        what: "the alarm on healthy hosts is muted",
        stack,
        change: set(
            "cloudwatch/metricAlarm",
            "meridian-alarms-healthy-hosts",
            "actionsEnabled",
            false,
        ),
        caughtBy: ["health-alarm-actions"],
    },
    {
        what: "an observer's alarm makes nothing of silence",
        stack,
        change: set("cloudwatch/metricAlarm", /^meridian-observer-/, "treatMissingData", undefined),
        caughtBy: ["health-alarm-missing-data"],
    },
    {
        what: "the composite alarm tells nobody",
        stack,
        change: set(
            "cloudwatch/compositeAlarm",
            "meridian-overview-composites-impaired",
            "alarmActions",
            undefined,
        ),
        caughtBy: ["health-alarm-actions"],
    },
    {
        what: "an alarm has no second action for when all is well again",
        stack,
        change: set("cloudwatch/metricAlarm", "meridian-alarms-latency", "okActions", []),
        caughtBy: [],
        harmless: "people are told that it began; its end shows on the dashboard",
    },
    {
        what: "the stream of the events is not encrypted",
        stack,
        change: set("kinesis/stream", "meridian-events-stream", "encryptionType", "NONE"),
        caughtBy: ["encryption-storage-customer-managed-key"],
    },
    {
        what: "events are kept for a day",
        stack,
        change: set("kinesis/stream", "meridian-events-stream", "retentionPeriod", 24),
        caughtBy: ["recovery-stream-retention"],
    },
    {
        what: "tasks run in one zone",
        stack,
        change: set(
            "ecs/service",
            "meridian-service",
            "networkConfiguration.subnets",
            (subnets: unknown) => (subnets as unknown[]).slice(0, 1),
        ),
        caughtBy: ["recovery-service-zones"],
    },
    {
        what: "a deployment stops every task",
        stack,
        change: set("ecs/service", "meridian-service", "deploymentMinimumHealthyPercent", 0),
        caughtBy: ["capacity-service-minimum"],
    },
    {
        what: "whoever signs in to no account uses the cache",
        stack,
        change: set("elasticache/user", "meridian-cache-default", "accessString", "on ~* +@all"),
        caughtBy: ["access-cache-default-user"],
    },
    {
        what: "the dashboard is gone",
        stack,
        change: without("cloudwatch/dashboard", /dashboard/),
        caughtBy: [],
        harmless: "a view of what alarms watch; nothing depends on it",
    },
];
