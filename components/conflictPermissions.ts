import type * as pulumi from "@pulumi/pulumi";

import type { Statement } from "./policyDocument";
import { dataKeyAlias } from "./regionKeys";
import { openThroughDynamoDb } from "./servicePermissions";

/**
 * Reading the region's stream of a table, recording conflicts, and writing an item back where its writer
 * is: in its own region, or in that of the owner of its home. Other regions' keys are named by alias: a
 * region knows no other one's key, and does not ask for it.
 */
export function conflictStatements(args: {
    readonly region: string;
    readonly accountId: string;
    readonly regions: readonly string[];
    readonly tableName: string;
    readonly dataKeyArn: pulumi.Input<string>;
}): readonly Statement[] {
    const { region, accountId, tableName } = args;
    const tableIn = (where: string): string =>
        `arn:aws:dynamodb:${where}:${accountId}:table/${tableName}`;
    const others = args.regions.filter((one) => one !== region).sort();
    return [
        {
            Sid: "ReadChanges",
            Effect: "Allow",
            // https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
            Action: [
                "dynamodb:DescribeStream",
                "dynamodb:GetRecords",
                "dynamodb:GetShardIterator",
                "dynamodb:ListStreams",
            ],
            // A stream's last part is the time at which it was turned on.
            Resource: `${tableIn(region)}/stream/*`,
        },
        {
            Sid: "WriteBack",
            Effect: "Allow",
            Action: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"],
            Resource: [region, ...others].map(tableIn),
        },
        openThroughDynamoDb(region, args.dataKeyArn),
        openTablesElsewhere(accountId, others),
    ];
}

/** Other regions' copies of the table, through DynamoDB alone. */
export function openTablesElsewhere(accountId: string, others: readonly string[]): Statement {
    return {
        Sid: "OpenTableElsewhere",
        Effect: "Allow",
        Action: ["kms:Decrypt", "kms:DescribeKey"],
        Resource: others.map((other) => `arn:aws:kms:${other}:${accountId}:key/*`),
        Condition: {
            StringEquals: {
                "kms:ViaService": others.map((other) => `dynamodb.${other}.amazonaws.com`),
            },
            // https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
            "ForAnyValue:StringEquals": { "kms:ResourceAliases": dataKeyAlias },
        },
    };
}
