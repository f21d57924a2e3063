import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { Problem, ResourceType, TypeContext } from "../resourceType";
import { arn, flag, text } from "../support/known";
import { findKey } from "../support/keys";
import { policyProblems } from "../support/policyDocument";
import { unknownPrincipal } from "../support/principals";
import { Problems } from "../support/problems";

export const topicType = "aws:sns/topic:Topic";

/** @see https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html */
function check(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    const fifo = flag(inputs, "fifoTopic") === true;
    problems.matches(
        inputs,
        "name",
        fifo ? /^[\w-]{1,251}\.fifo$/ : /^[\w-]{1,256}$/,
        fifo
            ? "a FIFO topic's name has letters, digits, hyphens and underscores and ends in .fifo"
            : "a topic's name has up to 256 letters, digits, hyphens and underscores",
    );
    problems.range(inputs, "signatureVersion", 1, 2);
    problems.oneOf(inputs, "tracingConfig", ["PassThrough", "Active"]);
    problems.oneOf(inputs, "fifoThroughputScope", ["Topic", "MessageGroup"]);
    for (const protocol of ["application", "firehose", "http", "lambda", "sqs"]) {
        problems.range(inputs, `${protocol}SuccessFeedbackSampleRate`, 0, 100);
    }
    const displayName = text(inputs, "displayName");
    if (displayName !== undefined && displayName.length > 100) {
        problems.add("displayName", `at most 100 characters, got ${displayName.length}`);
    }
    if (!fifo && flag(inputs, "contentBasedDeduplication") === true) {
        problems.add("contentBasedDeduplication", "only allowed for a FIFO topic");
    }
    return problems.found;
}

function admit(inputs: Props, context: TypeContext): void {
    const key = text(inputs, "kmsMasterKeyId");
    if (key !== undefined && findKey(key, context) === undefined) {
        throw new AwsError(
            "InvalidParameter",
            `Invalid parameter: Attributes Reason: KMS key ${key} was not found in ${context.region}`,
        );
    }
    const policy = text(inputs, "policy");
    if (policy !== undefined) {
        refuseTopicPolicy(policy, context);
    }
}

/**
 * @throws AwsError InvalidParameter
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html
 */
export function refuseTopicPolicy(policy: string, context: TypeContext): void {
    const problem = policyProblems(policy, "resource")[0];
    if (problem !== undefined) {
        throw new AwsError("InvalidParameter", `Invalid parameter: Policy Error: ${problem}`);
    }
    const { Statement } = JSON.parse(policy) as { Statement: { Action?: unknown }[] };
    const actions = [Statement]
        .flat()
        .flatMap(({ Action }) => Action ?? [])
        .map(String);
    if (!actions.every((action) => /^sns:/i.test(action))) {
        throw new AwsError(
            "InvalidParameter",
            "Invalid parameter: Policy statement action out of service scope!",
        );
    }
    const stranger = unknownPrincipal(policy, context);
    if (stranger !== undefined) {
        throw new AwsError(
            "InvalidParameter",
            `Invalid parameter: Policy Error: PrincipalNotFound (${stranger})`,
        );
    }
}

export const topic: ResourceType = {
    type: topicType,
    service: "sns",
    home: "regional",
    actions: {
        create: "CreateTopic",
        read: "GetTopicAttributes",
        update: "SetTopicAttributes",
        delete: "DeleteTopic",
    },
    inputs: [
        "applicationFailureFeedbackRoleArn",
        "applicationSuccessFeedbackRoleArn",
        "applicationSuccessFeedbackSampleRate",
        "archivePolicy",
        "contentBasedDeduplication",
        "deliveryPolicy",
        "displayName",
        "fifoThroughputScope",
        "fifoTopic",
        "firehoseFailureFeedbackRoleArn",
        "firehoseSuccessFeedbackRoleArn",
        "firehoseSuccessFeedbackSampleRate",
        "httpFailureFeedbackRoleArn",
        "httpSuccessFeedbackRoleArn",
        "httpSuccessFeedbackSampleRate",
        "kmsMasterKeyId",
        "lambdaFailureFeedbackRoleArn",
        "lambdaSuccessFeedbackRoleArn",
        "lambdaSuccessFeedbackSampleRate",
        "name",
        "namePrefix",
        "policy",
        "signatureVersion",
        "sqsFailureFeedbackRoleArn",
        "sqsSuccessFeedbackRoleArn",
        "sqsSuccessFeedbackSampleRate",
        "tags",
        "tracingConfig",
    ],
    required: [],
    replaceOn: ["fifoTopic", "name", "namePrefix"],
    autoname: { property: "name", maxLength: 256 },
    documents: ["archivePolicy", "deliveryPolicy", "policy"],
    computed: ["arn", "beginningArchiveTime", "owner", "policy", "signatureVersion"],
    check,
    admit,
    compute: (inputs, context) => {
        const id = arn("sns", context, text(inputs, "name") ?? "");
        return {
            id,
            outputs: {
                policy: defaultPolicy(id, context.accountId),
                signatureVersion: 1,
                ...inputs,
                arn: id,
                owner: context.accountId,
                beginningArchiveTime: "",
            },
        };
    },
    deleted: (outputs, context) => {
        // https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html: its subscriptions go with it.
        const type = "aws:sns/topicSubscription:TopicSubscription";
        for (const subscription of context.store.list(type, context.region)) {
            if (subscription.outputs.topic === outputs.arn) {
                context.store.delete(type, subscription.region, subscription.id);
            }
        }
        context.store.delete(
            "aws:sns/topicPolicy:TopicPolicy",
            context.region,
            text(outputs, "arn") ?? "",
        );
    },
};

/** @see https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html */
function defaultPolicy(topicArn: string, accountId: string): string {
    return JSON.stringify({
        Version: "2008-10-17",
        Id: "__default_policy_ID",
        Statement: [
            {
                Sid: "__default_statement_ID",
                Effect: "Allow",
                Principal: { AWS: "*" },
                Action: [
                    "SNS:GetTopicAttributes",
                    "SNS:SetTopicAttributes",
                    "SNS:AddPermission",
                    "SNS:RemovePermission",
                    "SNS:DeleteTopic",
                    "SNS:Subscribe",
                    "SNS:ListSubscriptionsByTopic",
                    "SNS:Publish",
                ],
                Resource: topicArn,
                Condition: { StringEquals: { "AWS:SourceOwner": accountId } },
            },
        ],
    });
}
