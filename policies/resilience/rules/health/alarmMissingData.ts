import type { ResourceValidationPolicy } from "@pulumi/policy";

import { serviceGuide } from "../../frameworks";
import { isSet, read, resourcesOfType, show } from "../../support";

/** A lost region sends nothing: what an alarm makes of nothing decides whether it tells of the loss. */
export const alarmMissingData: ResourceValidationPolicy = {
    name: "health-alarm-missing-data",
    description: "An alarm on metrics must say what silence means.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: serviceGuide(
        "Amazon CloudWatch",
        "AmazonCloudWatch/latest/monitoring/alarms-and-missing-data",
    ),
    tags: ["health", "cloudwatch"],
    url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html",
    remediationSteps:
        "Set treatMissingData: breaching where silence is the failure, notBreaching where it is the absence of one.",
    validateResource: resourcesOfType("aws:cloudwatch/metricAlarm:MetricAlarm", (props, report) => {
        const silence = read(() => props["treatMissingData"]);
        // What the provider fills in when nobody says otherwise.
        if (!isSet(silence) || silence === "missing") {
            report(
                `treatMissingData is ${show(silence)}, so an alarm on what has gone silent stays as it was, or does not know; say what silence means`,
            );
        }
    }),
};
