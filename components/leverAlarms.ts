import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as pulumi from "@pulumi/pulumi";

export interface LeverAlarmsArgs {
    /** Ids of the lever checks, by region. */
    readonly healthCheckIds: Readonly<Record<string, pulumi.Input<string>>>;
    /** Topics in `LeverAlarms.region`. */
    readonly topicArns: readonly pulumi.Input<string>[];
}

/**
 * An alarm for each region whose votes cannot be read: it could not vote if it had to, and the quorum
 * for the next failover is one short. Known long before it is needed, which is the point of it.
 */
export class LeverAlarms extends pulumi.ComponentResource {
    /**
     * Route 53 reports its health checks in this region only.
     * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-health-checks.html
     */
    static readonly region = "us-east-1";

    constructor(name: string, args: LeverAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:LeverAlarms", name, {}, opts);

        for (const [region, healthCheckId] of Object.entries(args.healthCheckIds)) {
            new cloudwatch.MetricAlarm(
                `${name}-${region}`,
                {
                    region: LeverAlarms.region,
                    name: `meridian-lever-${region}`,
                    alarmDescription: `Health checkers cannot read the votes of ${region}: it could not help to evacuate anybody`,
                    namespace: "AWS/Route53",
                    metricName: "HealthCheckStatus",
                    dimensions: { HealthCheckId: healthCheckId },
                    statistic: "Minimum",
                    period: 60,
                    evaluationPeriods: 3,
                    datapointsToAlarm: 3,
                    comparisonOperator: "LessThanThreshold",
                    threshold: 1,
                    // A check that reports nothing proves nothing.
                    treatMissingData: "breaching",
                    alarmActions: [...args.topicArns],
                    okActions: [...args.topicArns],
                    tags: { "meridian:signal": "automation" },
                },
                { parent: this },
            );
        }

        this.registerOutputs();
    }
}
