import type * as pulumi from "@pulumi/pulumi";

import { eventStreamArn } from "./eventNames";
import type { Statement } from "./policyDocument";
import { dataKeyAlias } from "./regionKeys";

/** What Lambda does with a function's role to read the region's stream. */
export function readEvents(
    region: string,
    accountId: string,
    dataKeyArn: pulumi.Input<string>,
): readonly Statement[] {
    return [
        {
            Sid: "ReadEvents",
            Effect: "Allow",
            Action: [
                "kinesis:DescribeStream",
                "kinesis:DescribeStreamSummary",
                "kinesis:GetRecords",
                "kinesis:GetShardIterator",
                "kinesis:ListShards",
            ],
            Resource: eventStreamArn(region, accountId),
        },
        {
            Sid: "OpenEvents",
            Effect: "Allow",
            Action: "kms:Decrypt",
            Resource: dataKeyArn,
            Condition: viaKinesis([region]),
        },
    ];
}

/** Writing to the region's own stream. */
export function emitEvents(
    region: string,
    accountId: string,
    dataKeyArn: pulumi.Input<string>,
): readonly Statement[] {
    return [
        {
            Sid: "EmitEvents",
            Effect: "Allow",
            Action: "kinesis:PutRecords",
            Resource: eventStreamArn(region, accountId),
        },
        {
            Sid: "SealEvents",
            Effect: "Allow",
            Action: "kms:GenerateDataKey",
            Resource: dataKeyArn,
            Condition: viaKinesis([region]),
        },
    ];
}

/**
 * Writing to other regions' streams. Their keys are named by alias: a region knows no other one's key,
 * and does not ask for it.
 */
export function sendEvents(targets: readonly string[], accountId: string): readonly Statement[] {
    return [
        {
            Sid: "SendEvents",
            Effect: "Allow",
            Action: "kinesis:PutRecords",
            Resource: targets.map((target) => eventStreamArn(target, accountId)),
        },
        {
            Sid: "SealEventsThere",
            Effect: "Allow",
            Action: "kms:GenerateDataKey",
            Resource: targets.map((target) => `arn:aws:kms:${target}:${accountId}:key/*`),
            Condition: {
                ...viaKinesis(targets),
                // https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
                "ForAnyValue:StringEquals": { "kms:ResourceAliases": dataKeyAlias },
            },
        },
    ];
}

/** What could not be handled goes to the dead letter queue, under its key. */
export function keepDeadLetters(
    region: string,
    queueArn: pulumi.Input<string>,
    operationsKeyArn: pulumi.Input<string>,
): readonly Statement[] {
    return [
        {
            Sid: "KeepDeadLetters",
            Effect: "Allow",
            Action: "sqs:SendMessage",
            Resource: queueArn,
        },
        {
            Sid: "EncryptDeadLetters",
            Effect: "Allow",
            Action: ["kms:Decrypt", "kms:GenerateDataKey"],
            Resource: operationsKeyArn,
            Condition: { StringEquals: { "kms:ViaService": `sqs.${region}.amazonaws.com` } },
        },
    ];
}

function viaKinesis(regions: readonly string[]): NonNullable<Statement["Condition"]> {
    return {
        StringEquals: {
            "kms:ViaService": regions.map((region) => `kinesis.${region}.amazonaws.com`),
        },
    };
}
