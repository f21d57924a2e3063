import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";

import { referencesIn } from "../../attachments";
import { serviceGuide } from "../../frameworks";
import { ofType } from "../../support";

interface Limit {
    /** Type of the members, and the property by which they name what they belong to. */
    readonly type: string;
    readonly property: string;
    /** Type of what they belong to. */
    readonly whole: string;
    readonly most: number;
    readonly what: string;
}

const limits: readonly Limit[] = [
    {
        // The primary is no member by this property: the datastore names it.
        type: "aws:elasticache/replicationGroup:ReplicationGroup",
        property: "globalReplicationGroupId",
        whole: "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup",
        // https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Redis-Global-Datastores-Getting-Started.html
        most: 2,
        what: "secondaries of a global datastore",
    },
    {
        type: "aws:rds/cluster:Cluster",
        property: "globalClusterIdentifier",
        whole: "aws:rds/globalCluster:GlobalCluster",
        // https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.html
        most: 11,
        what: "clusters of a global database, its writer included",
    },
];

/** AWS says so in the middle of an update, when half of it is done. */
export const serviceSpan: StackValidationPolicy = {
    name: "recovery-service-span",
    description: "What spans regions must span no more of them than its service can.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: serviceGuide(
        "Amazon ElastiCache",
        "AmazonElastiCache/latest/dg/Redis-Global-Datastores-Getting-Started",
    ),
    tags: ["recovery", "elasticache", "rds"],
    url: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Redis-Global-Datastores-Getting-Started.html",
    remediationSteps:
        "Leave the regions that are one too many out, and give them one of their own.",
    validateStack: (args, report) => {
        for (const { type, property, whole, most, what } of limits) {
            const byWhole = new Map<unknown, PolicyResource[]>();
            for (const member of ofType(args.resources, type)) {
                const { values, urns } = referencesIn(member, property);
                const wholes = new Set(ofType(args.resources, whole).map(({ urn }) => urn));
                const [key] = [...values, ...urns.filter((urn) => wholes.has(urn))];
                if (key !== undefined && key !== "") {
                    byWhole.set(key, [...(byWhole.get(key) ?? []), member]);
                }
            }
            for (const unsorted of byWhole.values()) {
                // By name, and not as they happened to be registered.
                const members = unsorted.sort((a, b) => (a.urn < b.urn ? -1 : 1));
                if (members.length > most) {
                    report(
                        `${members.length} are ${what}, and AWS takes ${most}; leave out ${members
                            .slice(most)
                            .map(({ name }) => name)
                            .join(", ")}`,
                        members[most]?.urn,
                    );
                }
            }
        }
    },
};
