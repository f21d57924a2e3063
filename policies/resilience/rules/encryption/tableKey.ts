import type { ReportViolation, ResourceValidationPolicy } from "@pulumi/policy";

import { configRule } from "../../frameworks";
import { at, isCustomerKey, list, type Props, read, show, unknown } from "../../support";

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
    validateResource: (args, report) => {
        const props = args.props as Props;
        if (args.type === "aws:dynamodb/table:Table") {
            judgeTable(props, report);
        } else if (args.type === "aws:dynamodb/tableReplica:TableReplica") {
            const key = read(() => props["kmsKeyArn"]);
            if (!isCustomerKey(key)) {
                report(
                    `the replica has kmsKeyArn ${show(key)}; set it to a customer-managed key of its region`,
                );
            }
        }
    },
};

function judgeTable(props: Props, report: ReportViolation): void {
    const enabled = at(props, "serverSideEncryption.enabled");
    const kmsKeyArn = at(props, "serverSideEncryption.kmsKeyArn");
    if (enabled !== unknown && enabled !== true) {
        report(
            `the table is encrypted with a key AWS owns (serverSideEncryption.enabled is ${show(enabled)}); enable it and name a customer-managed key`,
        );
    } else if (!isCustomerKey(kmsKeyArn)) {
        report(
            `serverSideEncryption.kmsKeyArn is ${show(kmsKeyArn)}, so the table uses the AWS-managed key aws/dynamodb; set it to a customer-managed key`,
        );
    }
    for (const replica of list(() => props["replicas"])) {
        const key = read(() => replica["kmsKeyArn"]);
        if (!isCustomerKey(key)) {
            report(
                `the replica in ${show(read(() => replica["regionName"]))} has kmsKeyArn ${show(key)}; set it to a customer-managed key of that region`,
            );
        }
    }
}
