import { AwsError } from "../awsError";
import { findTableStream } from "../dynamodb/tableStream";
import { streamType } from "../kinesis/stream";
import type { ResourceType, TypeContext } from "../resourceType";
import { byArn, flag, isOther, record, text } from "../support/known";
import { roleAllows } from "../../world/permissions";
import type { Props, StoredResource } from "../../world/store";
import { eventSourceProblems } from "./eventSourceRules";
import { refuseMissingFunction, targetExists } from "./targets";

export const eventSourceMappingType = "aws:lambda/eventSourceMapping:EventSourceMapping";

/** What Lambda does to a stream with the function's role, https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html. */
const kinesisActions = ["DescribeStream", "GetRecords", "GetShardIterator", "ListShards"];
/** To a table's, https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html. */
const tableStreamActions = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"];

function invalid(message: string): AwsError {
    return new AwsError("InvalidParameterValueException", message);
}

/** @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
function admit(inputs: Props, context: TypeContext, current: Props | undefined): void {
    const target = refuseMissingFunction(text(inputs, "functionName") ?? "", context);
    const functionArn = text(target.outputs, "arn") ?? "";
    const sourceArn = text(inputs, "eventSourceArn") ?? "";
    const [, , , region] = sourceArn.split(":");
    if (region !== context.region) {
        throw invalid(
            `The event source arn must be in the same region as the function: ${sourceArn} is in ${region}, the function in ${context.region}`,
        );
    }
    const role = text(target.outputs, "role");
    refuseUnreadable(sourceArn, role, context);
    refuseDestination(inputs, role, context);
    const twin = context.store
        .list(eventSourceMappingType, context.region)
        .find((other) => isOther(other, current) && readsSame(other, sourceArn, functionArn));
    if (twin !== undefined) {
        throw new AwsError(
            "ResourceConflictException",
            `The event source arn (" ${sourceArn} ") and function (" ${target.id} ") provided mapping already exists. Please update or delete the existing mapping with UUID ${twin.id}`,
            409,
        );
    }
}

function readsSame({ outputs }: StoredResource, sourceArn: string, functionArn: string): boolean {
    return (
        text(outputs, "eventSourceArn") === sourceArn &&
        text(outputs, "functionArn") === functionArn
    );
}

function refuseUnreadable(sourceArn: string, role: string | undefined, context: TypeContext): void {
    const isTable = sourceArn.split(":")[2] === "dynamodb";
    const found = isTable
        ? findTableStream(context.store, sourceArn)
        : byArn(context, streamType, sourceArn);
    if (found === undefined) {
        throw invalid(
            `Stream not found: ${isTable ? "" : `${sourceArn.split("/").pop()} `}(${sourceArn}). Please ensure the stream exists.`,
        );
    }
    const [service, actions] = isTable
        ? ["dynamodb", tableStreamActions]
        : ["kinesis", kinesisActions];
    const missing = actions.filter(
        (action) =>
            !roleAllows(context, role, "lambda.amazonaws.com", `${service}:${action}`, sourceArn),
    );
    if (missing.length > 0) {
        throw invalid(
            `Cannot access stream ${sourceArn}. Please ensure the role can perform the ${missing.join(", ")} Actions on your stream in IAM.`,
        );
    }
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
function refuseDestination(inputs: Props, role: string | undefined, context: TypeContext): void {
    const arn = text(record(record(inputs, "destinationConfig"), "onFailure"), "destinationArn");
    if (arn === undefined) {
        return;
    }
    if (!targetExists(arn, context)) {
        throw invalid(`The destination ARN ${arn} is invalid: it does not exist.`);
    }
    const action = arn.split(":")[2] === "sns" ? "sns:Publish" : "sqs:SendMessage";
    if (!roleAllows(context, role, "lambda.amazonaws.com", action, arn)) {
        throw invalid(
            `The function's execution role does not have permissions to call ${action} on ${arn}`,
        );
    }
}

export const eventSourceMapping: ResourceType = {
    type: eventSourceMappingType,
    service: "lambda",
    home: "regional",
    actions: {
        create: "CreateEventSourceMapping",
        read: "GetEventSourceMapping",
        update: "UpdateEventSourceMapping",
        delete: "DeleteEventSourceMapping",
    },
    inputs: [
        "amazonManagedKafkaEventSourceConfig",
        "batchSize",
        "bisectBatchOnFunctionError",
        "destinationConfig",
        "documentDbEventSourceConfig",
        "enabled",
        "eventSourceArn",
        "filterCriteria",
        "functionName",
        "functionResponseTypes",
        "kmsKeyArn",
        "maximumBatchingWindowInSeconds",
        "maximumRecordAgeInSeconds",
        "maximumRetryAttempts",
        "metricsConfig",
        "parallelizationFactor",
        "provisionedPollerConfig",
        "queues",
        "scalingConfig",
        "selfManagedEventSource",
        "selfManagedKafkaEventSourceConfig",
        "sourceAccessConfigurations",
        "startingPosition",
        "startingPositionTimestamp",
        "tags",
        "topics",
        "tumblingWindowInSeconds",
        "useResourceTimeoutForPropagation",
    ],
    required: ["functionName"],
    replaceOn: [
        "eventSourceArn",
        "queues",
        "selfManagedEventSource",
        "startingPosition",
        "startingPositionTimestamp",
        "topics",
    ],
    defaults: { enabled: true },
    computed: [
        "arn",
        "functionArn",
        "lastModified",
        "lastProcessingResult",
        "state",
        "stateTransitionReason",
        "uuid",
    ],
    changesOnUpdate: ["lastModified"],
    check: eventSourceProblems,
    admit,
    compute: (inputs, context, current) => {
        const target = refuseMissingFunction(text(inputs, "functionName") ?? "", context);
        const digits = context.unique(32);
        const uuid =
            text(current, "uuid") ??
            digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
        return {
            id: uuid,
            outputs: {
                // The same for both: https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html, services-ddb-params.html
                batchSize: 100,
                bisectBatchOnFunctionError: false,
                maximumBatchingWindowInSeconds: 0,
                maximumRecordAgeInSeconds: -1,
                maximumRetryAttempts: -1,
                parallelizationFactor: 1,
                tumblingWindowInSeconds: 0,
                ...inputs,
                arn: `arn:aws:lambda:${context.region}:${context.accountId}:event-source-mapping:${uuid}`,
                functionArn: text(target.outputs, "arn"),
                lastModified: new Date(context.nowMs).toISOString(),
                lastProcessingResult: "No records processed",
                state: flag(inputs, "enabled") === false ? "Disabled" : "Enabled",
                stateTransitionReason: "User action",
                uuid,
            },
        };
    },
};
