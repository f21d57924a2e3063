import { AwsError } from "../awsError";
import type { ResourceType, TypeContext } from "../resourceType";
import { isOther, text } from "../support/known";
import { policyProblems } from "../support/policyDocument";
import { Problems } from "../support/problems";
import { compact, refuseMalformedIdentityPolicy, rolePolicyToken, roleToken } from "./role";

/** Inline policies of one role together: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const inlinePoliciesSize = 10240;

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html */
export const rolePolicyType: ResourceType = {
    type: rolePolicyToken,
    service: "iam",
    home: "us-east-1",
    actions: {
        create: "PutRolePolicy",
        read: "GetRolePolicy",
        update: "PutRolePolicy",
        delete: "DeleteRolePolicy",
    },
    inputs: ["name", "namePrefix", "policy", "role"],
    required: ["policy", "role"],
    replaceOn: ["name", "namePrefix", "role"],
    autoname: { property: "name", maxLength: 128 },
    documents: ["policy"],
    upsert: true,
    computed: [],

    check(inputs) {
        const problems = new Problems();
        problems.matches(
            inputs,
            "name",
            /^[\w+=,.@-]{1,128}$/,
            "must be 1 to 128 letters, digits or +=,.@-_",
        );
        problems.matches(inputs, "role", /^[^:/]+$/, "must be the role's name, not its ARN");
        const policy = text(inputs, "policy");
        if (policy !== undefined) {
            for (const problem of policyProblems(policy, "identity")) {
                problems.add("policy", `MalformedPolicyDocument: ${problem}`);
            }
        }
        return problems.found;
    },

    admit(inputs, context, current) {
        const role = text(inputs, "role") ?? "";
        refuseMissingRole(role, context);
        refuseMalformedIdentityPolicy(text(inputs, "policy"));
        const others = context.store
            .list(rolePolicyToken)
            .filter((other) => text(other.outputs, "role") === role && isOther(other, current))
            .map((other) => compact(text(other.outputs, "policy") ?? "").length);
        const size = others.reduce(
            (sum, length) => sum + length,
            compact(text(inputs, "policy") ?? "").length,
        );
        if (size > inlinePoliciesSize) {
            throw new AwsError(
                "LimitExceeded",
                `Maximum policy size of ${inlinePoliciesSize} bytes exceeded for role ${role}`,
                409,
            );
        }
    },

    compute(inputs) {
        const id = `${text(inputs, "role")}:${text(inputs, "name")}`;
        return { id, outputs: { ...inputs, id } };
    },
};

export function refuseMissingRole(name: string, context: TypeContext): void {
    if (
        context.store.find(roleToken, (role) => text(role.outputs, "name") === name) === undefined
    ) {
        throw new AwsError("NoSuchEntity", `The role with name ${name} cannot be found.`, 404);
    }
}
