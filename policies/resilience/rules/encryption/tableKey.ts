import type { ResourceValidationPolicy } from "@pulumi/policy";

import { configRule } from "../../frameworks";
import { isSet, list, type Props, read, resourcesOfType, show, unknown } from "../../support";

/** A replica is encrypted with its own region's key: one that names none falls back to a key AWS owns. */
export const tableKey: ResourceValidationPolicy = {
    name: "encryption-table-customer-managed-key",
    description: "A DynamoDB table and each of its replicas must use a customer-managed KMS key.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: configRule("dynamodb-table-encrypted-kms"),
    tags: ["encryption", "dynamodb"],
    url: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.howitworks.html",
    remediationSteps:
        "Set serverSideEncryption.enabled and serverSideEncryption.kmsKeyArn on the table, and kmsKeyArn on every replica, each to a key in the replica's own region.",
    validateResource: resourcesOfType("aws:dynamodb/table:Table", (props, report) => {
        const encryption = read(() => props["serverSideEncryption"]);
        if (encryption !== unknown) {
            const { enabled, kmsKeyArn } = readEncryption((encryption ?? {}) as Props);
            if (enabled !== unknown && enabled !== true) {
                report(
                    `the table is encrypted with a key AWS owns (serverSideEncryption.enabled is ${show(enabled)}); enable it and name a customer-managed key`,
                );
            } else if (!isSet(kmsKeyArn)) {
                report(
                    "the table uses the AWS-managed key aws/dynamodb; set serverSideEncryption.kmsKeyArn to a customer-managed key",
                );
            }
        }
        for (const replica of list(() => props["replicas"])) {
            if (!isSet(read(() => replica["kmsKeyArn"]))) {
                report(
                    `the replica in ${show(read(() => replica["regionName"]))} names no key; set its kmsKeyArn to a customer-managed key of that region`,
                );
            }
        }
    }),
};

function readEncryption(encryption: Props): { enabled: unknown; kmsKeyArn: unknown } {
    return {
        enabled: read(() => encryption["enabled"]),
        kmsKeyArn: read(() => encryption["kmsKeyArn"]),
    };
}
