import type { StackValidationPolicy } from "@pulumi/policy";

import { Attachments } from "../../attachments";
import { foundationalSecurity } from "../../frameworks";
import { isSet, ofType, read, show, unknown } from "../../support";

interface Config {
    readonly minimumInstances: number;
}

/** Judged on the whole stack: an instance is a resource of its own, and AWS puts each into another zone. */
export const databaseZones: StackValidationPolicy = {
    name: "recovery-database-zones",
    description: "A database cluster must have instances in several availability zones.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: foundationalSecurity("RDS.15"),
    tags: ["recovery", "rds"],
    url: "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html",
    remediationSteps:
        "Give the cluster minimumInstances ClusterInstances or more, and no common availabilityZone.",
    configSchema: {
        properties: { minimumInstances: { type: "number", minimum: 1, default: 2 } },
    },
    validateStack: (args, report) => {
        const { minimumInstances } = args.getConfig<Config>();
        const instances = new Attachments(
            ofType(args.resources, "aws:rds/clusterInstance:ClusterInstance"),
            "clusterIdentifier",
        );
        for (const cluster of ofType(args.resources, "aws:rds/cluster:Cluster")) {
            const name = show(read(() => cluster.props["clusterIdentifier"]));
            const own = instances.of(cluster, "clusterIdentifier", "id");
            const zones = own.map(({ props }) => read(() => props["availabilityZone"]));
            // A Multi-AZ cluster has its three by itself.
            if (isSet(read(() => cluster.props["dbClusterInstanceClass"]))) {
                continue;
            }
            if (own.length < minimumInstances) {
                report(
                    `cluster ${name} has ${own.length} instances, so a lost zone stops it until a new one has started; give it at least ${minimumInstances}`,
                    cluster.urn,
                );
            } else if (isSet(zones[0]) && !zones.includes(unknown) && new Set(zones).size === 1) {
                report(
                    `the instances of cluster ${name} are all in ${show(zones[0])}; let AWS choose their zones, or name several`,
                    cluster.urn,
                );
            }
        }
    },
};
