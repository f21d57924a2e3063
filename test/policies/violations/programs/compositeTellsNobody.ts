// Caught by health-alarm-actions: region-impaired
import * as aws from "@pulumi/aws";

new aws.cloudwatch.CompositeAlarm("region-impaired", {
    alarmName: "region-impaired",
    alarmRule: 'ALARM("errors") OR ALARM("no-requests")',
    okActions: ["arn:aws:sns:eu-west-1:111122223333:on-call"],
});
