import type { StackValidationPolicy } from "@pulumi/policy";

import { bucketsWith } from "../../buckets";
import { foundationalSecurity } from "../../frameworks";
import { type Statement, statementsOf } from "../../policyText";
import { read, show, unknown } from "../../support";

/** Judged on the whole stack: a bucket's policy is a resource of its own. */
export const bucketTls: StackValidationPolicy = {
    name: "encryption-bucket-in-transit",
    description: "An S3 bucket must refuse every request without TLS.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: foundationalSecurity("S3.5"),
    tags: ["encryption", "s3"],
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html",
    remediationSteps:
        'Add a BucketPolicy that denies s3:* to everybody where aws:SecureTransport is "false", on the bucket and its objects.',
    validateStack: (args, report) => {
        for (const { resource, name, parts } of bucketsWith(args.resources, "BucketPolicy")) {
            const policies = parts.map(({ props }) => read(() => props["policy"]));
            // One that is not known yet is judged in the update.
            if (
                !policies.includes(unknown) &&
                !policies.some((policy) => statementsOf(policy).some(refusesClearText))
            ) {
                report(
                    `bucket ${show(name)} answers requests without TLS; deny s3:* where aws:SecureTransport is "false"`,
                    resource.urn,
                );
            }
        }
    },
};

function refusesClearText(statement: Statement): boolean {
    return (
        !statement.allows &&
        statement.everybody &&
        statement.actions.some((action) => action === "*" || action === "s3:*") &&
        statement.resources.some((resource) => resource.endsWith("/*") || resource === "*") &&
        statement.conditions.length === 1 &&
        statement.conditions.every(
            ({ operator, key, values }) =>
                operator === "Bool" &&
                key === "aws:securetransport" &&
                values.length === 1 &&
                values[0] === "false",
        )
    );
}
