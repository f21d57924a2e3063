import type { StackValidationPolicy } from "@pulumi/policy";

import { bucketsWith } from "../../buckets";
import { foundationalSecurity } from "../../frameworks";
import { read, show, unknown } from "../../support";

const switches = [
    "blockPublicAcls",
    "blockPublicPolicy",
    "ignorePublicAcls",
    "restrictPublicBuckets",
] as const;

/** Judged on the whole stack: the block is a resource of its own. */
export const bucketPublicAccess: StackValidationPolicy = {
    name: "access-bucket-block-public",
    description: "An S3 bucket must block public access in all four ways.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: foundationalSecurity("S3.8"),
    tags: ["access", "s3"],
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    remediationSteps: `Add a BucketPublicAccessBlock with ${switches.join(", ")} true.`,
    validateStack: (args, report) => {
        for (const { resource, name, parts } of bucketsWith(
            args.resources,
            "BucketPublicAccessBlock",
        )) {
            if (parts.length === 0) {
                report(
                    `bucket ${show(name)} has no public access block of its own; add one, so that no later policy can open it`,
                    resource.urn,
                );
            }
            for (const { props, urn } of parts) {
                for (const property of switches) {
                    const value = read(() => props[property]);
                    if (value !== true && value !== unknown) {
                        report(
                            `bucket ${show(name)}: ${property} is ${show(value)}; set it to true`,
                            urn,
                        );
                    }
                }
            }
        }
    },
};
