import type { ResourceValidationPolicy } from "@pulumi/policy";

import { securityHub } from "../../frameworks";
import { list, read, resourcesOfType, show, unknown } from "../../support";

export const distributionFailover: ResourceValidationPolicy = {
    name: "recovery-distribution-origins",
    description: "A distribution must have a second origin to ask when the first one fails.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: securityHub("CloudFront.4"),
    tags: ["recovery", "cloudfront"],
    url: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html",
    remediationSteps:
        "Add an origin group of two origins and make it the target of every cache behavior.",
    validateResource: resourcesOfType(
        "aws:cloudfront/distribution:Distribution",
        (props, report) => {
            const groups = read(() => props["originGroups"]);
            const behaviors = [
                ...list(() => [props["defaultCacheBehavior"]]),
                ...list(() => props["orderedCacheBehaviors"]),
            ];
            if (groups === unknown) {
                return;
            }
            const pairs = list(() => props["originGroups"]).filter((group) => {
                const members = read(() => group["members"]);
                return members === unknown || (Array.isArray(members) && members.length >= 2);
            });
            const ids = pairs.map((group) => read(() => group["originId"]));
            for (const behavior of behaviors) {
                const target = read(() => behavior["targetOriginId"]);
                if (target !== unknown && !ids.includes(unknown) && !ids.includes(target)) {
                    report(
                        `a cache behavior asks ${show(target)} alone; let it ask an origin group of two`,
                    );
                }
            }
        },
    ),
};
