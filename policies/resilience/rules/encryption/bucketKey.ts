import type { StackValidationPolicy } from "@pulumi/policy";

import { bucketsWith } from "../../buckets";
import { type Exemption, exemptions, isExempt } from "../../exemptions";
import { securityHub } from "../../frameworks";
import { isCustomerKey, list, type Props, read, show, unknown } from "../../support";

interface Config {
    readonly exemptBuckets: readonly Exemption[];
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
    framework: securityHub("S3.17"),
    tags: ["encryption", "s3"],
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
    remediationSteps:
        "Add a BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms and kmsMasterKeyId, or name the bucket under exemptBuckets in the pack's configuration.",
    configSchema: {
        properties: {
            exemptBuckets: exemptions("buckets", [
                {
                    name: "meridian-votes-<region>-<account>",
                    reason: "read by anonymous health checkers, which cannot use a KMS key; holds votes, no data",
                },
                {
                    name: "meridian-access-logs-<region>-<account>",
                    reason: "load balancers deliver access logs to SSE-S3 buckets only",
                },
            ]),
        },
    },
    validateStack: (args, report) => {
        const { exemptBuckets } = args.getConfig<Config>();
        for (const { resource: bucket, name, parts: own } of bucketsWith(
            args.resources,
            "BucketServerSideEncryptionConfiguration",
        )) {
            if (isExempt(exemptBuckets, name, report)) {
                continue;
            }
            // Deprecated, but AWS does it: the bucket's own block.
            const inline = inlineProblems(bucket.props);
            if (own.length === 0 && inline !== undefined) {
                for (const problem of inline) {
                    report(`bucket ${show(name)}: ${problem}`, bucket.urn);
                }
            } else if (own.length === 0) {
                report(
                    `bucket ${show(name)} has no encryption configuration, so it uses SSE-S3 with a key AWS owns; add one with a customer-managed key`,
                    bucket.urn,
                );
            }
            for (const configuration of own) {
                for (const problem of problems(read(() => configuration.props["rules"]))) {
                    report(`bucket ${show(name)}: ${problem}`, configuration.urn);
                }
            }
        }
    },
};

/** What is wrong with the encryption block of the bucket itself; undefined when it has none. */
function inlineProblems(bucket: Props): readonly string[] | undefined {
    const single = read(() => bucket["serverSideEncryptionConfiguration"]);
    const blocks = list(() => bucket["serverSideEncryptionConfigurations"]);
    const block = single ?? blocks[0];
    if (block === undefined || block === null) {
        return undefined;
    }
    if (block === unknown) {
        return [];
    }
    const rules = read(() => (block as Props)["rules"] ?? (block as Props)["rule"]);
    return problems(rules === unknown || Array.isArray(rules) ? rules : [rules]);
}

/** @param rules those of a configuration, as a list, or unknown */
function problems(rules: unknown): readonly string[] {
    if (rules === unknown) {
        return [];
    }
    if (!Array.isArray(rules) || rules.length === 0) {
        return ["the configuration has no rule, so SSE-S3 is used; add one with aws:kms"];
    }
    return rules.flatMap((_, index) => {
        const rule = read(() => (rules as unknown[])[index]);
        const applied =
            rule === unknown
                ? unknown
                : read(() => (rule as Props | undefined)?.["applyServerSideEncryptionByDefault"]);
        if (applied === unknown) {
            return [];
        }
        const settings = (applied ?? {}) as Props;
        const algorithm = read(() => settings["sseAlgorithm"]);
        if (algorithm !== unknown && algorithm !== "aws:kms" && algorithm !== "aws:kms:dsse") {
            return [`sseAlgorithm is ${show(algorithm)}; it must be aws:kms or aws:kms:dsse`];
        }
        const key = read(() => settings["kmsMasterKeyId"]);
        return isCustomerKey(key)
            ? []
            : [
                  `kmsMasterKeyId is ${show(key)}, so the AWS-managed key aws/s3 is used; name a key of your own`,
              ];
    });
}
