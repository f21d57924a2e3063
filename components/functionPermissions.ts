import * as pulumi from "@pulumi/pulumi";

import type { Statement } from "./policyDocument";

/** What every function does: write its log, and read its own settings. */
export function functionStatements(
    region: string,
    logGroupArn: pulumi.Input<string>,
    keyArn: pulumi.Input<string>,
): readonly Statement[] {
    return [
        {
            Sid: "WriteLog",
            Effect: "Allow",
            Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
            Resource: pulumi.interpolate`${logGroupArn}:*`,
        },
        {
            Sid: "ReadSettings",
            Effect: "Allow",
            Action: "kms:Decrypt",
            Resource: keyArn,
            Condition: {
                StringEquals: { "kms:ViaService": `lambda.${region}.amazonaws.com` },
            },
        },
    ];
}
