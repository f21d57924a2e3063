import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { read, resourcesOfType } from "../../support";

interface Statement {
    readonly Sid?: string;
    readonly Effect?: string;
    readonly Principal?: unknown;
    readonly Condition?: unknown;
}

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
    validateResource: resourcesOfType("aws:kms/key:Key", (props, report) => {
        const policy = read(() => props["policy"]);
        if (typeof policy !== "string") {
            return;
        }
        for (const statement of statements(policy)) {
            const { Principal: principal } = statement;
            const everybody =
                principal === "*" ||
                (typeof principal === "object" &&
                    principal !== null &&
                    [(principal as { AWS?: unknown }).AWS].flat().includes("*"));
            if (statement.Effect === "Allow" && everybody && statement.Condition === undefined) {
                report(
                    `statement ${JSON.stringify(statement.Sid ?? "without Sid")} allows every principal of every account; name the principals or add a condition`,
                );
            }
        }
    }),
};

function statements(policy: string): readonly Statement[] {
    const { Statement: found } = JSON.parse(policy) as { Statement?: Statement | Statement[] };
    return found === undefined ? [] : [found].flat();
}
