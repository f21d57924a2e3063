import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { requireValue, resourcesOfType } from "../../support";

export const databasePrivate: ResourceValidationPolicy = {
    name: "access-database-private",
    description: "A database instance must have no public address.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: foundationalSecurity("RDS.2"),
    tags: ["access", "rds"],
    url: "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.VPC.html",
    remediationSteps: "Leave publiclyAccessible out, or set it to false.",
    validateResource: resourcesOfType(
        ["aws:rds/instance:Instance", "aws:rds/clusterInstance:ClusterInstance"],
        (props, report) => {
            requireValue(
                props,
                "publiclyAccessible",
                [false, undefined],
                "only its security group would be between it and everybody",
                report,
            );
        },
    ),
};
