import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as dynamodb from "@pulumi/aws/dynamodb";
import * as kinesis from "@pulumi/aws/kinesis";
import * as pulumi from "@pulumi/pulumi";

import { DeadLetterQueue } from "./deadLetterQueue";
import { refuseProblems } from "./errors";
import { activityTableName, eventStreamName } from "./eventNames";
import { keepDeadLetters, readEvents, sendEvents } from "./eventPermissions";
import { createEventStream } from "./eventStream";
import { functionStatements } from "./functionPermissions";
import type { Statement } from "./policyDocument";
import { openThroughDynamoDb } from "./servicePermissions";
import { StreamFunction } from "./streamFunction";
import { WorkloadRole } from "./workloadRole";

export interface EventReplicationArgs {
    readonly region: string;
    readonly accountId: string;
    /** Every region of the platform, this one among them; at most five. */
    readonly regions: readonly string[];
    /** For events and what they leave. */
    readonly dataKeyArn: pulumi.Input<string>;
    /** For logs, dead letters and settings. */
    readonly operationsKeyArn: pulumi.Input<string>;
    readonly alarmTopicArn: pulumi.Input<string>;
    readonly logRetentionDays: number;
    readonly deletionProtection: boolean;
}

/** Reads of a shard that all who poll it share, one a second each: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
const readersPerStream = 5;

/**
 * One region's share in the replication of events: its stream, a replicator per other region, and the
 * consumer that applies what the stream carries. Every region sends its own events to every other one.
 *
 * Why a replicator for each target, and not one for all: each has its own position in the stream, its own
 * concurrency and its own alarm. A target that is lost, or hangs, stops its own replicator and nothing
 * else, and is caught up from there when it is back. Why sending, and not fetching: Lambda reads streams
 * of its own region only.
 *
 * Refuses more regions than a stream can be read for.
 */
export class EventReplication extends pulumi.ComponentResource {
    readonly streamName: pulumi.Output<string>;
    /** Items by order, and the marks of the events that were applied. */
    readonly activityTableName: pulumi.Output<string>;
    readonly deadLetterUrl: pulumi.Output<string>;

    constructor(name: string, args: EventReplicationArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:EventReplication", name, {}, opts);
        refuseProblems(`event replication ${name}`, eventReplicationProblems(args), this);

        const stream = createEventStream(`${name}-stream`, args, { parent: this });
        const table = this.createTable(`${name}-activity`, args);
        const deadLetters = new DeadLetterQueue(
            `${name}-dead-letters`,
            {
                region: args.region,
                accountId: args.accountId,
                queueName: "meridian-event-dead-letters",
                keyArn: args.operationsKeyArn,
                alarmTopicArn: args.alarmTopicArn,
                rulesSend: false,
            },
            { parent: this },
        );
        const logs = new cloudwatch.LogGroup(
            name,
            {
                name: "/meridian/events",
                kmsKeyId: args.operationsKeyArn,
                retentionInDays: args.logRetentionDays,
            },
            { parent: this },
        );
        const shared = { stream, logs, deadLetterArn: deadLetters.arn };
        this.createReplicators(name, args, shared);
        this.createConsumer(name, args, { ...shared, table, deadLetterUrl: deadLetters.url });

        this.streamName = stream.name;
        this.activityTableName = table.name;
        this.deadLetterUrl = deadLetters.url;
        this.registerOutputs({
            streamName: this.streamName,
            activityTableName: this.activityTableName,
            deadLetterUrl: this.deadLetterUrl,
        });
    }

    private createReplicators(name: string, args: EventReplicationArgs, shared: Shared): void {
        const targets = args.regions.filter((region) => region !== args.region).sort();
        const role = this.createRole(`${name}-replicator-role`, "replicator", args, shared, [
            ...sendEvents(targets, args.accountId),
        ]);
        for (const target of targets) {
            new StreamFunction(
                `${name}-to-${target}`,
                {
                    handler: "replicator",
                    functionName: `meridian-replicator-${target}`,
                    description: `Sends this region's events to ${target}`,
                    environment: {
                        REGION: args.region,
                        TARGET_REGION: target,
                        STREAM_NAME: eventStreamName,
                    },
                    ...this.wiring(args, shared, role),
                },
                { parent: this },
            );
        }
    }

