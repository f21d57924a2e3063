import * as cloudwatch from "@pulumi/aws/cloudwatch";
import type * as pulumi from "@pulumi/pulumi";

/** Minutes behind from which on somebody should look. */
const lateMinutes = 5;

/** An alarm for a function that falls behind the stream it works off. */
export function createLateAlarm(
    name: string,
    args: {
        readonly functionName: pulumi.Input<string>;
        /** The alarm is called `meridian-late-` and this. */
        readonly alarmName: string;
        readonly alarmTopicArn: pulumi.Input<string>;
    },
    parent: pulumi.Resource,
): void {
    new cloudwatch.MetricAlarm(
        name,
        {
            name: `meridian-late-${args.alarmName}`,
            alarmDescription: `meridian-${args.alarmName} is ${lateMinutes} minutes or more behind the stream`,
            namespace: "AWS/Lambda",
            metricName: "IteratorAge",
            dimensions: { FunctionName: args.functionName },
            statistic: "Maximum",
            period: 60,
            evaluationPeriods: 5,
            datapointsToAlarm: 3,
            comparisonOperator: "GreaterThanOrEqualToThreshold",
            threshold: lateMinutes * 60_000,
            // Without events there is nothing to be late with.
            treatMissingData: "notBreaching",
            alarmActions: [args.alarmTopicArn],
            okActions: [args.alarmTopicArn],
            tags: { "meridian:signal": "automation" },
        },
        { parent },
    );
}
