import type { Props, StoredResource } from "../../world/store";
import { AwsError } from "../awsError";
import type { Problem, ResourceType, TypeContext } from "../resourceType";
import { arn, flag, given, isOther, text } from "../support/known";
import { findKey } from "../support/keys";
import { policyProblems } from "../support/policyDocument";
import { unknownPrincipal } from "../support/principals";
import { Problems } from "../support/problems";

export const queueType = "aws:sqs/queue:Queue";

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
function check(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    const fifo = flag(inputs, "fifoQueue") === true;
    problems.matches(
        inputs,
        "name",
        fifo ? /^[\w-]{1,75}\.fifo$/ : /^[\w-]{1,80}$/,
        fifo
            ? "a FIFO queue's name has letters, digits, hyphens and underscores and ends in .fifo"
            : "a queue's name has up to 80 letters, digits, hyphens and underscores",
    );
    problems.range(inputs, "delaySeconds", 0, 900);
    problems.range(inputs, "maxMessageSize", 1024, 1_048_576);
    problems.range(inputs, "messageRetentionSeconds", 60, 1_209_600);
    problems.range(inputs, "receiveWaitTimeSeconds", 0, 20);
    problems.range(inputs, "visibilityTimeoutSeconds", 0, 43_200);
    problems.range(inputs, "kmsDataKeyReusePeriodSeconds", 60, 86_400);
    if (given(inputs, "kmsMasterKeyId") && flag(inputs, "sqsManagedSseEnabled") === true) {
        problems.add(
            "sqsManagedSseEnabled",
            "You can use one type of server-side encryption (SSE) at one time. You can either enable KMS SSE or SQS SSE.",
        );
    }
    for (const property of [
        "contentBasedDeduplication",
        "deduplicationScope",
        "fifoThroughputLimit",
    ]) {
        if (!fifo && given(inputs, property) && inputs[property] !== false) {
            problems.add(property, "only allowed for a FIFO queue");
        }
    }
    const redrive = text(inputs, "redrivePolicy");
    if (redrive !== undefined) {
        const { maxReceiveCount, deadLetterTargetArn } = parse(redrive) ?? {};
        const count = Number(maxReceiveCount);
        if (typeof deadLetterTargetArn !== "string" || !(count >= 1 && count <= 1000)) {
            problems.add(
                "redrivePolicy",
                `must be JSON with deadLetterTargetArn and a maxReceiveCount from 1 to 1000, got ${redrive}`,
            );
        }
    }
    return problems.found;
}

function admit(inputs: Props, context: TypeContext, current: Props | undefined): void {
    const name = text(inputs, "name") ?? "";
    const namesake = context.store.get(queueType, context.region, urlOf(name, context));
    if (namesake !== undefined && isOther(namesake, current)) {
        throw new AwsError(
            "QueueAlreadyExists",
            `A queue already exists with the same name and a different value for attribute ${name}`,
        );
    }
    const key = text(inputs, "kmsMasterKeyId");
    if (key !== undefined && findKey(key, context) === undefined) {
        throw new AwsError(
            "KMS.NotFoundException",
            `KMS key ${key} was not found in ${context.region}`,
        );
    }
    const policy = text(inputs, "policy");
    if (policy !== undefined) {
        refuseQueuePolicy(policy, context);
    }
    refuseDeadLetterQueue(inputs, context);
}

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html: of the same region and account. */
function refuseDeadLetterQueue(inputs: Props, context: TypeContext): void {
    const redrive = text(inputs, "redrivePolicy");
    const target = redrive === undefined ? undefined : parse(redrive)?.deadLetterTargetArn;
    if (
        target !== undefined &&
        !context.store.list(queueType, context.region).some((queue) => queue.outputs.arn === target)
    ) {
        throw new AwsError(
            "InvalidParameterValue",
            `Value ${redrive} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.`,
        );
    }
}

/** @throws AwsError InvalidAttributeValue */
export function refuseQueuePolicy(policy: string, context: TypeContext): void {
    const stranger = unknownPrincipal(policy, context);
    const problem =
        policyProblems(policy, "resource")[0] ??
        (stranger === undefined ? undefined : `invalid principal ${stranger}`);
    if (problem !== undefined) {
        throw new AwsError(
            "InvalidAttributeValue",
            `Invalid value for the parameter Policy. Reason: ${problem}`,
        );
    }
}

export function queueByUrl(url: string, context: TypeContext): StoredResource | undefined {
    return context.store.get(queueType, context.region, url);
}

function urlOf(name: string, context: TypeContext): string {
    return `https://sqs.${context.region}.amazonaws.com/${context.accountId}/${name}`;
}

function parse(document: string): Readonly<Record<string, unknown>> | undefined {
    try {
        return JSON.parse(document) as Readonly<Record<string, unknown>>;
    } catch {
        return undefined;
    }
}

export const queue: ResourceType = {
    type: queueType,
    service: "sqs",
    home: "regional",
    actions: {
        create: "CreateQueue",
        read: "GetQueueAttributes",
        update: "SetQueueAttributes",
        delete: "DeleteQueue",
    },
    inputs: [
        "contentBasedDeduplication",
        "deduplicationScope",
        "delaySeconds",
        "fifoQueue",
        "fifoThroughputLimit",
        "kmsDataKeyReusePeriodSeconds",
        "kmsMasterKeyId",
        "maxMessageSize",
        "messageRetentionSeconds",
        "name",
        "namePrefix",
        "policy",
        "receiveWaitTimeSeconds",
        "redriveAllowPolicy",
        "redrivePolicy",
        "sqsManagedSseEnabled",
        "tags",
        "visibilityTimeoutSeconds",
    ],
    required: [],
    replaceOn: ["fifoQueue", "name", "namePrefix"],
    autoname: { property: "name", maxLength: 80 },
    documents: ["policy", "redriveAllowPolicy", "redrivePolicy"],
    computed: ["arn", "kmsDataKeyReusePeriodSeconds", "sqsManagedSseEnabled", "url"],
    check,
    admit,
    compute: (inputs, context) => {
        const name = text(inputs, "name") ?? "";
        const url = urlOf(name, context);
        return {
            id: url,
            outputs: {
                contentBasedDeduplication: false,
                delaySeconds: 0,
                fifoQueue: false,
                kmsDataKeyReusePeriodSeconds: 300,
                maxMessageSize: 262_144,
                messageRetentionSeconds: 345_600,
                receiveWaitTimeSeconds: 0,
                sqsManagedSseEnabled: !given(inputs, "kmsMasterKeyId"),
                visibilityTimeoutSeconds: 30,
                ...inputs,
                arn: arn("sqs", context, name),
                url,
            },
        };
    },
    deleted: (outputs, context) =>
        context.store.delete(
            "aws:sqs/queuePolicy:QueuePolicy",
            context.region,
            text(outputs, "url") ?? "",
        ),
};
