import * as dynamodb from "@pulumi/aws/dynamodb";
import * as pulumi from "@pulumi/pulumi";

import { observerAlarmEvents } from "./alarmEvents";
import { FunctionTrigger } from "./functionTrigger";
import { HandlerFunction } from "./handlerFunction";
import type { Statement } from "./policyDocument";
import { openThroughDynamoDb } from "./servicePermissions";

/** Name of every region's table of what its decider has decided. */
export const decisionsTableName = "meridian-decisions";

export interface DeciderArgs {
    readonly region: string;
    readonly accountId: string;
    readonly regions: readonly string[];
    readonly quorum: number;
    readonly dwellSeconds: number;
    readonly clearSeconds: number;
    readonly dataKeyArn: pulumi.Input<string>;
    readonly operationsKeyArn: pulumi.Input<string>;
    readonly failoverTopicArn: pulumi.Input<string>;
    readonly recoveryTopicArn: pulumi.Input<string>;
    readonly deadLetterArn: pulumi.Input<string>;
    readonly alarmTopicArn: pulumi.Input<string>;
    readonly logRetentionDays: number;
    readonly deletionProtection: boolean;
}

/** The failover handler of one region, what starts it, and the table it remembers in. */
export class Decider extends pulumi.ComponentResource {
    readonly tableName: pulumi.Output<string>;
    readonly functionName: pulumi.Output<string>;

    constructor(name: string, args: DeciderArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:Decider", name, {}, opts);

        const table = this.createTable(name, args);
        const decider = new HandlerFunction(
            name,
            {
                region: args.region,
                accountId: args.accountId,
                handler: "decider",
                description: "Turns what the observers see into a decision, and publishes it",
                environment: {
                    REGION: args.region,
                    REGIONS: [...args.regions].sort().join(","),
                    QUORUM: String(args.quorum),
                    DWELL_SECONDS: String(args.dwellSeconds),
                    CLEAR_SECONDS: String(args.clearSeconds),
                    DECISIONS_TABLE: table.name,
                    FAILOVER_TOPIC_ARN: args.failoverTopicArn,
                    RECOVERY_TOPIC_ARN: args.recoveryTopicArn,
                    MODE: "alert",
                },
                timeoutSeconds: 30,
                memoryMb: 256,
                keyArn: args.operationsKeyArn,
                logRetentionDays: args.logRetentionDays,
                statements: permissions(args, table.arn),
                deadLetterArn: args.deadLetterArn,
                retries: 2,
                alarmTopicArn: args.alarmTopicArn,
            },
            { parent: this },
        );
        for (const [role, description, when] of [
            [
                "alarms",
                "Observer alarms of every region, for the decider",
                { pattern: observerAlarmEvents(args.accountId) },
            ],
            // A dwell passes without an event.
            ["tick", "Lets the decider see time pass", { schedule: "rate(1 minute)" }],
        ] as const) {
            new FunctionTrigger(
                `${name}-${role}`,
                {
                    ruleName: `meridian-decider-${role}`,
                    description,
                    when,
                    functionArn: decider.arn,
                    functionName: decider.functionName,
                    deadLetterArn: args.deadLetterArn,
                },
                { parent: this },
            );
        }

        this.tableName = table.name;
        this.functionName = decider.functionName;
        this.registerOutputs({ tableName: this.tableName, functionName: this.functionName });
    }

    /** Of this region alone: it has to work when every other region, and replication with it, does not. */
    private createTable(name: string, args: DeciderArgs): dynamodb.Table {
        return new dynamodb.Table(
            `${name}-decisions`,
            {
                name: decisionsTableName,
                billingMode: "PAY_PER_REQUEST",
                hashKey: "pk",
                attributes: [{ name: "pk", type: "S" }],
                serverSideEncryption: { enabled: true, kmsKeyArn: args.dataKeyArn },
                pointInTimeRecovery: { enabled: true },
                deletionProtectionEnabled: args.deletionProtection,
            },
            { parent: this },
        );
    }
}

function permissions(args: DeciderArgs, tableArn: pulumi.Input<string>): readonly Statement[] {
    return [
        {
            Sid: "RememberDecisions",
            Effect: "Allow",
            Action: [
                "dynamodb:BatchGetItem",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:UpdateItem",
            ],
            Resource: tableArn,
        },
        openThroughDynamoDb(args.region, args.dataKeyArn),
        {
            Sid: "PublishDecisions",
            Effect: "Allow",
            Action: "sns:Publish",
            Resource: [args.failoverTopicArn, args.recoveryTopicArn],
        },
        {
            Sid: "KeepDeadLetters",
            Effect: "Allow",
            Action: "sqs:SendMessage",
            Resource: args.deadLetterArn,
        },
        {
            // Of its notices and dead letters.
            Sid: "EncryptMessages",
            Effect: "Allow",
            Action: ["kms:Decrypt", "kms:GenerateDataKey"],
            Resource: args.operationsKeyArn,
            Condition: {
                StringEquals: {
                    "kms:ViaService": ["sns", "sqs"].map(
                        (service) => `${service}.${args.region}.amazonaws.com`,
                    ),
                },
            },
        },
    ];
}
