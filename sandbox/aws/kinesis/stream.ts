import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { Problem, ResourceType, TypeContext } from "../resourceType";
import { arn, given, isOther, number, record, text, texts } from "../support/known";
import { findKey } from "../support/keys";
import { Problems } from "../support/problems";

export const streamType = "aws:kinesis/stream:Stream";

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_EnableEnhancedMonitoring.html */
const shardMetrics = [
    "IncomingBytes",
    "IncomingRecords",
    "OutgoingBytes",
    "OutgoingRecords",
    "WriteProvisionedThroughputExceeded",
    "ReadProvisionedThroughputExceeded",
    "IteratorAgeMilliseconds",
    "ALL",
];

/** Shards a stream on demand starts with: https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html */
export const shardsOnDemand = 4;

function onDemand(inputs: Props): boolean {
    return text(record(inputs, "streamModeDetails"), "streamMode") === "ON_DEMAND";
}

/** @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html */
function check(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    problems.matches(
        inputs,
        "name",
        /^[a-zA-Z0-9_.-]{1,128}$/,
        "1 to 128 letters, digits, underscores, dots or hyphens",
    );
    problems.oneOf(
        record(inputs, "streamModeDetails") ?? {},
        "streamMode",
        ["PROVISIONED", "ON_DEMAND"],
        "streamModeDetails.",
    );
    problems.range(inputs, "retentionPeriod", 24, 8760);
    problems.range(inputs, "maxRecordSizeInKib", 1024, 10_240);
    problems.oneOf(inputs, "encryptionType", ["NONE", "KMS"]);
    for (const metric of texts(inputs, "shardLevelMetrics")) {
        if (!shardMetrics.includes(metric)) {
            problems.add(
                "shardLevelMetrics",
                `must be among ${shardMetrics.join(", ")}, got "${metric}"`,
            );
        }
    }
    capacityProblems(inputs, problems);
    if (text(inputs, "encryptionType") === "KMS" && !given(inputs, "kmsKeyId")) {
        // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StartStreamEncryption.html
        problems.add("kmsKeyId", "KMS Key Id required when setting encryption_type is KMS");
    }
    return problems.found;
}

function capacityProblems(inputs: Props, problems: Problems): void {
    if (onDemand(inputs)) {
        if (given(inputs, "shardCount")) {
            problems.add(
                "shardCount",
                "shard_count must not be set when stream_mode is ON_DEMAND, where Kinesis chooses it",
            );
        }
        return;
    }
    problems.range(inputs, "shardCount", 1, 10_000);
    if (!given(inputs, "shardCount")) {
        problems.add("shardCount", "must be at least 1 when stream_mode is PROVISIONED");
    }
    if (given(inputs, "warmThroughputMibPs")) {
        // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamWarmThroughput.html
        problems.add("warmThroughputMibPs", "only allowed when stream_mode is ON_DEMAND");
    }
}

function admit(inputs: Props, context: TypeContext, current: Props | undefined): void {
    const name = text(inputs, "name") ?? "";
    const namesake = context.store.get(
        streamType,
        context.region,
        arn("kinesis", context, `stream/${name}`),
    );
    if (namesake !== undefined && isOther(namesake, current)) {
        throw new AwsError(
            "ResourceInUseException",
            `Stream ${name} under account ${context.accountId} already exists.`,
        );
    }
    const key = text(inputs, "kmsKeyId");
    if (key !== undefined && findKey(key, context) === undefined) {
        // The API's list of errors: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StartStreamEncryption.html#API_StartStreamEncryption_Errors
        throw new AwsError(
            "KMSNotFoundException",
            `The KMS key ${key} was not found in ${context.region}`,
        );
    }
    refuseResharding(number(current, "shardCount"), number(inputs, "shardCount"));
}

/** @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html */
function refuseResharding(now: number | undefined, wanted: number | undefined): void {
    if (now === undefined || wanted === undefined || now === wanted) {
        return;
    }
    if (wanted > 2 * now || wanted < now / 2) {
        throw new AwsError(
            "InvalidArgumentException",
            `UpdateShardCount cannot scale up to more than double or down to less than half of the current open shard count of ${now}, got ${wanted}; take more than one step`,
        );
    }
}

export const stream: ResourceType = {
    type: streamType,
    service: "kinesis",
    home: "regional",
    actions: {
        create: "CreateStream",
        read: "DescribeStreamSummary",
        update: "UpdateShardCount",
        delete: "DeleteStream",
    },
    inputs: [
        "arn",
        "encryptionType",
        "enforceConsumerDeletion",
        "kmsKeyId",
        "maxRecordSizeInKib",
        "name",
        "retentionPeriod",
        "shardCount",
        "shardLevelMetrics",
        "streamModeDetails",
        "tags",
        "warmThroughputMibPs",
    ],
    required: [],
    replaceOn: ["name"],
    autoname: { property: "name", maxLength: 128 },
    unordered: ["shardLevelMetrics"],
    defaults: { encryptionType: "NONE", enforceConsumerDeletion: false, retentionPeriod: 24 },
    computed: ["arn", "maxRecordSizeInKib", "streamModeDetails"],
    check,
    admit,
    compute: (inputs, context) => {
        const own = arn("kinesis", context, `stream/${text(inputs, "name")}`);
        return {
            id: own,
            outputs: {
                maxRecordSizeInKib: 1024,
                streamModeDetails: { streamMode: "PROVISIONED" },
                ...inputs,
                arn: own,
            },
        };
    },
    importIds: ({ outputs }) => [text(outputs, "name") ?? ""],
};
