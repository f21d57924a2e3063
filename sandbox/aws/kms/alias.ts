import { AwsError } from "../awsError";
import type { ResourceType } from "../resourceType";
import { arn, isOther, text } from "../support/known";
import { findKey } from "../support/keys";
import { Problems } from "../support/problems";

/** @see https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html */
export const alias: ResourceType = {
    type: "aws:kms/alias:Alias",
    service: "kms",
    home: "regional",
    actions: {
        create: "CreateAlias",
        read: "ListAliases",
        update: "UpdateAlias",
        delete: "DeleteAlias",
    },
    inputs: ["name", "namePrefix", "targetKeyId"],
    required: ["targetKeyId"],
    replaceOn: ["name", "namePrefix"],
    autoname: { property: "name", maxLength: 256, prefix: "alias/" },
    computed: ["arn", "targetKeyArn"],
    check: (inputs) => {
        const problems = new Problems();
        problems.matches(
            inputs,
            "name",
            /^alias\/(?!aws\/)[a-zA-Z0-9/_-]{1,250}$/,
            "must begin with alias/ (not alias/aws/) and go on with letters, digits, /, _ or -",
        );
        return problems.found;
    },
    admit: (inputs, context, current) => {
        const name = text(inputs, "name") ?? "";
        const taken = context.store.get("aws:kms/alias:Alias", context.region, name);
        if (taken !== undefined && isOther(taken, current)) {
            throw new AwsError(
                "AlreadyExistsException",
                `An alias with the name ${arn("kms", context, name)} already exists`,
            );
        }
        const target = text(inputs, "targetKeyId") ?? "";
        const key = findKey(target, context);
        if (key === undefined || key === "managed by AWS") {
            throw new AwsError("NotFoundException", `Key '${target}' does not exist`);
        }
    },
    compute: (inputs, context) => {
        const name = text(inputs, "name") ?? "";
        const key = findKey(text(inputs, "targetKeyId") ?? "", context);
        const outputs = typeof key === "object" ? key.outputs : undefined;
        return {
            id: name,
            outputs: {
                ...inputs,
                arn: arn("kms", context, name),
                targetKeyArn: text(outputs, "arn") ?? "",
                targetKeyId: text(outputs, "keyId") ?? "",
            },
        };
    },
};
