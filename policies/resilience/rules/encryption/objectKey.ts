import type { ResourceValidationPolicy } from "@pulumi/policy";

import { objectTypes } from "../../buckets";
import { securityHub } from "../../frameworks";
import { isCustomerKey, isSet, read, resourcesOfType, show, unknown } from "../../support";

/** An object's own setting wins over its bucket's. */
export const objectKey: ResourceValidationPolicy = {
    name: "encryption-object-keeps-bucket-key",
    description: "An S3 object must not be encrypted with less than its bucket asks for.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: securityHub("S3.17"),
    tags: ["encryption", "s3"],
    url: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
    remediationSteps:
        "Leave serverSideEncryption and kmsKeyId to the bucket, or set aws:kms and a customer-managed key.",
    validateResource: resourcesOfType(objectTypes, (props, report) => {
        const algorithm = read(() => props["serverSideEncryption"]);
        const key = read(() => props["kmsKeyId"]);
        if (isSet(algorithm) && algorithm !== unknown && !/^aws:kms/.test(String(algorithm))) {
            report(
                `serverSideEncryption is ${show(algorithm)}; leave it to the bucket, or use aws:kms with a key`,
            );
        } else if ((isSet(algorithm) || isSet(key)) && !isCustomerKey(key)) {
            report(
                `kmsKeyId is ${show(key)}, so the AWS-managed key aws/s3 is used; leave it to the bucket, or name a key`,
            );
        }
    }),
};
