import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { elements, read, resourcesOfType, show, unknown } from "../../support";

export const databaseLogs: ResourceValidationPolicy = {
    name: "logging-database-exports",
    description: "An Aurora PostgreSQL cluster must send its log to CloudWatch Logs.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: foundationalSecurity("RDS.37"),
    tags: ["logging", "rds"],
    url: "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.CloudWatch.html",
    remediationSteps: "Put postgresql among enabledCloudwatchLogsExports.",
    validateResource: resourcesOfType("aws:rds/cluster:Cluster", (props, report) => {
        const exported = read(() => props["enabledCloudwatchLogsExports"]);
        const names = elements(() => exported);
        const settled = exported !== unknown && !names.includes(unknown);
        if (
            read(() => props["engine"]) === "aurora-postgresql" &&
            settled &&
            !names.includes("postgresql")
        ) {
            report(
                `enabledCloudwatchLogsExports are ${show(exported)}; name "postgresql": an instance's own log goes with the instance`,
            );
        }
    }),
};
