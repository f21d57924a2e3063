import * as lambda from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";

import { HandlerFunction } from "./handlerFunction";
import { rotateReceiptKeys } from "./receiptKeyPermissions";

export interface ReceiptKeyRotatorArgs {
    readonly region: string;
    readonly accountId: string;
    readonly dataKeyArn: pulumi.Input<string>;
    readonly operationsKeyArn: pulumi.Input<string>;
    readonly alarmTopicArn: pulumi.Input<string>;
    readonly logRetentionDays: number;
}

/**
 * The function that rotates the keys of receipts. Every region has one, and the one where the secret's
 * primary is works: a region whose copy is promoted has all it needs already.
 */
export class ReceiptKeyRotator extends pulumi.ComponentResource {
    /** Known only once Secrets Manager may start it. */
    readonly functionArn: pulumi.Output<string>;

    constructor(name: string, args: ReceiptKeyRotatorArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:ReceiptKeyRotator", name, {}, opts);

        const { region, accountId } = args;
        const rotator = new HandlerFunction(
            name,
            {
                region,
                accountId,
                handler: "rotator",
                description: "Rotates the keys that receipts of orders are signed with",
                environment: { REGION: region },
                timeoutSeconds: 30,
                memoryMb: 256,
                keyArn: args.operationsKeyArn,
                logRetentionDays: args.logRetentionDays,
                statements: rotateReceiptKeys(args),
                // Secrets Manager itself tries a rotation again.
                retries: 0,
                alarmTopicArn: args.alarmTopicArn,
                runs: "now and then",
            },
            { parent: this },
        );
        const permission = new lambda.Permission(
            name,
            {
                function: rotator.functionName,
                action: "lambda:InvokeFunction",
                principal: "secretsmanager.amazonaws.com",
                // https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html
                sourceAccount: accountId,
                statementId: "rotate-receipt-keys",
            },
            { parent: this },
        );

        this.functionArn = pulumi.all([rotator.arn, permission.id]).apply(([arn]) => arn);
        this.registerOutputs({ functionArn: this.functionArn });
    }
}
