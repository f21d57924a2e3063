import type { ResourceValidationPolicy } from "@pulumi/policy";

import { type Exemption, exemptions, isExempt } from "../../exemptions";
import { securityHub } from "../../frameworks";
import { read, requireValue, resourcesOfType, unknown } from "../../support";

interface Config {
    readonly exemptAlarms: readonly Exemption[];
}

export const alarmActions: ResourceValidationPolicy = {
    name: "health-alarm-actions",
    description: "An alarm must tell somebody, unless it is exempt by name, with a reason.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: securityHub("CloudWatch.15"),
    tags: ["health", "cloudwatch"],
    url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html",
    remediationSteps: "Name a topic in alarmActions, and leave actionsEnabled on.",
    configSchema: { properties: { exemptAlarms: exemptions("alarms", []) } },
    validateResource: resourcesOfType(
        ["aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm"],
        (props, report, args) => {
            if (
                isExempt(
                    args.getConfig<Config>().exemptAlarms,
                    read(() => props["name"] ?? props["alarmName"]),
                    report,
                )
            ) {
                return;
            }
            const actions = read(() => props["alarmActions"]);
            if (actions !== unknown && !(Array.isArray(actions) && actions.length > 0)) {
                report(
                    "alarmActions is empty, so the alarm rings where nobody hears it; name a topic",
                );
            }
            requireValue(
                props,
                "actionsEnabled",
                [true, undefined],
                "an alarm without actions tells nobody",
                report,
            );
        },
    ),
};
