import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { read, resourcesOfType, show, unknown } from "../../support";

/** Losing a zone must not make a cache cold: with it goes what kept its users off the table. */
export const cacheFailover: ResourceValidationPolicy = {
    name: "recovery-cache-failover",
    description: "A cache must have a replica in another zone that takes over by itself.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: foundationalSecurity("ElastiCache.3"),
    tags: ["recovery", "elasticache"],
    url: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html",
    remediationSteps:
        "Set automaticFailoverEnabled and multiAzEnabled to true, and numCacheClusters to 2 or more.",
    validateResource: resourcesOfType(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        (props, report) => {
            for (const name of ["automaticFailoverEnabled", "multiAzEnabled"]) {
                const value = read(() => props[name]);
                if (value !== true && value !== unknown) {
                    report(`${name} is ${show(value)}; set it to true`);
                }
            }
            const nodes = read(() => props["numCacheClusters"]);
            const replicas = read(() => props["replicasPerNodeGroup"]);
            if (nodes === unknown || replicas === unknown) {
                return;
            }
            if (replicas === undefined ? Number(nodes ?? 1) < 2 : Number(replicas) < 1) {
                report(
                    `numCacheClusters is ${show(nodes)} and replicasPerNodeGroup ${show(replicas)}; have 1 replica or more`,
                );
            }
        },
    ),
};
