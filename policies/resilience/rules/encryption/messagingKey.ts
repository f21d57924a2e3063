import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { isCustomerKey, read, show } from "../../support";

const keyProperty: Readonly<Record<string, string>> = {
    "aws:sns/topic:Topic": "kmsMasterKeyId",
    "aws:sqs/queue:Queue": "kmsMasterKeyId",
};

/** AWS-managed keys cannot be used by other services' principals, so alarms to such a topic are silently lost as well. */
export const messagingKey: ResourceValidationPolicy = {
    name: "encryption-messaging-customer-managed-key",
    description: "An SNS topic or SQS queue must be encrypted with a customer-managed KMS key.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: foundationalSecurity("SQS.1"),
    tags: ["encryption", "sns", "sqs"],
    url: "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html",
    remediationSteps:
        "Set kmsMasterKeyId to a customer-managed key whose policy lets the publishing services use it.",
    validateResource: (args, report) => {
        const property = keyProperty[args.type];
        if (property === undefined) {
            return;
        }
        const key = read(() => (args.props as Record<string, unknown>)[property]);
        if (!isCustomerKey(key)) {
            report(
                `${property} is ${show(key)}; it must name a customer-managed key, such as the ARN of the region's own key`,
            );
        }
    },
};
