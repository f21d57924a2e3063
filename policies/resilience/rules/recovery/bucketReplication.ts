import type { StackValidationPolicy } from "@pulumi/policy";

import { bucketsWith } from "../../buckets";
import { type Exemption, exemptions, isExempt } from "../../exemptions";
import { securityHub } from "../../frameworks";
import { isSet, list, read, show, unknown } from "../../support";

interface Config {
    readonly exemptBuckets: readonly Exemption[];
}

const byGlobalStack =
    "replicated by the global stack, which comes after the buckets: S3 takes a rule only when the other bucket is there";

/** Judged on the whole stack, and on no other one: who replicates from elsewhere is exempt by name. */
export const bucketReplication: StackValidationPolicy = {
    name: "recovery-bucket-replication",
    description:
        "An S3 bucket must be replicated to another region unless it is exempt by name, with a reason.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: securityHub("S3.7"),
    tags: ["recovery", "s3"],
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html",
    remediationSteps:
        "Add a BucketReplicationConfig with an enabled rule, or name the bucket under exemptBuckets in the pack's configuration.",
    configSchema: {
        properties: {
            exemptBuckets: exemptions("buckets", [
                { name: "meridian-media-<region>-<account>", reason: byGlobalStack },
                { name: "meridian-orders-<region>-<account>", reason: byGlobalStack },
                {
                    name: "meridian-votes-<region>-<account>",
                    reason: "what a region says of the others; a copy elsewhere would speak for a region that is lost",
                },
                {
                    name: "meridian-access-logs-<region>-<account>",
                    reason: "the log of this region's load balancer; nothing is served or restored from it",
                },
                {
                    name: "meridian-accelerator-logs-<account>",
                    reason: "the accelerator's flow logs; nothing is served or restored from them",
                },
                {
                    name: "meridian-edge-logs-<account>",
                    reason: "the edge's access logs; nothing is served or restored from them",
                },
            ]),
        },
    },
    validateStack: (args, report) => {
        const { exemptBuckets } = args.getConfig<Config>();
        for (const { resource, name, parts } of bucketsWith(
            args.resources,
            "BucketReplicationConfig",
        )) {
            const replicates =
                parts.some(({ props }) => hasRule(() => props["rules"])) ||
                isSet(read(() => resource.props["replicationConfiguration"]));
            if (!replicates && !isExempt(exemptBuckets, name, report)) {
                report(
                    `bucket ${show(name)} has no enabled replication rule, so what is in it is lost with its region; add one, or exempt the bucket and say why`,
                    resource.urn,
                );
            }
        }
    },
};

function hasRule(get: () => unknown): boolean {
    return (
        read(get) === unknown ||
        list(get).some((rule) =>
            ["Enabled", unknown].includes(read(() => rule["status"]) as string),
        )
    );
}
