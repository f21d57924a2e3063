// Caught by health-alarm-missing-data: no-requests
import * as aws from "@pulumi/aws";

new aws.cloudwatch.MetricAlarm("no-requests", {
    comparisonOperator: "LessThanThreshold",
    evaluationPeriods: 3,
    metricName: "RequestCount",
    namespace: "AWS/ApplicationELB",
    dimensions: { LoadBalancer: "app/web/50dc6c495c0c9188" },
    period: 60,
    statistic: "Sum",
    threshold: 1,
    alarmActions: ["arn:aws:sns:eu-west-1:111122223333:on-call"],
});
