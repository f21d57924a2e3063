import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as lambda from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";

import { conflictStatements } from "./conflictPermissions";
import { DeadLetterQueue } from "./deadLetterQueue";
import { keepDeadLetters } from "./eventPermissions";
import { functionStatements } from "./functionPermissions";
import { handlerBundle } from "./handlerBundle";
import { createLateAlarm } from "./lateAlarm";
import { WorkloadRole } from "./workloadRole";

export interface ConflictDetectorArgs {
    readonly region: string;
    readonly accountId: string;
    /** Every region that has the table, this one among them. */
    readonly regions: readonly string[];
    readonly tableName: string;
    /** Encrypts this region's copy of the table, and its stream. */
    readonly dataKeyArn: pulumi.Input<string>;
    /** For logs, dead letters and settings. */
    readonly operationsKeyArn: pulumi.Input<string>;
    readonly alarmTopicArn: pulumi.Input<string>;
    readonly logRetentionDays: number;
}

/** Batches that may run at a time: two for each of a table's first shards, and room for more of them. */
const concurrency = 10;

/**
 * What judges the changes of this region's copy of the global table, and tells when a write was overwritten
 * that nobody had seen: DynamoDB does not. Every region needs one, because only the region where the losing
 * write was made is shown it.
 *
 * It is complete but for what starts it: the table's stream. The table comes after the regions, and so does
 * `ConflictDetection`, which has the streams read.
 */
export class ConflictDetector extends pulumi.ComponentResource {
    readonly functionName: pulumi.Output<string>;
    readonly deadLetterArn: pulumi.Output<string>;

    constructor(name: string, args: ConflictDetectorArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:ConflictDetector", name, {}, opts);

        const { region, accountId, operationsKeyArn, alarmTopicArn } = args;
        const deadLetters = new DeadLetterQueue(
            `${name}-dead-letters`,
            {
                region,
                accountId,
                queueName: "meridian-conflict-dead-letters",
                keyArn: operationsKeyArn,
                alarmTopicArn,
                rulesSend: false,
            },
            { parent: this },
        );
        const logs = new cloudwatch.LogGroup(
            name,
            {
                name: "/meridian/conflicts",
                kmsKeyId: operationsKeyArn,
                retentionInDays: args.logRetentionDays,
            },
            { parent: this },
        );
        const role = new WorkloadRole(
            `${name}-role`,
            {
                accountId,
                roleName: `meridian-conflicts-${region}`,
                service: "lambda.amazonaws.com",
                statements: [
                    ...functionStatements(region, logs.arn, operationsKeyArn),
                    ...keepDeadLetters(region, deadLetters.arn, operationsKeyArn),
                    ...conflictStatements(args),
                ],
            },
            { parent: this },
        );
        const own = new lambda.Function(
            name,
            {
                name: "meridian-conflict-detector",
                description: "Finds, records and merges what replication has overwritten unseen",
                runtime: "nodejs24.x",
                architectures: ["arm64"],
                code: handlerBundle("conflictDetector"),
                handler: "index.handler",
                role: role.arn,
                timeout: 60,
                memorySize: 256,
                reservedConcurrentExecutions: concurrency,
                environment: {
                    variables: {
                        REGION: region,
                        REGIONS: [...args.regions].sort().join(","),
                        TABLE_NAME: args.tableName,
                        DEAD_LETTER_QUEUE_URL: deadLetters.url,
                    },
                },
                kmsKeyArn: operationsKeyArn,
                // What reads the stream has a destination of its own: this is for who sends a batch again by hand.
                deadLetterConfig: { targetArn: deadLetters.arn },
                // JSON would wrap what the handler prints, and CloudWatch would find no metrics in it.
                loggingConfig: { logFormat: "Text", logGroup: logs.name },
            },
            { parent: this },
        );
        createLateAlarm(
            name,
            { functionName: own.name, alarmName: "conflict-detector", alarmTopicArn },
            this,
        );
        this.createLossAlarm(`${name}-losses`, args);

        this.functionName = own.name;
        this.deadLetterArn = deadLetters.arn;
        this.registerOutputs({
            functionName: this.functionName,
            deadLetterArn: this.deadLetterArn,
        });
    }

    private createLossAlarm(name: string, args: ConflictDetectorArgs): void {
        new cloudwatch.MetricAlarm(
            name,
            {
                name: "meridian-values-lost",
                alarmDescription: `A write in ${args.region} lost to another region's and could not be merged: its value is in the table under CONFLICT#, for somebody to decide about`,
                namespace: "Meridian/Conflicts",
                metricName: "ValuesLost",
                dimensions: { Region: args.region },
                statistic: "Sum",
                period: 60,
                evaluationPeriods: 1,
                datapointsToAlarm: 1,
                comparisonOperator: "GreaterThanThreshold",
                threshold: 0,
                // Reported only when there was one.
                treatMissingData: "notBreaching",
                alarmActions: [args.alarmTopicArn],
                tags: { "meridian:signal": "automation" },
            },
            { parent: this },
        );
    }
}
