import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as pulumi from "@pulumi/pulumi";

import { observerAlarmPrefix } from "./alarmEvents";
import { FunctionTrigger } from "./functionTrigger";
import { HandlerFunction } from "./handlerFunction";

export interface ObserverArgs {
    readonly region: string;
    readonly accountId: string;
    /** Where each observed region answers, such as `https://eu-west-1.origin.example.com`. */
    readonly targets: Readonly<Record<string, string>>;
    /** Percent of failed probes from which on a region counts as failing. */
    readonly failedProbePercent: number;
    readonly operationsKeyArn: pulumi.Input<string>;
    readonly alarmTopicArn: pulumi.Input<string>;
    readonly logRetentionDays: number;
}

/** Probes per target and run. */
const probes = 8;

/**
 * Looks at the other regions from this one, as a user would, and raises an alarm per region. The
 * region that fails is the wrong place to notice it: its own alarms may fail with it.
 */
export class Observer extends pulumi.ComponentResource {
    /** Names of the alarms, by observed region. */
    readonly alarmNames: Readonly<Record<string, pulumi.Output<string>>>;

    constructor(name: string, args: ObserverArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:Observer", name, {}, opts);

        const observer = new HandlerFunction(
            name,
            {
                region: args.region,
                accountId: args.accountId,
                handler: "observer",
                description: "Probes the other regions from outside",
                environment: {
                    REGION: args.region,
                    TARGETS: JSON.stringify(args.targets),
                    PROBES: String(probes),
                },
                timeoutSeconds: 20,
                memoryMb: 256,
                keyArn: args.operationsKeyArn,
                logRetentionDays: args.logRetentionDays,
                statements: [],
                // A late probe would speak for the wrong minute; the next run is a minute away.
                retries: 0,
                alarmTopicArn: args.alarmTopicArn,
            },
            { parent: this },
        );
        new FunctionTrigger(
            `${name}-tick`,
            {
                ruleName: "meridian-observer-tick",
                description: "Starts the observer",
                when: { schedule: "rate(1 minute)" },
                functionArn: observer.arn,
                functionName: observer.functionName,
            },
            { parent: this },
        );

        this.alarmNames = Object.fromEntries(
            Object.keys(args.targets)
                .sort()
                .map((observed) => [observed, this.createAlarm(name, observed, args)]),
        );
        this.registerOutputs({ alarmNames: this.alarmNames });
    }

    private createAlarm(name: string, observed: string, args: ObserverArgs): pulumi.Output<string> {
        return new cloudwatch.MetricAlarm(
            `${name}-${observed}`,
            {
                name: `${observerAlarmPrefix}${observed}`,
                alarmDescription: `${args.failedProbePercent} % or more of the probes of ${observed} from ${args.region} fail`,
                namespace: "Meridian/Observer",
                metricName: "FailedProbePercent",
                dimensions: { ObservedRegion: observed, ObserverRegion: args.region },
                statistic: "Average",
                period: 60,
                evaluationPeriods: 3,
                datapointsToAlarm: 2,
                comparisonOperator: "GreaterThanOrEqualToThreshold",
                threshold: args.failedProbePercent,
                // An observer that is silent has seen nothing, and must not speak against anybody.
                treatMissingData: "notBreaching",
                alarmActions: [args.alarmTopicArn],
                okActions: [args.alarmTopicArn],
                tags: { "meridian:signal": "vantage" },
            },
            { parent: this },
        ).name;
    }
}
