import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { flag, isOther, keepId, number, records, text, texts } from "../support/known";
import { policyProblems } from "../support/policyDocument";
import { Problems } from "../support/problems";
import { refuseUnknownManagedPolicy } from "./managedPolicies";

/** `rolePolicy` and `rolePolicyAttachment` name their role; by these tokens the role finds them. */
export const rolePolicyToken = "aws:iam/rolePolicy:RolePolicy";
export const attachmentToken = "aws:iam/rolePolicyAttachment:RolePolicyAttachment";
export const roleToken = "aws:iam/role:Role";

/** Quotas: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const trustPolicySize = 2048;
export const managedPoliciesPerRole = 10;

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
export const roleType: ResourceType = {
    type: roleToken,
    service: "iam",
    home: "us-east-1",
    actions: {
        create: "CreateRole",
        read: "GetRole",
        update: "UpdateRole",
        delete: "DeleteRole",
    },
    inputs: [
        "assumeRolePolicy",
        "description",
        "forceDetachPolicies",
        "inlinePolicies",
        "managedPolicyArns",
        "maxSessionDuration",
        "name",
        "namePrefix",
        "path",
        "permissionsBoundary",
        "tags",
    ],
    required: ["assumeRolePolicy"],
    replaceOn: ["name", "namePrefix", "path"],
    autoname: { property: "name", maxLength: 64 },
    defaults: { forceDetachPolicies: false, maxSessionDuration: 3600, path: "/" },
    documents: ["assumeRolePolicy"],
    computed: ["arn", "createDate", "inlinePolicies", "managedPolicyArns", "uniqueId"],

    check(inputs) {
        const problems = new Problems();
        problems.matches(
            inputs,
            "name",
            /^[\w+=,.@-]{1,64}$/,
            "must be 1 to 64 letters, digits or +=,.@-_",
        );
        problems.matches(inputs, "path", /^\/([!-~]+\/)?$/, "must begin and end with /");
        problems.range(inputs, "maxSessionDuration", 3600, 43200);
        const trust = text(inputs, "assumeRolePolicy");
        if (trust !== undefined) {
            for (const problem of policyProblems(trust, "trust")) {
                problems.add("assumeRolePolicy", `MalformedPolicyDocument: ${problem}`);
            }
        }
        const description = text(inputs, "description");
        if (description !== undefined && description.length > 1000) {
            problems.add(
                "description",
                `must be at most 1000 characters, got ${description.length}`,
            );
        }
        return problems.found;
    },

    admit(inputs, context, current) {
        const name = text(inputs, "name") ?? "";
        // Role names are unique in an account whatever their case (IAM user guide, "IAM identifiers").
        const taken = context.store.find(
            roleToken,
            (role) =>
                isOther(role, current) &&
                text(role.outputs, "name")?.toLowerCase() === name.toLowerCase(),
        );
        if (taken !== undefined) {
            throw new AwsError(
                "EntityAlreadyExists",
                `Role with name ${name} already exists.`,
                409,
            );
        }
        const trust = compact(text(inputs, "assumeRolePolicy") ?? "");
        if (trust.length > trustPolicySize) {
            throw new AwsError(
                "LimitExceeded",
                `Cannot exceed quota for ACLSizePerRole: ${trustPolicySize}`,
                409,
            );
        }
        const managed = texts(inputs, "managedPolicyArns");
        if (managed.length > managedPoliciesPerRole) {
            throw new AwsError(
                "LimitExceeded",
                `Cannot exceed quota for PoliciesPerRole: ${managedPoliciesPerRole}`,
                409,
            );
        }
        for (const policy of managed) {
            refuseUnknownManagedPolicy(policy, context);
        }
        for (const inline of records(inputs, "inlinePolicies")) {
            refuseMalformedIdentityPolicy(text(inline, "policy"));
        }
    },

    compute(inputs, context, current) {
        const name = text(inputs, "name") ?? "";
        const path = text(inputs, "path") ?? "/";
        return {
            id: keepId(current, () => name),
            outputs: {
                ...inputs,
                id: name,
                arn: `arn:aws:iam::${context.accountId}:role${path}${name}`,
                createDate: text(current, "createDate") ?? new Date(context.nowMs).toISOString(),
                uniqueId: text(current, "uniqueId") ?? `AROA${context.unique(17).toUpperCase()}`,
                inlinePolicies: inputs.inlinePolicies ?? [],
                managedPolicyArns: inputs.managedPolicyArns ?? [],
                maxSessionDuration: number(inputs, "maxSessionDuration") ?? 3600,
            },
        };
    },

    // https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html
    refuseDelete(outputs, context) {
        if (flag(outputs, "forceDetachPolicies") === true) {
            return;
        }
        const name = text(outputs, "name");
        const ofRole = (type: string): boolean =>
            context.store.list(type).some((policy) => text(policy.outputs, "role") === name);
        if (ofRole(attachmentToken)) {
            throw new AwsError(
                "DeleteConflict",
                "Cannot delete entity, must detach all policies first.",
                409,
            );
        }
        if (ofRole(rolePolicyToken)) {
            throw new AwsError(
                "DeleteConflict",
                "Cannot delete entity, must delete policies first.",
                409,
            );
        }
    },

    // `forceDetachPolicies`: the provider removes what hangs on the role before the role.
    deleted(outputs, context) {
        for (const type of [attachmentToken, rolePolicyToken]) {
            for (const policy of context.store.list(type)) {
                if (text(policy.outputs, "role") === text(outputs, "name")) {
                    context.store.delete(type, policy.region, policy.id);
                }
            }
        }
    },
};

/** Throws IAM's answer to an identity policy it does not accept. */
export function refuseMalformedIdentityPolicy(document: string | undefined): void {
    const problem = document === undefined ? undefined : policyProblems(document, "identity")[0];
    if (problem !== undefined) {
        throw new AwsError("MalformedPolicyDocument", `${problem}.`);
    }
}

/** IAM does not count the white space of a policy against its size. */
export function compact(document: string): string {
    return document.replace(/\s/g, "");
}

/** A role by its name or ARN, as other resources refer to it. */
export function roleNameOf(reference: string): string {
    return reference.startsWith("arn:") ? (reference.split("/").pop() ?? "") : reference;
}
