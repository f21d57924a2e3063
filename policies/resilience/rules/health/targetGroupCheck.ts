import type { ResourceValidationPolicy } from "@pulumi/policy";

import { serviceGuide } from "../../frameworks";
import { at, requireValue, resourcesOfType, show, unknown } from "../../support";

interface Config {
    readonly maximumDetectionSeconds: number;
}

export const targetGroupCheck: ResourceValidationPolicy = {
    name: "health-target-group-check",
    description:
        "A load balancer's target group must check that its targets answer, and notice soon when they do not.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: serviceGuide(
        "Elastic Load Balancing",
        "elasticloadbalancing/latest/application/target-group-health-checks",
    ),
    tags: ["health", "elb"],
    url: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
    remediationSteps:
        "Leave healthCheck.enabled on, and set healthCheck.interval and unhealthyThreshold so that their product is at most maximumDetectionSeconds.",
    configSchema: {
        properties: {
            maximumDetectionSeconds: {
                type: "number",
                minimum: 10,
                default: 60,
                description: "from the first failed check until no user is sent there",
            },
        },
    },
    validateResource: resourcesOfType(
        [
            "aws:lb/targetGroup:TargetGroup",
            "aws:alb/targetGroup:TargetGroup",
            "aws:applicationloadbalancing/targetGroup:TargetGroup",
        ],
        (props, report, args) => {
            const { maximumDetectionSeconds } = args.getConfig<Config>();
            requireValue(
                props,
                "healthCheck.enabled",
                [true, undefined],
                "a dead target would be sent its share of the users",
                report,
            );
            // AWS's own: every 30 seconds, unhealthy after two.
            const interval = at(props, "healthCheck.interval") ?? 30;
            const threshold = at(props, "healthCheck.unhealthyThreshold") ?? 2;
            const known = interval !== unknown && threshold !== unknown;
            if (known && Number(interval) * Number(threshold) > maximumDetectionSeconds) {
                report(
                    `a dead target is noticed after ${show(threshold)} checks, ${show(interval)} s apart; that must be at most ${maximumDetectionSeconds} s`,
                );
            }
        },
    ),
};
