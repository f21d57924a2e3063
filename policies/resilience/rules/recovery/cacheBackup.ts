import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { read, resourcesOfType, show, unknown } from "../../support";

export const cacheBackup: ResourceValidationPolicy = {
    name: "recovery-cache-backup",
    description: "A cache must have a daily snapshot.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: foundationalSecurity("ElastiCache.1"),
    tags: ["recovery", "elasticache"],
    url: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-automatic.html",
    remediationSteps: "Set snapshotRetentionLimit to 1 or more.",
    validateResource: resourcesOfType(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        (props, report) => {
            const days = read(() => props["snapshotRetentionLimit"]);
            if (days !== unknown && !(typeof days === "number" && days >= 1)) {
                report(
                    `snapshotRetentionLimit is ${show(days)}; keep a snapshot for 1 day or more`,
                );
            }
        },
    ),
};
