import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { read, resourcesOfType } from "../../support";

interface Statement {
    readonly Sid?: string;
    readonly Effect?: string;
    readonly Principal?: unknown;
    readonly NotPrincipal?: unknown;
    readonly Condition?: unknown;
}

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
        for (const statement of statements(policy)) {
            const { Principal: principal } = statement;
            const everybody =
                statement.NotPrincipal !== undefined ||
                principal === "*" ||
                (typeof principal === "object" &&
                    principal !== null &&
                    [(principal as { AWS?: unknown }).AWS].flat().includes("*"));
            if (statement.Effect === "Allow" && everybody && isEmpty(statement.Condition)) {
                report(
                    `statement ${JSON.stringify(statement.Sid ?? "without Sid")} allows every principal of every account; name the principals or add a condition`,
                );
            }
        }
    }),
};

/** A condition without a key limits nothing. */
function isEmpty(condition: unknown): boolean {
    return (
        condition === undefined ||
        condition === null ||
        Object.values(condition).every((keys) => Object.keys((keys ?? {}) as object).length === 0)
    );
}

function statements(policy: string): readonly Statement[] {
    const { Statement: found } = JSON.parse(policy) as { Statement?: Statement | Statement[] };
    return found === undefined ? [] : [found].flat();
}
