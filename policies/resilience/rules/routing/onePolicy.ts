import type { StackValidationPolicy } from "@pulumi/policy";

import { route53Guide } from "../../frameworks";
import { recordTreeOf } from "../../recordTree";
import { nameOf } from "../../routing/words";

export const onePolicy: StackValidationPolicy = {
    name: "routing-one-policy",
    description:
        "All records of one name and type must have the same routing policy, and only one.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: route53Guide("resource-record-sets-values-latency"),
    tags: ["routing", "route53"],
    url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-latency.html",
    remediationSteps:
        "Give the records of one policy a name of their own, and lead to it by an alias; Route 53 refuses a second policy in the middle of an update.",
    validateStack: (args, report) => {
        for (const group of recordTreeOf(args.resources).groups) {
            const policies = [...new Set(group.records.flatMap((record) => record.policies))];
            if (policies.length > 1) {
                report(
                    `${nameOf(group)} has the policies ${policies.sort().join(", ")}; Route 53 takes one for a name and type, so give the others a name of their own and lead to it by an alias`,
                    group.records[0]?.urn,
                );
            }
        }
    },
};
