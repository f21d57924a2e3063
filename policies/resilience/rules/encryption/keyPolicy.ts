import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { statementsOf } from "../../policyText";
import { read, resourcesOfType } from "../../support";

const policyHolders = [
    "aws:kms/key:Key",
    "aws:kms/keyPolicy:KeyPolicy",
    "aws:kms/replicaKey:ReplicaKey",
    "aws:kms/externalKey:ExternalKey",
];

export const keyPolicy: ResourceValidationPolicy = {
    name: "encryption-key-policy-not-open",
    description: "A KMS key policy must not let everybody in without a condition.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: foundationalSecurity("KMS.5"),
    tags: ["encryption", "kms"],
    url: "https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html",
    remediationSteps:
        "Name the principals, or limit the statement by a condition on the calling account or service.",
    validateResource: resourcesOfType(policyHolders, (props, report) => {
        const policy = read(() => props["policy"]);
        // Without one, AWS's own lets the account's administrators in; an unknown one is judged in the update.
        if (typeof policy !== "string" || policy === "") {
            return;
        }
        for (const statement of statementsOf(policy)) {
            if (statement.allows && statement.everybody && statement.conditions.length === 0) {
                report(
                    `statement ${statement.name} allows every principal of every account; name the principals or add a condition`,
                );
            }
        }
    }),
};
