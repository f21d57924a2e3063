import type { ResourceValidationPolicy } from "@pulumi/policy";

import { serviceGuide } from "../../frameworks";
import { read, resourcesOfType, show } from "../../support";

/** AWS wants a user of this name in every group: who says no name is that user. */
export const cacheDefaultUser: ResourceValidationPolicy = {
    name: "access-cache-default-user",
    description: "The default user of a cache must be switched off.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: serviceGuide("Amazon ElastiCache", "AmazonElastiCache/latest/dg/Clusters.RBAC"),
    tags: ["access", "elasticache"],
    url: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html",
    remediationSteps: 'Set accessString of the user named default to "off ~* -@all".',
    validateResource: resourcesOfType("aws:elasticache/user:User", (props, report) => {
        const access = read(() => props["accessString"]);
        if (
            read(() => props["userName"]) === "default" &&
            typeof access === "string" &&
            /^\s*on\b/.test(access)
        ) {
            report(
                `accessString of the default user is ${show(access)}, so whoever says no name is let in; switch it off`,
            );
        }
    }),
};
