import { AwsError } from "../awsError";
import type { ResourceType, TypeContext } from "../resourceType";
import { arn, byArn, flag, number, text } from "../support/known";
import { policyAllows } from "../support/policyDocument";
import { Problems } from "../support/problems";

/** Days, 0 for ever: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const retentionDays = [
    0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
export const logGroupType: ResourceType = {
    type: "aws:cloudwatch/logGroup:LogGroup",
    service: "logs",
    home: "regional",
    actions: {
        create: "CreateLogGroup",
        read: "DescribeLogGroups",
        update: "PutRetentionPolicy",
        delete: "DeleteLogGroup",
    },
    inputs: [
        "deletionProtectionEnabled",
        "kmsKeyId",
        "logGroupClass",
        "name",
        "namePrefix",
        "retentionInDays",
        "skipDestroy",
        "tags",
    ],
    required: [],
    replaceOn: ["logGroupClass", "name", "namePrefix"],
    autoname: { property: "name", maxLength: 512 },
    defaults: { retentionInDays: 0, skipDestroy: false },
    computed: ["arn", "deletionProtectionEnabled", "logGroupClass"],

    check(inputs) {
        const problems = new Problems();
        problems.matches(
            inputs,
            "name",
            /^[\w./#-]{1,512}$/,
            "must be 1 to 512 letters, digits and ._-/#",
        );
        problems.oneOf(inputs, "logGroupClass", ["DELIVERY", "INFREQUENT_ACCESS", "STANDARD"]);
        const days = number(inputs, "retentionInDays");
        if (days !== undefined && !retentionDays.includes(days)) {
            problems.add(
                "retentionInDays",
                `must be one of ${retentionDays.join(", ")}, got ${days}`,
            );
        }
        problems.matches(
            inputs,
            "kmsKeyId",
            /^arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:key\/.+$/,
            "must be the ARN of a key; an id or an alias is not taken",
        );
        return problems.found;
    },

    admit(inputs, context) {
        const key = text(inputs, "kmsKeyId");
        if (key !== undefined) {
            refuseKey(key, text(inputs, "name") ?? "", context);
        }
    },

    compute(inputs, context) {
        const name = text(inputs, "name") ?? "";
        return {
            id: name,
            outputs: {
                ...inputs,
                id: name,
                arn: arn("logs", context, `log-group:${name}`),
                deletionProtectionEnabled: flag(inputs, "deletionProtectionEnabled") ?? false,
                logGroupClass: text(inputs, "logGroupClass") ?? "STANDARD",
            },
        };
    },

    refuseDelete(outputs) {
        if (flag(outputs, "deletionProtectionEnabled") === true) {
            throw new AwsError(
                "ValidationException",
                `Log group ${text(outputs, "name")} cannot be deleted because deletion protection is enabled`,
            );
        }
    },
};

/**
 * The key must be in the region, and its policy must let the logs service use it for this group.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
function refuseKey(keyArn: string, name: string, context: TypeContext): void {
    const group = arn("logs", context, `log-group:${name}`);
    const key = byArn(context, "aws:kms/key:Key", keyArn);
    const policy = text(key?.outputs, "policy") ?? "";
    const allowed =
        key?.region === context.region &&
        ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"].every((action) =>
            policyAllows(policy, {
                principal: { service: `logs.${context.region}.amazonaws.com` },
                action,
                resource: keyArn,
                context: {
                    "aws:SourceAccount": context.accountId,
                    "aws:SourceArn": group,
                    "kms:EncryptionContext:aws:logs:arn": group,
                },
            }),
        );
    if (!allowed) {
        throw new AwsError(
            "AccessDeniedException",
            `The specified KMS key does not exist or is not allowed to be used with Arn '${group}'`,
        );
    }
}
