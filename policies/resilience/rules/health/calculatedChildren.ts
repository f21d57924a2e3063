import type { StackValidationPolicy } from "@pulumi/policy";

import { route53Guide } from "../../frameworks";
import { recordTreeOf } from "../../recordTree";

/** AWS says so in the middle of the update, when the children are there already. */
export const calculatedChildren: StackValidationPolicy = {
    name: "health-calculated-children",
    description: "A calculated health check must not watch another calculated one.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: route53Guide("health-checks-creating-values"),
    tags: ["health", "route53"],
    url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html#health-checks-creating-values-health-checks-to-monitor",
    remediationSteps:
        "Count the children of the inner check in the outer one; what is to weigh more than one of them is counted by several checks that ask the same.",
    validateStack: (args, report) => {
        const { checks } = recordTreeOf(args.resources);
        for (const check of checks.all) {
            const inner = checks.children(check).find((child) => child?.type === "CALCULATED");
            if (inner !== undefined) {
                report(
                    `it watches ${inner.urn.split("::").pop()}, which is a calculated check itself, and Route 53 takes none; count what that one counts`,
                    check.urn,
                );
            }
        }
    },
};
