import type { StackValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { isSet, list, ofType, type Props, read, show, unknown } from "../../support";

interface Config {
    readonly exemptBuckets: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Judged on the whole stack: encryption is a resource of its own, and a bucket without one is
 * encrypted with a key AWS owns.
 */
export const bucketKey: StackValidationPolicy = {
    name: "encryption-bucket-customer-managed-key",
    description:
        "An S3 bucket must be encrypted with a customer-managed KMS key unless it is exempt by name, with a reason.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: foundationalSecurity("S3.17"),
    tags: ["encryption", "s3"],
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
    remediationSteps:
        "Add a BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms and kmsMasterKeyId, or name the bucket under exemptBuckets in the pack's configuration.",
    configSchema: {
        properties: {
            exemptBuckets: {
                type: "array",
                items: {
                    type: "object",
                    required: ["name", "reason"],
                    properties: {
                        name: {
                            type: "string",
                            description: "bucket name, or its beginning followed by *",
                        },
                        reason: { type: "string", minLength: 10 },
                    },
                },
                default: [
                    {
                        name: "meridian-votes-*",
                        reason: "read by anonymous health checkers, which cannot use a KMS key; holds votes, no data",
                    },
                    {
                        name: "meridian-access-logs-*",
                        reason: "load balancers deliver access logs to SSE-S3 buckets only",
                    },
                ],
            },
        },
    },
    validateStack: (args, report) => {
        const { exemptBuckets } = args.getConfig<Config>();
        const configurations = ofType(
            args.resources,
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        );
        for (const bucket of ofType(args.resources, "aws:s3/bucket:Bucket")) {
            const name = read(() => bucket.props["bucket"]);
            if (
                typeof name === "string" &&
                exemptBuckets.some((each) => matches(each.name, name))
            ) {
                continue;
            }
            const own = configurations.filter((configuration) =>
                configures(configuration.props, configuration.propertyDependencies, name, bucket),
            );
            if (own.length === 0) {
                report(
                    `bucket ${show(name)} has no encryption configuration, so it uses SSE-S3 with a key AWS owns; add one with a customer-managed key`,
                    bucket.urn,
                );
            }
            for (const configuration of own) {
                for (const problem of problems(configuration.props)) {
                    report(`bucket ${show(name)}: ${problem}`, configuration.urn);
                }
            }
        }
    },
};

function configures(
    props: Props,
    dependencies: Readonly<Record<string, readonly { readonly urn: string }[]>>,
    bucketName: unknown,
    bucket: { readonly urn: string },
): boolean {
    const named = read(() => props["bucket"]);
    return (
        (typeof named === "string" && named === bucketName) ||
        (dependencies["bucket"] ?? []).some((dependency) => dependency.urn === bucket.urn)
    );
}

function problems(configuration: Props): readonly string[] {
    return list(() => configuration["rules"]).flatMap((rule) => {
        const applied = read(() => rule["applyServerSideEncryptionByDefault"]);
        if (applied === unknown) {
            return [];
        }
        const settings = (applied ?? {}) as Props;
        const algorithm = read(() => settings["sseAlgorithm"]);
        if (algorithm !== unknown && algorithm !== "aws:kms" && algorithm !== "aws:kms:dsse") {
            return [`sseAlgorithm is ${show(algorithm)}; it must be aws:kms or aws:kms:dsse`];
        }
        return isSet(read(() => settings["kmsMasterKeyId"]))
            ? []
            : ["kmsMasterKeyId is missing, so the AWS-managed key aws/s3 is used; name a key"];
    });
}

function matches(pattern: string, name: string): boolean {
    return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
