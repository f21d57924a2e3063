import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as pulumi from "@pulumi/pulumi";

export interface TableAlarmsArgs {
    readonly region: string;
    readonly tableName: string;
    readonly indexNames: readonly string[];
    /** Regions that this one's writes are replicated to. */
    readonly receivers: readonly string[];
    /** How late a write may usually be in another region. */
    readonly replicationSeconds: number;
    readonly topicArn: pulumi.Input<string>;
}

/** What the storefront writes with: `runtime/service/table.ts`. */
const writeOperations = ["PutItem", "TransactWriteItems"];

/**
 * One region's view of its copy of the global table: whether it turns requests away, and how late its
 * writes are elsewhere. DynamoDB keeps the latency in the region that the writes come from, so each
 * region watches its own way to every other one.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
 */
export class TableAlarms extends pulumi.ComponentResource {
    readonly throttles: pulumi.Output<string>;
    /** By receiving region. */
    readonly replication: Readonly<Record<string, pulumi.Output<string>>>;

    constructor(name: string, args: TableAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:TableAlarms", name, {}, opts);

        this.throttles = this.createThrottles(name, args);
        this.replication = Object.fromEntries(
            [...args.receivers]
                .sort()
                .map((receiver) => [receiver, this.createReplication(name, receiver, args)]),
        );

        this.registerOutputs({ throttles: this.throttles, replication: this.replication });
    }

    private createThrottles(name: string, args: TableAlarmsArgs): pulumi.Output<string> {
        const counts = [undefined, ...args.indexNames].flatMap((index, at) =>
            ["Read", "Write"].map((direction) => ({
                id: `${direction.toLowerCase()}${at}`,
                metric: metric(`${direction}ThrottleEvents`, "Sum", {
                    TableName: args.tableName,
                    ...(index === undefined ? {} : { GlobalSecondaryIndexName: index }),
                }),
            })),
        );
        return this.createAlarm(`${name}-throttles`, "capacity", args, {
            name: "meridian-table-throttles",
            alarmDescription: `The table turns requests away in ${args.region}: its capacity, or its scaling, is behind`,
            metricQueries: [
                {
                    id: "throttled",
                    label: "Requests throttled",
                    expression: counts.map(({ id }) => `FILL(${id}, 0)`).join(" + "),
                    returnData: true,
                },
                ...counts,
            ],
            evaluationPeriods: 3,
            // One minute of it is a burst that scaling and repeated requests take care of.
            datapointsToAlarm: 2,
            comparisonOperator: "GreaterThanThreshold",
            threshold: 0,
            // Reported only in minutes in which something was turned away.
            treatMissingData: "notBreaching",
        });
    }

    private createReplication(
        name: string,
        receiver: string,
        args: TableAlarmsArgs,
    ): pulumi.Output<string> {
        const limitMs = 1000 * args.replicationSeconds;
        const writes = writeOperations.map((operation) => ({
            id: operation.toLowerCase(),
            metric: metric("SuccessfulRequestLatency", "SampleCount", {
                TableName: args.tableName,
                Operation: operation,
            }),
        }));
        return this.createAlarm(`${name}-replication-${receiver}`, "replication", args, {
            name: `meridian-replication-${receiver}`,
            alarmDescription: `Writes made in ${args.region} reach ${receiver} ${args.replicationSeconds} s late or later, or not at all: losing ${args.region} now would lose sight of them`,
            metricQueries: [
                {
                    id: "late",
                    label: `Replication to ${receiver} (ms)`,
                    // A write that has not arrived has no latency: while replication stands still there
                    // is no metric, just as there is none while nobody writes. Writes tell them apart.
                    // FILL takes no series to fill one with.
                    expression: `IF(FILL(latency, -1) < 0, IF(writes > 0, ${limitMs}, 0), FILL(latency, 0))`,
                    returnData: true,
                },
                {
                    id: "writes",
                    // Of this region's own users: consumed capacity would count what the others replicate.
                    expression: writes.map(({ id }) => `FILL(${id}, 0)`).join(" + "),
                },
                {
                    id: "latency",
                    metric: metric("ReplicationLatency", "Average", {
                        TableName: args.tableName,
                        ReceivingRegion: receiver,
                    }),
                },
                ...writes,
            ],
            evaluationPeriods: 5,
            datapointsToAlarm: 3,
            comparisonOperator: "GreaterThanOrEqualToThreshold",
            threshold: limitMs,
            // Neither latency nor writes: there is nothing to replicate.
            treatMissingData: "notBreaching",
        });
    }

    private createAlarm(
        name: string,
        signal: "capacity" | "replication",
        args: TableAlarmsArgs,
        alarm: cloudwatch.MetricAlarmArgs,
    ): pulumi.Output<string> {
        return new cloudwatch.MetricAlarm(
            name,
            {
                ...alarm,
                alarmActions: [args.topicArn],
                okActions: [args.topicArn],
                tags: { "meridian:signal": signal },
            },
            { parent: this },
        ).name;
    }
}

function metric(metricName: string, stat: string, dimensions: Readonly<Record<string, string>>) {
    return { namespace: "AWS/DynamoDB", metricName, dimensions, stat, period: 60 };
}
