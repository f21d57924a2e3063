import type { Props } from "../../world/store";
import { isUnknown, type Problem } from "../resourceType";
import { given, items, number, record, records, text, texts } from "../support/known";
import { Problems } from "../support/problems";
import { tableStreamArn } from "../dynamodb/tableStream";
import { queueOrTopicArn } from "./targets";

const kinesisArn = /^arn:aws:kinesis:[a-z0-9-]+:\d{12}:stream\/[a-zA-Z0-9_.-]+$/;

/** Arguments for sources that are no stream. */
const ofOtherSources = [
    "amazonManagedKafkaEventSourceConfig",
    "documentDbEventSourceConfig",
    "provisionedPollerConfig",
    "queues",
    "scalingConfig",
    "selfManagedEventSource",
    "selfManagedKafkaEventSourceConfig",
    "sourceAccessConfigurations",
    "topics",
];

/** A kind of stream that Lambda polls. */
interface SourceKind {
    readonly name: string;
    readonly arn: RegExp;
    readonly positions: readonly string[];
    /** Fields of a record that a filter can be about. */
    readonly filterFields: readonly string[];
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html for its fields */
const kinesis: SourceKind = {
    name: "Kinesis",
    arn: kinesisArn,
    positions: ["AT_TIMESTAMP", "LATEST", "TRIM_HORIZON"],
    filterFields: ["data", "partitionKey", "sequenceNumber", "approximateArrivalTimestamp"],
};

/**
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html for its fields
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html for its positions
 */
const dynamoDb: SourceKind = {
    name: "DynamoDB",
    arn: tableStreamArn,
    positions: ["LATEST", "TRIM_HORIZON"],
    filterFields: [
        "awsRegion",
        "dynamodb",
        "eventID",
        "eventName",
        "eventSource",
        "eventSourceARN",
        "eventVersion",
        "userIdentity",
    ],
};

/** Of a preview, in which the stream is not known yet: what either kind takes. */
const either: SourceKind = {
    ...kinesis,
    filterFields: [...kinesis.filterFields, ...dynamoDb.filterFields],
};

/** Told by the ARN's service. */
function kindOf(inputs: Props): SourceKind {
    if (isUnknown(inputs["eventSourceArn"])) {
        return either;
    }
    return text(inputs, "eventSourceArn")?.split(":")[2] === "dynamodb" ? dynamoDb : kinesis;
}

/** @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
export function eventSourceProblems(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    const kind = kindOf(inputs);
    sourceProblems(inputs, kind, problems);
    positionProblems(inputs, kind, problems);
    problems.range(inputs, "batchSize", 1, 10_000);
    problems.range(inputs, "maximumBatchingWindowInSeconds", 0, 300);
    problems.range(inputs, "maximumRetryAttempts", -1, 10_000);
    problems.range(inputs, "parallelizationFactor", 1, 10);
    const age = number(inputs, "maximumRecordAgeInSeconds");
    if (
        age !== undefined &&
        age !== -1 &&
        !(Number.isInteger(age) && age >= 60 && age <= 604_800)
    ) {
        problems.add("maximumRecordAgeInSeconds", `must be -1 or from 60 to 604800, got ${age}`);
    }
    for (const kind of texts(inputs, "functionResponseTypes")) {
        if (kind !== "ReportBatchItemFailures") {
            problems.add("functionResponseTypes", `must be ReportBatchItemFailures, got "${kind}"`);
        }
    }
    for (const metric of texts(record(inputs, "metricsConfig"), "metrics")) {
        if (metric !== "EventCount") {
            problems.add("metricsConfig.metrics", `must be EventCount, got "${metric}"`);
        }
    }
    const window = number(inputs, "tumblingWindowInSeconds");
    if (window !== undefined && window !== 0) {
        problems.add(
            "tumblingWindowInSeconds",
            `the rehearsal cloud has no tumbling windows, got ${window}; leave it out`,
        );
    }
    const destination = record(record(inputs, "destinationConfig"), "onFailure") ?? {};
    problems.matches(
        destination,
        "destinationArn",
        queueOrTopicArn,
        "must be the ARN of an SQS queue or an SNS topic",
        "destinationConfig.onFailure.",
    );
    filterProblems(inputs, kind, problems);
    return problems.found;
}

function sourceProblems(inputs: Props, kind: SourceKind, problems: Problems): void {
    if (!given(inputs, "eventSourceArn")) {
        problems.add("eventSourceArn", `required for a ${kind.name} stream`);
    }
    problems.matches(
        inputs,
        "eventSourceArn",
        kind.arn,
        "must be the ARN of a Kinesis stream or of a table's stream, the sources that the rehearsal cloud polls",
    );
    for (const property of ofOtherSources.filter((name) => given(inputs, name))) {
        problems.add(property, `is not supported for a ${kind.name} stream`);
    }
}

function positionProblems(inputs: Props, kind: SourceKind, problems: Problems): void {
    problems.oneOf(inputs, "startingPosition", kind.positions);
    if (!given(inputs, "startingPosition")) {
        problems.add("startingPosition", `StartingPosition is required for a ${kind.name} stream`);
    }
    const timestamp = text(inputs, "startingPositionTimestamp");
    const atTimestamp = text(inputs, "startingPosition") === "AT_TIMESTAMP";
    if (atTimestamp !== given(inputs, "startingPositionTimestamp")) {
        problems.add(
            "startingPositionTimestamp",
            "must be set with the starting position AT_TIMESTAMP, and with no other",
        );
    }
    if (timestamp !== undefined && Number.isNaN(Date.parse(timestamp))) {
        problems.add("startingPositionTimestamp", `must be a time of RFC 3339, got "${timestamp}"`);
    }
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html */
function filterProblems(inputs: Props, kind: SourceKind, problems: Problems): void {
    const filters = record(inputs, "filterCriteria");
    if (items(filters, "filters").length > 5) {
        problems.add(
            "filterCriteria.filters",
            `at most 5 filters, got ${items(filters, "filters").length}`,
        );
    }
    for (const pattern of records(filters, "filters").map((filter) => text(filter, "pattern"))) {
        const reason = pattern === undefined ? undefined : patternProblem(pattern, kind);
        if (reason !== undefined) {
            problems.add("filterCriteria.filters", `Invalid filter pattern definition: ${reason}`);
        }
    }
}

function patternProblem(pattern: string, { name, filterFields }: SourceKind): string | undefined {
    let parsed: unknown;
    try {
        parsed = JSON.parse(pattern);
    } catch {
        return `must be JSON, got ${pattern}`;
    }
    if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
        return `must be a JSON object, got ${pattern}`;
    }
    const strange = Object.keys(parsed).filter((field) => !filterFields.includes(field));
    return pattern.length > 4096
        ? `at most 4096 characters, got ${pattern.length}`
        : strange.length > 0
          ? `a ${name} record has the fields ${filterFields.join(", ")}, got ${strange.join(", ")}`
          : undefined;
}
