import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { arn, flag, isOther, number, text } from "../support/known";
import { findKey } from "../support/keys";
import { Problems } from "../support/problems";

export const vaultType = "aws:backup/vault:Vault";

/** @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupVault.html */
export const vault: ResourceType = {
    type: vaultType,
    service: "backup",
    home: "regional",
    actions: {
        create: "CreateBackupVault",
        read: "DescribeBackupVault",
        update: "TagResource",
        delete: "DeleteBackupVault",
    },
    inputs: ["forceDestroy", "kmsKeyArn", "name", "tags"],
    required: [],
    replaceOn: ["kmsKeyArn", "name"],
    autoname: { property: "name", maxLength: 50 },
    defaults: { forceDestroy: false },
    computed: ["arn", "kmsKeyArn", "recoveryPoints"],

    check(inputs) {
        const problems = new Problems();
        problems.matches(inputs, "name", /^[\w-]{2,50}$/, "2 to 50 letters, digits, - and _");
        problems.matches(inputs, "kmsKeyArn", /^arn:aws[\w-]*:kms:/, "must be the ARN of a key");
        return problems.found;
    },

    admit(inputs, context, current) {
        const name = text(inputs, "name") ?? "";
        const namesake = context.store.get(vaultType, context.region, name);
        if (namesake !== undefined && isOther(namesake, current)) {
            throw new AwsError(
                "AlreadyExistsException",
                `Backup vault with the same name already exists: ${name}`,
            );
        }
        const key = text(inputs, "kmsKeyArn");
        if (key !== undefined && findKey(key, context) === undefined) {
            throw new AwsError(
                "InvalidParameterValueException",
                `The key ${key} does not exist in ${context.region}`,
            );
        }
    },

    compute(inputs, context, current) {
        const name = text(inputs, "name") ?? "";
        return {
            id: name,
            outputs: {
                ...inputs,
                id: name,
                arn: arn("backup", context, `backup-vault:${name}`),
                kmsKeyArn: text(inputs, "kmsKeyArn") ?? arn("kms", context, "alias/aws/backup"),
                recoveryPoints: number(current, "recoveryPoints") ?? 0,
            },
        };
    },

    /** @see https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupVault.html */
    refuseDelete(outputs) {
        const kept = number(outputs, "recoveryPoints") ?? 0;
        if (kept > 0 && flag(outputs, "forceDestroy") !== true) {
            throw new AwsError(
                "InvalidRequestException",
                `Backup vault cannot be deleted because it contains recovery points. (${kept} in ${text(outputs, "name")})`,
            );
        }
    },
};
