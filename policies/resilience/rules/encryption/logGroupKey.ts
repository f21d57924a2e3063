import type { ResourceValidationPolicy } from "@pulumi/policy";

import { configRule } from "../../frameworks";
import { isCustomerKey, read, resourcesOfType, show } from "../../support";

export const logGroupKey: ResourceValidationPolicy = {
    name: "encryption-log-group-customer-managed-key",
    description: "A CloudWatch log group must be encrypted with a customer-managed KMS key.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: configRule("cloudwatch-log-group-encrypted"),
    tags: ["encryption", "logs"],
    url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html",
    remediationSteps:
        "Set kmsKeyId to a customer-managed key of the region whose policy lets the logs service use it for this log group.",
    validateResource: resourcesOfType("aws:cloudwatch/logGroup:LogGroup", (props, report) => {
        const key = read(() => props["kmsKeyId"]);
        if (!isCustomerKey(key)) {
            report(`kmsKeyId is ${show(key)}; set it to the ARN of a customer-managed key`);
        }
    }),
};