    private createConsumer(
        name: string,
        args: EventReplicationArgs,
        shared: Shared & {
            readonly table: dynamodb.Table;
            readonly deadLetterUrl: pulumi.Input<string>;
        },
    ): void {
        const role = this.createRole(`${name}-consumer-role`, "consumer", args, shared, [
            {
                Sid: "ApplyEvents",
                Effect: "Allow",
                Action: ["dynamodb:PutItem", "dynamodb:UpdateItem"],
                Resource: shared.table.arn,
            },
            openThroughDynamoDb(args.region, args.dataKeyArn),
        ]);
        new StreamFunction(
            `${name}-consumer`,
            {
                handler: "consumer",
                functionName: "meridian-consumer",
                description: "Applies the events of every region, once each",
                environment: {
                    REGION: args.region,
                    ACTIVITY_TABLE: shared.table.name,
                    DEAD_LETTER_QUEUE_URL: shared.deadLetterUrl,
                },
                ...this.wiring(args, shared, role),
            },
            { parent: this },
        );
    }

    private wiring(args: EventReplicationArgs, shared: Shared, role: WorkloadRole) {
        return {
            streamArn: shared.stream.arn,
            roleArn: role.arn,
            logGroupName: shared.logs.name,
            keyArn: args.operationsKeyArn,
            deadLetterArn: shared.deadLetterArn,
            alarmTopicArn: args.alarmTopicArn,
        };
    }

    private createRole(
        name: string,
        purpose: string,
        args: EventReplicationArgs,
        shared: Shared,
        statements: readonly Statement[],
    ): WorkloadRole {
        return new WorkloadRole(
            name,
            {
                accountId: args.accountId,
                roleName: `meridian-${purpose}-${args.region}`,
                service: "lambda.amazonaws.com",
                statements: [
                    ...functionStatements(args.region, shared.logs.arn, args.operationsKeyArn),
                    ...readEvents(args.region, args.accountId, args.dataKeyArn),
                    ...keepDeadLetters(args.region, shared.deadLetterArn, args.operationsKeyArn),
                    ...statements,
                ],
            },
            { parent: this },
        );
    }

    /** Of this region alone: each region applies every event for itself. */
    private createTable(name: string, args: EventReplicationArgs): dynamodb.Table {
        return new dynamodb.Table(
            name,
            {
                name: activityTableName,
                billingMode: "PAY_PER_REQUEST",
                hashKey: "pk",
                attributes: [{ name: "pk", type: "S" }],
                ttl: { attributeName: "expiresAt", enabled: true },
                serverSideEncryption: { enabled: true, kmsKeyArn: args.dataKeyArn },
                pointInTimeRecovery: { enabled: true },
                deletionProtectionEnabled: args.deletionProtection,
            },
            { parent: this },
        );
    }
}

interface Shared {
    readonly stream: kinesis.Stream;
    readonly logs: cloudwatch.LogGroup;
    readonly deadLetterArn: pulumi.Input<string>;
}

/** Every way in which the arguments contradict each other; empty when they are sound. */
export function eventReplicationProblems({
    region,
    regions,
}: Pick<EventReplicationArgs, "region" | "regions">): readonly string[] {
    const problems: string[] = [];
    if (!regions.includes(region)) {
        problems.push(`\`region\`: must be one of regions (${regions.join(", ")}), got ${region}`);
    }
    // A replicator for each other region, and the consumer.
    if (regions.length > readersPerStream) {
        problems.push(
            `\`regions\`: at most ${readersPerStream}, as a shard answers ${readersPerStream} reads a second, got ${regions.length}; beyond that the stream needs enhanced fan-out`,
        );
    }
    return problems;
}
