import type { ResourceValidationPolicy } from "@pulumi/policy";

import { route53Guide } from "../../frameworks";
import { read, resourcesOfType, show, unknown } from "../../support";

export const calculatedCheck: ResourceValidationPolicy = {
    name: "health-calculated-threshold",
    description:
        "A calculated health check must have a threshold that its children can both meet and miss.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: route53Guide("health-checks-creating-values"),
    tags: ["health", "route53"],
    url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html#health-checks-creating-values-calculated",
    remediationSteps: "Set childHealthThreshold between 1 and the number of childHealthchecks.",
    validateResource: resourcesOfType("aws:route53/healthCheck:HealthCheck", (props, report) => {
        if (read(() => props["type"]) !== "CALCULATED") {
            return;
        }
        const threshold = read(() => props["childHealthThreshold"]);
        const children = read(() => props["childHealthchecks"]);
        if (threshold === unknown || !Array.isArray(children)) {
            return;
        }
        const number = Number(threshold ?? 0);
        if (number < 1) {
            report(
                `childHealthThreshold is ${show(threshold)}, so the check is always healthy; it must be 1 to ${children.length}`,
            );
        } else if (number > children.length) {
            report(
                `childHealthThreshold is ${number} with ${children.length} children, so the check is never healthy; it must be 1 to ${children.length}`,
            );
        }
    }),
};
