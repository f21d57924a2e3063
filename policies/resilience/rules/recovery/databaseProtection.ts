import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { setting } from "../../remediation";
import { requireValue, resourcesOfType } from "../../support";

const types = ["aws:rds/cluster:Cluster", "aws:rds/globalCluster:GlobalCluster"];

export const databaseProtection: ResourceValidationPolicy = {
    name: "recovery-database-deletion-protection",
    description: "A database cluster and a global one must be protected from deletion.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: foundationalSecurity("RDS.7"),
    tags: ["recovery", "rds"],
    url: "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_DeleteCluster.html",
    remediationSteps:
        "Set deletionProtection to true. To take a stack down, update it once without the pack.",
    remediateResource: setting(types, () => ({ deletionProtection: true })),
    validateResource: resourcesOfType(types, (props, report) => {
        requireValue(
            props,
            "deletionProtection",
            [true],
            "replication carries a deletion's loss to nobody who could undo it",
            report,
        );
    }),
};
