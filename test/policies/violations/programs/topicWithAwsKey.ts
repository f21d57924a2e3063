// Caught by encryption-messaging-customer-managed-key: on-call
import * as aws from "@pulumi/aws";

const onCall = new aws.sns.Topic("on-call", { kmsMasterKeyId: "alias/aws/sns" });

// CloudWatch may not use that key: the alarm rings, and nobody is told.
new aws.cloudwatch.MetricAlarm("no-healthy-tasks", {
    comparisonOperator: "LessThanThreshold",
    evaluationPeriods: 2,
    metricName: "HealthyHostCount",
    namespace: "AWS/ApplicationELB",
    period: 60,
    statistic: "Minimum",
    threshold: 1,
    treatMissingData: "breaching",
    alarmActions: [onCall.arn],
});
