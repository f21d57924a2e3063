import type { StackValidationPolicy } from "@pulumi/policy";

import { bucketsWith } from "../../buckets";
import { securityHub } from "../../frameworks";
import { at, show, unknown } from "../../support";

/** Judged on the whole stack: versioning is a resource of its own. */
export const bucketVersioning: StackValidationPolicy = {
    name: "recovery-bucket-versioning",
    description: "An S3 bucket must keep the versions that are overwritten or deleted.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: securityHub("S3.14"),
    tags: ["recovery", "s3"],
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html",
    remediationSteps:
        "Add a BucketVersioning with status Enabled, and a lifecycle rule that expires old versions.",
    validateStack: (args, report) => {
        for (const { resource, name, parts } of bucketsWith(args.resources, "BucketVersioning")) {
            const statuses = [
                ...parts.map(({ props }) => at(props, "versioningConfiguration.status")),
                // Deprecated, but AWS does it: the bucket's own block.
                ...[at(resource.props, "versioning.enabled")].filter((on) => on !== undefined),
            ];
            if (!statuses.some((status) => ["Enabled", true, unknown].includes(status as string))) {
                report(
                    `bucket ${show(name)} has versioning ${show(statuses[0])}, so what is overwritten is gone, here and in every replica; enable it`,
                    resource.urn,
                );
            }
        }
    },
};
