import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import type { Problem, ResourceType, TypeContext } from "../resourceType";
import { arn, isOther, keepId, number, records, text } from "../support/known";
import { findKey } from "../support/keys";
import { policyAllows } from "../support/policyDocument";
import { Problems } from "../support/problems";
import { refuseSecretPolicy } from "./policyRules";
import {
    deletedSecretToken,
    findSecret,
    isBeingDeleted,
    secretCopyToken,
    secretToken,
} from "./tokens";

const dayMs = 86_400_000;

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
function check(inputs: Props): readonly Problem[] {
    const problems = new Problems();
    problems.matches(
        inputs,
        "name",
        /^[A-Za-z0-9/_+=.@-]{1,512}$/,
        "must be 1 to 512 letters, digits or /_+=.@-",
    );
    // https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
    const days = number(inputs, "recoveryWindowInDays");
    if (days !== undefined && days !== 0) {
        problems.range(inputs, "recoveryWindowInDays", 7, 30);
    }
    if ((text(inputs, "description")?.length ?? 0) > 2048) {
        problems.add("description", "at most 2048 characters");
    }
    const own = text(inputs, "region");
    const seen = new Set<string>();
    records(inputs, "replicas").forEach((replica, index) => {
        const region = text(replica, "region");
        if (region === undefined) {
            return;
        }
        const path = `replicas[${index}].region`;
        problems.matches(
            replica,
            "region",
            /^([a-z]+-)+\d+$/,
            "must be a region",
            path.slice(0, -6),
        );
        if (region === own) {
            problems.add(path, `Invalid replica region: ${region} is the primary secret's own`);
        }
        if (seen.has(region)) {
            problems.add(path, `${region} has a replica already`);
        }
        seen.add(region);
    });
    return problems.found;
}

function admit(inputs: Props, context: TypeContext, current: Props | undefined): void {
    const name = text(inputs, "name") ?? "";
    refuseTakenName(name, context, current);
    refuseUnusableKey(text(inputs, "kmsKeyId"), context, context.region);
    for (const replica of records(inputs, "replicas")) {
        const region = text(replica, "region") ?? "";
        if (region === context.region) {
            throw new AwsError(
                "InvalidParameterException",
                `Invalid replica region: ${region} is the primary secret's own.`,
            );
        }
        refuseUnusableKey(text(replica, "kmsKeyId"), context, region);
    }
    const policy = text(inputs, "policy");
    if (policy !== undefined) {
        refuseSecretPolicy(policy, context, true);
    }
}

function refuseTakenName(name: string, context: TypeContext, current: Props | undefined): void {
    if (isBeingDeleted(name, context)) {
        throw new AwsError(
            "InvalidRequestException",
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
        );
    }
    const namesake = findSecret(name, context);
    const copy = context.store.get(secretCopyToken, context.region, name);
    if (
        (namesake !== undefined && isOther(namesake, current)) ||
        (copy !== undefined && copy.outputs.arn !== text(current, "arn"))
    ) {
        throw new AwsError(
            "ResourceExistsException",
            `The operation failed because the secret ${name} already exists.`,
        );
    }
}

/**
 * A key must be of the copy's own region, and its policy must let whoever administers secrets use it.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
 */
function refuseUnusableKey(
    reference: string | undefined,
    context: TypeContext,
    region: string,
): void {
    if (reference === undefined) {
        return;
    }
    const key = findKey(reference, { store: context.store, region });
    if (key === undefined) {
        throw new AwsError(
            "InvalidParameterException",
            `Secrets Manager can't find the KMS key ${reference} in ${region}.`,
        );
    }
    const usable =
        key === "managed by AWS" ||
        ["kms:GenerateDataKey", "kms:Decrypt"].every((action) =>
            policyAllows(text(key.outputs, "policy") ?? "", {
                principal: { arn: `arn:aws:iam::${context.accountId}:user/rehearsal` },
                action,
                resource: text(key.outputs, "arn") ?? "*",
                context: {
                    "kms:ViaService": `secretsmanager.${region}.amazonaws.com`,
                    "kms:CallerAccount": context.accountId,
                },
            }),
        );
    if (!usable) {
        throw new AwsError(
            "AccessDeniedException",
            `Access to KMS is not allowed: the policy of ${reference} opens it to nobody through secretsmanager.${region}.amazonaws.com`,
        );
    }
}

export const secret: ResourceType = {
    type: secretToken,
    service: "secretsmanager",
    home: "regional",
    actions: {
        create: "CreateSecret",
        read: "DescribeSecret",
        update: "UpdateSecret",
        delete: "DeleteSecret",
    },
    inputs: [
        "description",
        "forceOverwriteReplicaSecret",
        "kmsKeyId",
        "name",
        "namePrefix",
        "policy",
        "recoveryWindowInDays",
        "replicas",
        "tags",
        "type",
    ],
    required: [],
    replaceOn: ["name", "namePrefix", "type"],
    autoname: { property: "name", maxLength: 512 },
    defaults: { forceOverwriteReplicaSecret: false, recoveryWindowInDays: 30 },
    documents: ["policy"],
    unordered: ["replicas"],
    computed: ["arn", "policy", "replicas"],
    check,
    admit,
    compute: (inputs, context, current) => {
        const id = keepId(current, () =>
            arn("secretsmanager", context, `secret:${text(inputs, "name")}-${context.unique(6)}`),
        );
        return { id, outputs: { replicas: [], policy: "", ...inputs, arn: id } };
    },
    importIds: ({ outputs }) => [text(outputs, "arn") ?? ""],
    deleted: (outputs, { store, region, nowMs }) => {
        const days = number(outputs, "recoveryWindowInDays") ?? 30;
        const name = text(outputs, "name") ?? "";
        if (days > 0) {
            store.put({
                type: deletedSecretToken,
                region,
                id: name,
                inputs: {},
                outputs: { name, untilMs: nowMs + days * dayMs },
            });
        }
    },
};
