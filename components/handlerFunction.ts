import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as lambda from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";

import { functionStatements } from "./functionPermissions";
import { handlerBundle, type HandlerName } from "./handlerBundle";
import type { Statement } from "./policyDocument";
import { WorkloadRole } from "./workloadRole";

export interface HandlerFunctionArgs {
    readonly region: string;
    readonly accountId: string;
    readonly handler: HandlerName;
    readonly description: string;
    readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
    readonly timeoutSeconds: number;
    readonly memoryMb: number;
    readonly keyArn: pulumi.Input<string>;
    readonly logRetentionDays: number;
    /** What it may do beside writing its log. */
    readonly statements: readonly Statement[];
    /** Queue for events that it failed on; the role may send to it. @default none */
    readonly deadLetterArn?: pulumi.Input<string>;
    /** How often Lambda tries an event again. 0, 1 or 2. */
    readonly retries: number;
    /** Told when the function no longer does its work. */
    readonly alarmTopicArn: pulumi.Input<string>;
    /** Where it is no fault that it does not run, its errors alone are one. @default "every minute" */
    readonly runs?: "every minute" | "now and then";
}

/** Minutes without a run that ended well, after which a handler counts as stalled. */
const stallMinutes = 5;

/**
 * A Lambda function that runs one handler, one event at a time, and an alarm for when it does not: most
 * handlers run every minute, and one that silently stopped would be missed in the next failover.
 *
 * It runs outside the VPC: it has to see the other regions, and its own, the way the world does, and
 * the VPC has no way out to them.
 */
export class HandlerFunction extends pulumi.ComponentResource {
    readonly arn: pulumi.Output<string>;
    readonly functionName: pulumi.Output<string>;

    constructor(name: string, args: HandlerFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:HandlerFunction", name, {}, opts);

        const logs = new cloudwatch.LogGroup(
            name,
            {
                name: `/meridian/${args.handler}`,
                kmsKeyId: args.keyArn,
                retentionInDays: args.logRetentionDays,
            },
            { parent: this },
        );
        const role = this.createRole(name, args, logs);
        const handler = new lambda.Function(
            name,
            {
                name: `meridian-${args.handler}`,
                description: args.description,
                runtime: "nodejs24.x",
                architectures: ["arm64"],
                code: handlerBundle(args.handler),
                handler: "index.handler",
                role: role.arn,
                timeout: args.timeoutSeconds,
                memorySize: args.memoryMb,
                reservedConcurrentExecutions: 1,
                environment: { variables: { ...args.environment } },
                kmsKeyArn: args.keyArn,
                // JSON would wrap what the handler prints, and CloudWatch would find no metrics in it.
                loggingConfig: { logFormat: "Text", logGroup: logs.name },
                ...(args.deadLetterArn === undefined
                    ? {}
                    : { deadLetterConfig: { targetArn: args.deadLetterArn } }),
            },
            { parent: this },
        );
        new lambda.FunctionEventInvokeConfig(
            name,
            {
                functionName: handler.name,
                maximumRetryAttempts: args.retries,
                maximumEventAgeInSeconds: 300,
            },
            { parent: this },
        );

        if (args.runs === "now and then") {
            this.createErrorAlarm(`${name}-failed`, args, handler.name);
        } else {
            this.createStallAlarm(`${name}-stalled`, args, handler.name);
        }

        this.arn = handler.arn;
        this.functionName = handler.name;
        this.registerOutputs({ arn: this.arn, functionName: this.functionName });
    }

    private createErrorAlarm(
        name: string,
        args: HandlerFunctionArgs,
        functionName: pulumi.Input<string>,
    ): void {
        new cloudwatch.MetricAlarm(
            name,
            {
                name: `meridian-failed-${args.handler}`,
                alarmDescription: `A run of the ${args.handler} failed`,
                namespace: "AWS/Lambda",
                metricName: "Errors",
                dimensions: { FunctionName: functionName },
                statistic: "Sum",
                period: 300,
                evaluationPeriods: 1,
                datapointsToAlarm: 1,
                comparisonOperator: "GreaterThanOrEqualToThreshold",
                threshold: 1,
                treatMissingData: "notBreaching",
                alarmActions: [args.alarmTopicArn],
                okActions: [args.alarmTopicArn],
                tags: { "meridian:signal": "automation" },
            },
            { parent: this },
        );
    }

    private createStallAlarm(
        name: string,
        args: HandlerFunctionArgs,
        functionName: pulumi.Input<string>,
    ): void {
        const count = (id: string, metricName: string) => ({
            id,
            metric: {
                namespace: "AWS/Lambda",
                metricName,
                dimensions: { FunctionName: functionName },
                stat: "Sum",
                period: 60,
            },
        });
        new cloudwatch.MetricAlarm(
            name,
            {
                name: `meridian-stalled-${args.handler}`,
                alarmDescription: `No run of the ${args.handler} ended well for ${stallMinutes} minutes`,
                metricQueries: [
                    {
                        id: "done",
                        label: "Runs that ended well",
                        expression: "invocations - FILL(errors, 0)",
                        returnData: true,
                    },
                    count("invocations", "Invocations"),
                    count("errors", "Errors"),
                ],
                evaluationPeriods: stallMinutes,
                datapointsToAlarm: stallMinutes,
                comparisonOperator: "LessThanThreshold",
                threshold: 1,
                // A function that nothing starts reports nothing.
                treatMissingData: "breaching",
                alarmActions: [args.alarmTopicArn],
                okActions: [args.alarmTopicArn],
                tags: { "meridian:signal": "automation" },
            },
            { parent: this },
        );
    }

    private createRole(
        name: string,
        args: HandlerFunctionArgs,
        logs: cloudwatch.LogGroup,
    ): WorkloadRole {
        return new WorkloadRole(
            `${name}-role`,
            {
                accountId: args.accountId,
                roleName: `meridian-${args.handler}-${args.region}`,
                service: "lambda.amazonaws.com",
                statements: [
                    ...functionStatements(args.region, logs.arn, args.keyArn),
                    ...args.statements,
                ],
            },
            { parent: this },
        );
    }
}
