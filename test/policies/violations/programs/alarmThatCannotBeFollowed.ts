// Caught by health-followed-alarm: errors
import * as aws from "@pulumi/aws";

const errors = new aws.cloudwatch.MetricAlarm("errors", {
    comparisonOperator: "GreaterThanThreshold",
    evaluationPeriods: 5,
    datapointsToAlarm: 3,
    metricName: "HTTPCode_Target_5XX_Count",
    namespace: "AWS/ApplicationELB",
    dimensions: { LoadBalancer: "app/web/50dc6c495c0c9188" },
    period: 60,
    statistic: "Sum",
    threshold: 50,
    treatMissingData: "notBreaching",
    alarmActions: ["arn:aws:sns:eu-west-1:111122223333:on-call"],
});
new aws.route53.HealthCheck("errors", {
    type: "CLOUDWATCH_METRIC",
    cloudwatchAlarmName: errors.name,
    cloudwatchAlarmRegion: "eu-west-1",
    insufficientDataHealthStatus: "Unhealthy",
});
