import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";

import { bucketNameOf, ruleIdTo, type BucketPurpose } from "./bucketNames";
import { LockedBucket } from "./lockedBucket";

export interface ReplicatedBucketArgs {
    readonly purpose: BucketPurpose;
    readonly region: string;
    readonly accountId: string;
    /** Every other region: each has a bucket like this one. */
    readonly peers: readonly string[];
    /** Key of this region's. */
    readonly keyArn: pulumi.Input<string>;
    /** Where S3 and the alarms tell of late and failed replication; a topic that lets both publish. */
    readonly topicArn: pulumi.Input<string>;
    readonly expireOldVersionsAfterDays: number;
    readonly deletionProtection: boolean;
}

/** Seconds within which replication time control promises an object's replica. */
const promisedSeconds = 900;

/**
 * A region's copy of one kind of objects, and what tells when it is not in step with the others'. The
 * rules that replicate it are the global stack's: S3 takes a rule only when the other bucket is there.
 */
export class ReplicatedBucket extends pulumi.ComponentResource {
    readonly bucketName: pulumi.Output<string>;

    constructor(name: string, args: ReplicatedBucketArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:ReplicatedBucket", name, {}, opts);

        const bucket = new LockedBucket(
            name,
            {
                ...args,
                bucketName: bucketNameOf(args.purpose, args.region, args.accountId),
                kmsKeyArn: args.keyArn,
                statements: () => [],
            },
            { parent: this },
        );
        new s3.BucketNotification(
            name,
            {
                bucket: bucket.bucketName,
                topics: [
                    {
                        id: "replication",
                        topicArn: args.topicArn,
                        // EventBridge is sent none of these:
                        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
                        events: [
                            "s3:Replication:OperationFailedReplication",
                            "s3:Replication:OperationMissedThreshold",
                            "s3:Replication:OperationReplicatedAfterThreshold",
                        ],
                    },
                ],
            },
            { parent: this },
        );
        this.createLatencyAlarm(`${name}-latency`, args);
        this.createFailureAlarm(`${name}-failures`, args);

        this.bucketName = bucket.bucketName;
        this.registerOutputs({ bucketName: this.bucketName });
    }

    /** S3 counts what waits in the region that waits for it. */
    private createLatencyAlarm(name: string, args: ReplicatedBucketArgs): void {
        this.createAlarm(name, args, {
            name: `meridian-replication-latency-${args.purpose}`,
            alarmDescription: `The ${args.purpose} of another region reach this one later than the ${promisedSeconds / 60} minutes that replication time control promises: what was written there last would be missing here after a failover`,
            metricQueries: this.queries(
                "MAX",
                "ReplicationLatency",
                "Maximum",
                args.peers,
                (peer) => this.dimensions(args, peer, args.region),
            ),
            threshold: promisedSeconds,
            evaluationPeriods: 5,
            datapointsToAlarm: 2,
        });
    }

    /** What failed is reported where it came from. */
    private createFailureAlarm(name: string, args: ReplicatedBucketArgs): void {
        this.createAlarm(name, args, {
            name: `meridian-replication-failures-${args.purpose}`,
            alarmDescription: `S3 gave up on replicating ${args.purpose} of this region; it does not try again by itself. The topic has the reason of each`,
            metricQueries: this.queries(
                "SUM",
                "OperationsFailedReplication",
                "Sum",
                args.peers,
                (peer) => this.dimensions(args, args.region, peer),
            ),
            threshold: 1,
            evaluationPeriods: 15,
            datapointsToAlarm: 1,
        });
    }

    /** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html */
    private dimensions(
        { purpose, accountId }: ReplicatedBucketArgs,
        from: string,
        to: string,
    ): Readonly<Record<string, string>> {
        return {
            SourceBucket: bucketNameOf(purpose, from, accountId),
            DestinationBucket: bucketNameOf(purpose, to, accountId),
            RuleId: ruleIdTo(to),
        };
    }

    private queries(
        over: "MAX" | "SUM",
        metricName: string,
        stat: string,
        peers: readonly string[],
        dimensions: (peer: string) => Readonly<Record<string, string>>,
    ): NonNullable<cloudwatch.MetricAlarmArgs["metricQueries"]> {
        const metrics = peers.map((peer, index) => ({
            id: `m${index}`,
            metric: {
                namespace: "AWS/S3",
                metricName,
                dimensions: dimensions(peer),
                stat,
                period: 60,
            },
        }));
        return [
            {
                id: "all",
                label: metricName,
                // What is not published yet counts as 0: S3 is minutes late with these, so that the newest
                // periods never alarm, and the ones before them must.
                // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
                expression: `${over}([${metrics.map(({ id }) => `FILL(${id}, 0)`).join(", ")}])`,
                returnData: true,
            },
            ...metrics,
        ];
    }

    private createAlarm(
        name: string,
        { topicArn }: ReplicatedBucketArgs,
        alarm: Pick<
            cloudwatch.MetricAlarmArgs,
            | "name"
            | "alarmDescription"
            | "metricQueries"
            | "threshold"
            | "evaluationPeriods"
            | "datapointsToAlarm"
        >,
    ): void {
        new cloudwatch.MetricAlarm(
            name,
            {
                ...alarm,
                comparisonOperator: "GreaterThanOrEqualToThreshold",
                // A lost region counts nothing, and has alarms of its own; before there is a rule there
                // is no metric either.
                treatMissingData: "notBreaching",
                alarmActions: [topicArn],
                okActions: [topicArn],
                tags: { "meridian:signal": "replication" },
            },
            { parent: this },
        );
    }
}
