import type { ResourceValidationPolicy } from "@pulumi/policy";

import { serviceGuide } from "../../frameworks";
import { read, resourcesOfType, show, unknown } from "../../support";

interface Config {
    readonly minimumDays: number;
}

/** RDS.11 asks the same of single instances; no public control does of a cluster. */
export const databaseBackups: ResourceValidationPolicy = {
    name: "recovery-database-backups",
    description: "A database cluster must keep automatic backups long enough to notice a mistake.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: serviceGuide(
        "Amazon Aurora",
        "AmazonRDS/latest/AuroraUserGuide/Aurora.Managing.Backups",
    ),
    tags: ["recovery", "rds"],
    url: "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Managing.Backups.html",
    remediationSteps: "Set backupRetentionPeriod to minimumDays or more.",
    configSchema: {
        properties: { minimumDays: { type: "number", minimum: 1, maximum: 35, default: 7 } },
    },
    validateResource: resourcesOfType("aws:rds/cluster:Cluster", (props, report, args) => {
        const { minimumDays } = args.getConfig<Config>();
        const days = read(() => props["backupRetentionPeriod"]);
        // AWS keeps one day when nothing is said.
        if (days !== unknown && Number(days ?? 1) < minimumDays) {
            report(
                `backupRetentionPeriod is ${show(days)}; keep backups for ${minimumDays} days or more: replication carries a mistake everywhere within a second`,
            );
        }
    }),
};
