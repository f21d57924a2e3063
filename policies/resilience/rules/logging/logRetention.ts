import type { ResourceValidationPolicy } from "@pulumi/policy";

import { securityHub } from "../../frameworks";
import { setting } from "../../remediation";
import { type Props, read, resourcesOfType, show, unknown } from "../../support";

interface Config {
    readonly minimumDays: number;
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const periods = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/** The control asks for a year unless it is told otherwise; the access logs that matter for longer lie in buckets. */
export const logRetention: ResourceValidationPolicy = {
    name: "logging-retention",
    description:
        "A log group must keep what it is sent for a stated time, long enough to look back.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: securityHub("CloudWatch.16"),
    tags: ["logging", "cloudwatch"],
    url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
    remediationSteps: "Set retentionInDays to minimumDays or more.",
    configSchema: { properties: { minimumDays: { type: "number", minimum: 1, default: 30 } } },
    remediateResource: setting(["aws:cloudwatch/logGroup:LogGroup"], (props, config): Props => {
        const { minimumDays } = config<Config>();
        const days = read(() => props["retentionInDays"]);
        const least = periods.find((period) => period >= minimumDays);
        return days !== unknown && Number(days ?? 0) < minimumDays && least !== undefined
            ? { retentionInDays: least }
            : {};
    }),
    validateResource: resourcesOfType("aws:cloudwatch/logGroup:LogGroup", (props, report, args) => {
        const { minimumDays } = args.getConfig<Config>();
        const days = read(() => props["retentionInDays"]);
        if (days === undefined || days === 0) {
            report(
                `retentionInDays is ${show(days)}, so the log is kept, and paid for, for ever; state a time of ${minimumDays} days or more`,
            );
        } else if (days !== unknown && Number(days) < minimumDays) {
            report(`retentionInDays is ${show(days)}; it must be at least ${minimumDays}`);
        }
    }),
};
