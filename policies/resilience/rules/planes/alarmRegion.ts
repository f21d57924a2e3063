import type { StackValidationPolicy } from "@pulumi/policy";

import { route53Guide } from "../../frameworks";
import { recordTreeOf } from "../../recordTree";
import { carriedRegions } from "../../routing/regionStates";

/** With a region goes what watches it from within: the alarm has no data, and the check keeps its last word. */
export const alarmRegion: StackValidationPolicy = {
    name: "planes-alarm-region",
    description:
        "A health check that decides about a region must not wait for an alarm in that region, unless no data makes it unhealthy.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: route53Guide("health-checks-creating-values"),
    tags: ["planes", "route53", "cloudwatch"],
    url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html#health-checks-creating-values-cloudwatch",
    remediationSteps:
        "Follow an alarm in another region that watches from outside, or set insufficientDataHealthStatus to Unhealthy.",
    validateStack: (args, report) => {
        const tree = recordTreeOf(args.resources);
        const carried = carriedRegions(tree);
        for (const check of tree.checks.all) {
            const region = check.alarmRegion;
            if (
                check.type === "CLOUDWATCH_METRIC" &&
                region !== undefined &&
                carried.get(check)?.has(region) === true &&
                check.insufficientData !== "Unhealthy"
            ) {
                report(
                    `it decides about ${region} by an alarm in ${region}, and is ${check.insufficientData ?? "LastKnownStatus"} when that has no data; set insufficientDataHealthStatus to Unhealthy, or watch from another region`,
                    check.urn,
                );
            }
        }
    },
};
