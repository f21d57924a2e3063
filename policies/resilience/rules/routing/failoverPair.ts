import type { StackValidationPolicy } from "@pulumi/policy";

import { route53Guide } from "../../frameworks";
import { recordTreeOf } from "../../recordTree";
import { nameOf } from "../../routing/words";

export const failoverPair: StackValidationPolicy = {
    name: "routing-failover-pair",
    description: "A name with failover records must have a primary and a secondary one.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: route53Guide("routing-policy-failover"),
    tags: ["routing", "route53"],
    url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-failover.html",
    remediationSteps: "Add the other record, or make the one a simple record.",
    validateStack: (args, report) => {
        const { groups, complete } = recordTreeOf(args.resources);
        // A record whose name or type is not known yet may be the one that is missing.
        for (const group of complete ? groups : []) {
            const roles = group.records.flatMap(({ routing }) =>
                routing.policy === "failover" ? [routing.role] : [],
            );
            const known = roles.length > 0 && !roles.includes("");
            const missing = (["PRIMARY", "SECONDARY"] as const).find(
                (role) => known && !roles.includes(role),
            );
            if (missing !== undefined) {
                report(
                    `${nameOf(group)} has no ${missing} record, so it has nothing to fail over ${missing === "PRIMARY" ? "from" : "to"}; add one`,
                    group.records[0]?.urn,
                );
            }
        }
    },
};
