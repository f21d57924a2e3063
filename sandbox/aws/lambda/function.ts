import { createHash } from "node:crypto";

import type { Props } from "../../world/store";
import { AwsError } from "../awsError";
import { roleTrust } from "../iam/trust";
import { canonical } from "../lifecycle/values";
import type { ResourceType, TypeContext } from "../resourceType";
import { arn, isOther, number, record, text } from "../support/known";
import { findKey } from "../support/keys";
import { functionProblems } from "./functionRules";
import { functionType, targetExists } from "./targets";

/** Concurrency of an account in a region, and what must stay unreserved: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html. */
const accountConcurrency = 1000;
const leastUnreserved = 100;

/** @see https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html#API_CreateFunction_Errors */
function admit(inputs: Props, context: TypeContext, current: Props | undefined): void {
    const role = text(inputs, "role") ?? "";
    if (roleTrust(role, "lambda.amazonaws.com", context) !== "trusted") {
        throw new AwsError(
            "InvalidParameterValueException",
            `The role defined for the function cannot be assumed by Lambda. (${role})`,
        );
    }
    const name = text(inputs, "name") ?? "";
    const namesake = context.store.get(functionType, context.region, name);
    if (namesake !== undefined && isOther(namesake, current)) {
        throw new AwsError("ResourceConflictException", `Function already exist: ${name}`, 409);
    }
    const key = text(inputs, "kmsKeyArn");
    if (key !== undefined && findKey(key, context) === undefined) {
        throw new AwsError(
            "InvalidParameterValueException",
            `Lambda was unable to configure access to your environment variables because the KMS key ${key} was not found in ${context.region}.`,
        );
    }
    const target = text(record(inputs, "deadLetterConfig"), "targetArn");
    if (target !== undefined && !targetExists(target, context)) {
        throw new AwsError(
            "InvalidParameterValueException",
            `The target of DeadLetterConfig does not exist: ${target}`,
        );
    }
    refuseReservation(inputs, context, current);
}

function refuseReservation(inputs: Props, context: TypeContext, current: Props | undefined): void {
    const wanted = number(inputs, "reservedConcurrentExecutions") ?? -1;
    const reserved = context.store
        .list(functionType, context.region)
        .filter((other) => isOther(other, current))
        .map(({ outputs }) => Math.max(0, number(outputs, "reservedConcurrentExecutions") ?? 0))
        .reduce((sum, amount) => sum + amount, 0);
    if (wanted > 0 && accountConcurrency - reserved - wanted < leastUnreserved) {
        throw new AwsError(
            "InvalidParameterValueException",
            `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${leastUnreserved}].`,
        );
    }
}

export const lambdaFunction: ResourceType = {
    type: functionType,
    service: "lambda",
    home: "regional",
    actions: {
        create: "CreateFunction",
        read: "GetFunction",
        update: "UpdateFunctionCode",
        delete: "DeleteFunction",
    },
    inputs: [
        "architectures",
        "capacityProviderConfig",
        "code",
        "codeSha256",
        "codeSigningConfigArn",
        "deadLetterConfig",
        "description",
        "durableConfig",
        "environment",
        "ephemeralStorage",
        "fileSystemConfig",
        "handler",
        "imageConfig",
        "imageUri",
        "kmsKeyArn",
        "layers",
        "loggingConfig",
        "memorySize",
        "name",
        "packageType",
        "publish",
        "publishTo",
        "replaceSecurityGroupsOnDestroy",
        "replacementSecurityGroupIds",
        "reservedConcurrentExecutions",
        "role",
        "runtime",
        "s3Bucket",
        "s3Key",
        "s3ObjectVersion",
        "skipDestroy",
        "snapStart",
        "sourceCodeHash",
        "sourceKmsKeyArn",
        "tags",
        "tenancyConfig",
        "timeout",
        "tracingConfig",
        "useResourceTimeoutForPropagation",
        "vpcConfig",
    ],
    required: ["role"],
    replaceOn: ["name", "packageType", "tenancyConfig"],
    autoname: { property: "name", maxLength: 64 },
    defaults: {
        memorySize: 128,
        packageType: "Zip",
        publish: false,
        reservedConcurrentExecutions: -1,
        skipDestroy: false,
        timeout: 3,
    },
    computed: [
        "architectures",
        "arn",
        "codeSha256",
        "invokeArn",
        "lastModified",
        "qualifiedArn",
        "qualifiedInvokeArn",
        "responseStreamingInvokeArn",
        "signingJobArn",
        "signingProfileVersionArn",
        "sourceCodeHash",
        "sourceCodeSize",
        "version",
    ],
    changesOnUpdate: ["lastModified"],
    check: functionProblems,
    admit,
    compute: (inputs, context) => {
        const name = text(inputs, "name") ?? "";
        const own = arn("lambda", context, `function:${name}`);
        const invoke = (target: string, path: string): string =>
            `arn:aws:apigateway:${context.region}:lambda:path/2015-03-31/functions/${target}/${path}`;
        const code = canonical(inputs.code ?? inputs.imageUri ?? inputs.s3Key);
        const sha256 = createHash("sha256").update(code).digest("base64");
        return {
            id: name,
            outputs: {
                architectures: ["x86_64"],
                sourceCodeHash: sha256,
                codeSha256: sha256,
                ...inputs,
                arn: own,
                invokeArn: invoke(own, "invocations"),
                responseStreamingInvokeArn: invoke(own, "response-streaming-invocations"),
                qualifiedArn: `${own}:$LATEST`,
                qualifiedInvokeArn: invoke(`${own}:$LATEST`, "invocations"),
                lastModified: new Date(context.nowMs).toISOString().replace("Z", "+0000"),
                signingJobArn: "",
                signingProfileVersionArn: "",
                sourceCodeSize: Buffer.byteLength(code),
                version: "$LATEST",
            },
        };
    },
    deleted: (outputs, context) => {
        // https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html: its policy and settings go with it.
        const name = text(outputs, "name") ?? "";
        const related = [
            "aws:lambda/permission:Permission",
            "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        ];
        for (const type of related) {
            for (const resource of context.store.list(type, context.region)) {
                if (resource.id === name || resource.id.startsWith(`${name}/`)) {
                    context.store.delete(type, resource.region, resource.id);
                }
            }
        }
    },
};
