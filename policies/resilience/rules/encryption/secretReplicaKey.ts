import type { ResourceValidationPolicy } from "@pulumi/policy";

import { configRule } from "../../frameworks";
import { isCustomerKey, list, read, resourcesOfType, show } from "../../support";

/** The primary's own key is judged by `encryption-storage-customer-managed-key`. */
export const secretReplicaKey: ResourceValidationPolicy = {
    name: "encryption-secret-replica-key",
    description:
        "A replica of a secret must be encrypted with a customer-managed KMS key of its own region, as the primary is with its own.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: configRule("secretsmanager-using-cmk"),
    tags: ["encryption", "secretsmanager"],
    url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html",
    remediationSteps: "Set kmsKeyId on each of the replicas to a customer-managed key there.",
    validateResource: resourcesOfType("aws:secretsmanager/secret:Secret", (props, report) => {
        for (const replica of list(() => props["replicas"])) {
            const key = read(() => replica["kmsKeyId"]);
            if (!isCustomerKey(key)) {
                report(
                    `the replica in ${show(read(() => replica["region"]))} has the kmsKeyId ${show(key)}, so a key that AWS manages is used; name a customer-managed key of that region`,
                );
            }
        }
    }),
};
