import { AwsError } from "../awsError";
import type { Props } from "../../world/store";
import type { Problem, ResourceType, TypeContext } from "../resourceType";
import { arn, flag, keepId, number, text } from "../support/known";
import { policyAllows, policyProblems } from "../support/policyDocument";
import { unknownPrincipal } from "../support/principals";
import { Problems } from "../support/problems";
import { uuid } from "../support/uuid";

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html */
function check(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    // https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html
    problems.range(inputs, "deletionWindowInDays", 7, 30);
    // https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html
    problems.range(inputs, "rotationPeriodInDays", 90, 2560);
    if (
        number(inputs, "rotationPeriodInDays") !== undefined &&
        flag(inputs, "enableKeyRotation") === false
    ) {
        problems.add("rotationPeriodInDays", "needs enableKeyRotation");
    }
    problems.oneOf(inputs, "keyUsage", [
        "ENCRYPT_DECRYPT",
        "SIGN_VERIFY",
        "GENERATE_VERIFY_MAC",
        "KEY_AGREEMENT",
    ]);
    const description = text(inputs, "description");
    if (description !== undefined && description.length > 8192) {
        problems.add("description", `at most 8192 characters, got ${description.length}`);
    }
    const spec = text(inputs, "customerMasterKeySpec");
    if (spec !== undefined && spec !== "SYMMETRIC_DEFAULT" && flag(inputs, "enableKeyRotation")) {
        problems.add(
            "enableKeyRotation",
            `UnsupportedOperationException: automatic rotation needs a symmetric key, got ${spec}`,
        );
    }
    return problems.found;
}

/**
 * A key policy must be valid, name principals that exist, and leave its caller able to change it.
 *
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#prevent-unmanageable-key
 */
function admit(inputs: Props, context: TypeContext): void {
    const policy = text(inputs, "policy");
    if (policy === undefined) {
        return;
    }
    const problem = policyProblems(policy, "resource")[0];
    if (problem !== undefined) {
        throw new AwsError("MalformedPolicyDocumentException", problem);
    }
    if (Buffer.byteLength(policy) > 32 * 1024) {
        throw new AwsError("LimitExceededException", "key policies have at most 32 KiB");
    }
    if (unknownPrincipal(policy, context) !== undefined) {
        throw new AwsError(
            "MalformedPolicyDocumentException",
            `Policy contains a statement with one or more invalid principals. (${unknownPrincipal(policy, context)})`,
        );
    }
    const manageable = policyAllows(policy, {
        principal: { arn: `arn:aws:iam::${context.accountId}:user/rehearsal` },
        action: "kms:PutKeyPolicy",
        resource: "*",
        context: { "aws:PrincipalAccount": context.accountId },
    });
    if (!manageable && flag(inputs, "bypassPolicyLockoutSafetyCheck") !== true) {
        throw new AwsError(
            "MalformedPolicyDocumentException",
            "The new key policy will not allow you to update the key policy in the future.",
        );
    }
}

export const key: ResourceType = {
    type: "aws:kms/key:Key",
    service: "kms",
    home: "regional",
    actions: {
        create: "CreateKey",
        read: "DescribeKey",
        update: "PutKeyPolicy",
        delete: "ScheduleKeyDeletion",
    },
    inputs: [
        "bypassPolicyLockoutSafetyCheck",
        "customKeyStoreId",
        "customerMasterKeySpec",
        "deletionWindowInDays",
        "description",
        "enableKeyRotation",
        "isEnabled",
        "keyUsage",
        "multiRegion",
        "policy",
        "rotationPeriodInDays",
        "tags",
        "xksKeyId",
    ],
    required: [],
    replaceOn: ["customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "xksKeyId"],
    defaults: {
        bypassPolicyLockoutSafetyCheck: false,
        customerMasterKeySpec: "SYMMETRIC_DEFAULT",
        isEnabled: true,
        keyUsage: "ENCRYPT_DECRYPT",
    },
    documents: ["policy"],
    computed: ["arn", "keyId", "policy", "multiRegion", "rotationPeriodInDays"],
    check,
    admit,
    compute: (inputs, context, current) => {
        const id = keepId(current, () =>
            flag(inputs, "multiRegion") === true
                ? `mrk-${context.unique(32)}`
                : uuid(context.unique(32)),
        );
        return {
            id,
            outputs: {
                description: "",
                enableKeyRotation: false,
                multiRegion: false,
                policy: defaultPolicy(context.accountId),
                rotationPeriodInDays: flag(inputs, "enableKeyRotation") === true ? 365 : 0,
                ...inputs,
                arn: arn("kms", context, `key/${id}`),
                keyId: id,
            },
        };
    },
    importIds: ({ outputs }) => [text(outputs, "arn") ?? ""],
};

/** @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html */
function defaultPolicy(accountId: string): string {
    return JSON.stringify({
        Version: "2012-10-17",
        Id: "key-default-1",
        Statement: [
            {
                Sid: "Enable IAM User Permissions",
                Effect: "Allow",
                Principal: { AWS: `arn:aws:iam::${accountId}:root` },
                Action: "kms:*",
                Resource: "*",
            },
        ],
    });
}
