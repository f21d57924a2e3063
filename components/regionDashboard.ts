import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as pulumi from "@pulumi/pulumi";

export interface RegionDashboardArgs {
    readonly region: string;
    readonly accountId: string;
    /** The other regions. */
    readonly others: readonly string[];
    readonly loadBalancerArnSuffix: pulumi.Input<string>;
    readonly targetGroupArnSuffix: pulumi.Input<string>;
    readonly tableName: string;
    /** What the region must have so that it can take a lost one's users. */
    readonly minimumTasks: number;
    readonly errorPercent: number;
    readonly latencyP99Seconds: number;
    readonly replicationSeconds: number;
    /** Names of the alarms to show, the composites first. */
    readonly alarms: readonly pulumi.Input<string>[];
}

type Metric = readonly (string | Readonly<Record<string, unknown>>)[];

/** Columns of a dashboard; three graphs stand side by side. */
const columns = 24;
const width = columns / 3;
const height = 6;

/**
 * What to look at while a region is in doubt, on one page. Dashboards are the account's and not the
 * region's: the name says which region it is of.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export class RegionDashboard extends pulumi.ComponentResource {
    constructor(name: string, args: RegionDashboardArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:RegionDashboard", name, {}, opts);

        const dashboardBody = pulumi
            .all([
                args.loadBalancerArnSuffix,
                args.targetGroupArnSuffix,
                pulumi.all([...args.alarms]),
            ])
            .apply(([balancer, group, alarms]) =>
                JSON.stringify({
                    widgets: [
                        alarmWidget(args, alarms),
                        ...graphs(args, balancer, group).map((graph, at) => ({
                            type: "metric",
                            x: (at % 3) * width,
                            y: height + Math.floor(at / 3) * height,
                            width,
                            height,
                            properties: {
                                region: args.region,
                                view: "timeSeries",
                                period: 60,
                                ...graph,
                            },
                        })),
                    ],
                }),
            );
        new cloudwatch.Dashboard(
            name,
            { dashboardName: `meridian-${args.region}`, dashboardBody },
            { parent: this },
        );

        this.registerOutputs();
    }
}

function alarmWidget(args: RegionDashboardArgs, alarms: readonly string[]): object {
    return {
        type: "alarm",
        x: 0,
        y: 0,
        width: columns,
        height,
        properties: {
            title: `Alarms of ${args.region}`,
            alarms: alarms.map(
                (each) => `arn:aws:cloudwatch:${args.region}:${args.accountId}:alarm:${each}`,
            ),
        },
    };
}

function graphs(args: RegionDashboardArgs, balancer: string, group: string) {
    const elb = (metric: string, options: object): Metric => [
        "AWS/ApplicationELB",
        metric,
        "LoadBalancer",
        balancer,
        { ...options },
    ];
    return [
        graph(
            "Requests answered with 5xx (%)",
            [
                [
                    {
                        id: "rate",
                        label: "5xx",
                        expression: "100 * (FILL(service, 0) + FILL(balancer, 0)) / asked",
                    },
                ],
                elb("RequestCount", { id: "asked", stat: "Sum", visible: false }),
                elb("HTTPCode_Target_5XX_Count", { id: "service", stat: "Sum", visible: false }),
                elb("HTTPCode_ELB_5XX_Count", { id: "balancer", stat: "Sum", visible: false }),
            ],
            args.errorPercent,
        ),
        graph(
            "Latency, p99 (s)",
            [elb("TargetResponseTime", { stat: "p99" })],
            args.latencyP99Seconds,
        ),
        graph(
            "Healthy tasks, and what a lost region needs",
            [
                [
                    "AWS/ApplicationELB",
                    "HealthyHostCount",
                    "LoadBalancer",
                    balancer,
                    "TargetGroup",
                    group,
                    { stat: "Minimum" },
                ],
            ],
            args.minimumTasks,
        ),
        graph(
            "Failed probes of the other regions (%)",
            args.others.map((other) => [
                "Meridian/Observer",
                "FailedProbePercent",
                "ObservedRegion",
                other,
                "ObserverRegion",
                args.region,
                { stat: "Average", label: other },
            ]),
        ),
        graph(
            "Replication latency (ms)",
            args.others.map((other) => [
                "AWS/DynamoDB",
                "ReplicationLatency",
                "TableName",
                args.tableName,
                "ReceivingRegion",
                other,
                { stat: "Average", label: other },
            ]),
            1000 * args.replicationSeconds,
        ),
        graph(
            "Table: used a minute, and turned away",
            [
                "ConsumedReadCapacityUnits",
                "ConsumedWriteCapacityUnits",
                "ReadThrottleEvents",
                "WriteThrottleEvents",
            ].map((metric) => [
                "AWS/DynamoDB",
                metric,
                "TableName",
                args.tableName,
                { stat: "Sum" },
            ]),
        ),
    ];
}

/** @param limit drawn as a line where it is given */
function graph(title: string, metrics: readonly Metric[], limit?: number) {
    return {
        title,
        metrics,
        ...(limit === undefined ? {} : { annotations: { horizontal: [{ value: limit }] } }),
    };
}
