import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as pulumi from "@pulumi/pulumi";

export interface RegionAlarmsArgs {
    readonly loadBalancerArnSuffix: pulumi.Input<string>;
    readonly targetGroupArnSuffix: pulumi.Input<string>;
    readonly thresholds: AlarmThresholds;
    /** Fewer healthy tasks than this are too few. */
    readonly minimumTasks: number;
    readonly topicArn: pulumi.Input<string>;
}

export interface AlarmThresholds {
    /** Percent of requests answered with a 5xx, from which on users feel it. */
    readonly errorPercent: number;
    /** Requests a minute below which a rate says nothing: one error in two is no outage. */
    readonly requestFloor: number;
    readonly latencyP99Seconds: number;
    /** Minutes without a single request. */
    readonly silenceMinutes: number;
    /** How late a write may usually be in another region. */
    readonly replicationSeconds: number;
}

/** What an alarm tells of: what users feel, what the region could serve, or whether it is asked at all. */
type Signal = "user-facing" | "capacity" | "traffic";

/**
 * The region's own view of its service. How each alarm reads missing data is part of its meaning: a
 * load balancer reports most metrics only when there is something to report.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
 */
export class RegionAlarms extends pulumi.ComponentResource {
    /** Names of the alarms that a user would feel. */
    readonly userFacing: readonly pulumi.Output<string>[];
    readonly healthyHosts: pulumi.Output<string>;
    readonly silence: pulumi.Output<string>;

    constructor(name: string, args: RegionAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:RegionAlarms", name, {}, opts);

        this.userFacing = [this.createErrorRate(name, args), this.createLatency(name, args)];
        this.healthyHosts = this.createHealthyHosts(name, args);
        this.silence = this.createSilence(name, args);

        this.registerOutputs({ userFacing: this.userFacing });
    }

    private createErrorRate(name: string, args: RegionAlarmsArgs): pulumi.Output<string> {
        const { errorPercent, requestFloor } = args.thresholds;
        const count = (id: string, metricName: string) => ({
            id,
            metric: {
                namespace: "AWS/ApplicationELB",
                metricName,
                dimensions: { LoadBalancer: args.loadBalancerArnSuffix },
                stat: "Sum",
                period: 60,
            },
        });
        return this.createAlarm(`${name}-error-rate`, "user-facing", args, {
            name: "meridian-error-rate",
            alarmDescription: `${errorPercent} % or more of the requests end in a 5xx, of the service or of the load balancer`,
            metricQueries: [
                {
                    id: "rate",
                    label: "Requests answered with 5xx (%)",
                    expression: `IF(asked >= ${requestFloor}, 100 * failed / asked, 0)`,
                    returnData: true,
                },
                {
                    id: "failed",
                    // 5xx counts exist only in minutes that had one.
                    expression: "FILL(service, 0) + FILL(balancer, 0)",
                },
                {
                    id: "asked",
                    // RequestCount leaves out what the load balancer refused because it had no target: in
                    // the worst outage of all it would say that nobody asked.
                    expression: "MAX([FILL(requests, 0), failed])",
                },
                count("requests", "RequestCount"),
                count("service", "HTTPCode_Target_5XX_Count"),
                count("balancer", "HTTPCode_ELB_5XX_Count"),
            ],
            evaluationPeriods: 3,
            datapointsToAlarm: 2,
            comparisonOperator: "GreaterThanOrEqualToThreshold",
            threshold: errorPercent,
            // No requests, no errors. That nobody asks has an alarm of its own.
            treatMissingData: "notBreaching",
        });
    }

    private createLatency(name: string, args: RegionAlarmsArgs): pulumi.Output<string> {
        return this.createAlarm(`${name}-latency`, "user-facing", args, {
            name: "meridian-latency",
            alarmDescription: `The slowest 1 % of the requests take ${args.thresholds.latencyP99Seconds} s or longer`,
            namespace: "AWS/ApplicationELB",
            metricName: "TargetResponseTime",
            dimensions: { LoadBalancer: args.loadBalancerArnSuffix },
            extendedStatistic: "p99",
            period: 60,
            evaluationPeriods: 5,
            datapointsToAlarm: 3,
            comparisonOperator: "GreaterThanOrEqualToThreshold",
            threshold: args.thresholds.latencyP99Seconds,
            // The slowest of a handful of requests is an accident, not a percentile.
            evaluateLowSampleCountPercentiles: "ignore",
            // Latency is reported with traffic only.
            treatMissingData: "notBreaching",
        });
    }

    private createHealthyHosts(name: string, args: RegionAlarmsArgs): pulumi.Output<string> {
        return this.createAlarm(`${name}-healthy-hosts`, "capacity", args, {
            name: "meridian-healthy-hosts",
            alarmDescription: `Fewer than ${args.minimumTasks} tasks are healthy: the region could not take another one's users`,
            namespace: "AWS/ApplicationELB",
            metricName: "HealthyHostCount",
            dimensions: {
                LoadBalancer: args.loadBalancerArnSuffix,
                TargetGroup: args.targetGroupArnSuffix,
            },
            statistic: "Minimum",
            period: 60,
            evaluationPeriods: 5,
            datapointsToAlarm: 3,
            comparisonOperator: "LessThanThreshold",
            threshold: args.minimumTasks,
            // Reported for as long as any task is registered: silence means that none is.
            treatMissingData: "breaching",
        });
    }

    private createSilence(name: string, args: RegionAlarmsArgs): pulumi.Output<string> {
        const { silenceMinutes } = args.thresholds;
        return this.createAlarm(`${name}-silence`, "traffic", args, {
            name: "meridian-silence",
            alarmDescription: `No request for ${silenceMinutes} minutes: expected while the region is evacuated, and at no other time`,
            namespace: "AWS/ApplicationELB",
            metricName: "RequestCount",
            dimensions: { LoadBalancer: args.loadBalancerArnSuffix },
            statistic: "Sum",
            period: 60,
            evaluationPeriods: silenceMinutes,
            datapointsToAlarm: silenceMinutes,
            comparisonOperator: "LessThanThreshold",
            threshold: 1,
            // A load balancer that nobody asks does not report zero: it reports nothing.
            treatMissingData: "breaching",
        });
    }

    private createAlarm(
        name: string,
        signal: Signal,
        args: RegionAlarmsArgs,
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
