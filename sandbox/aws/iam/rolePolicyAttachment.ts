import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { isOther, text } from "../support/known";
import { Problems } from "../support/problems";
import { refuseUnknownManagedPolicy } from "./managedPolicies";
import { attachmentToken, managedPoliciesPerRole } from "./role";
import { refuseMissingRole } from "./rolePolicy";

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html */
export const rolePolicyAttachmentType: ResourceType = {
    type: attachmentToken,
    service: "iam",
    home: "us-east-1",
    actions: {
        create: "AttachRolePolicy",
        read: "ListAttachedRolePolicies",
        update: "AttachRolePolicy",
        delete: "DetachRolePolicy",
    },
    inputs: ["policyArn", "role"],
    required: ["policyArn", "role"],
    replaceOn: ["policyArn", "role"],
    computed: [],

    check(inputs) {
        const problems = new Problems();
        problems.matches(
            inputs,
            "policyArn",
            /^arn:aws[\w-]*:iam::(aws|\d{12}):policy\/.+$/,
            "must be the ARN of a managed policy",
        );
        problems.matches(inputs, "role", /^[^:/]+$/, "must be the role's name, not its ARN");
        return problems.found;
    },

    admit(inputs, context, current) {
        const role = text(inputs, "role") ?? "";
        refuseMissingRole(role, context);
        refuseUnknownManagedPolicy(text(inputs, "policyArn") ?? "", context);
        const attached = context.store
            .list(attachmentToken)
            .filter((other) => text(other.outputs, "role") === role && isOther(other, current));
        if (attached.length >= managedPoliciesPerRole) {
            throw new AwsError(
                "LimitExceeded",
                `Cannot exceed quota for PoliciesPerRole: ${managedPoliciesPerRole}`,
                409,
            );
        }
    },

    compute(inputs) {
        const id = `${text(inputs, "role")}/${text(inputs, "policyArn")}`;
        return { id, outputs: { ...inputs, id } };
    },
};
