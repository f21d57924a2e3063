import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { requireValue, resourcesOfType } from "../../support";

export const databaseSignIn: ResourceValidationPolicy = {
    name: "access-database-iam",
    description: "A database cluster must let its users sign in with IAM.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: foundationalSecurity("RDS.12"),
    tags: ["access", "rds"],
    url: "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.html",
    remediationSteps: "Set iamDatabaseAuthenticationEnabled to true.",
    validateResource: resourcesOfType("aws:rds/cluster:Cluster", (props, report) => {
        requireValue(
            props,
            "iamDatabaseAuthenticationEnabled",
            [true],
            "a password lasts until somebody changes it, a token a quarter of an hour",
            report,
        );
    }),
};
