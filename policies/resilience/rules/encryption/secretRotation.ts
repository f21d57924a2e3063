import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { at, ofType, read, show, unknown } from "../../support";

/** What Security Hub takes for SecretsManager.4 by default, days. */
const mostDays = 90;

/** A secret that AWS manages for another service is none of the stack's resources, and rotated by that service. */
export const secretRotation: StackValidationPolicy = {
    name: "encryption-secret-rotation",
    description: `A secret must be rotated by itself, every ${mostDays} days or more often.`,
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: foundationalSecurity("SecretsManager.1"),
    tags: ["encryption", "secretsmanager"],
    url: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html",
    remediationSteps: `Add a SecretRotation for the secret with rotationRules of ${mostDays} days or fewer, and with rotationEnabled left alone.`,
    validateStack: ({ resources }, report) => {
        const rotations = ofType(
            resources,
            "aws:secretsmanager/secretRotation:SecretRotation",
        ).filter(({ props }) => read(() => props["rotationEnabled"]) !== false);
        for (const secret of ofType(resources, "aws:secretsmanager/secret:Secret")) {
            const own = rotations.filter((rotation) => rotates(rotation, secret));
            if (own.length === 0) {
                report(
                    "nothing rotates the secret; add a SecretRotation whose secretId is its id",
                    secret.urn,
                );
            }
            for (const { props, urn } of own) {
                const days = daysOf(props);
                if (days !== undefined && days > mostDays) {
                    report(
                        `the secret is rotated every ${show(days)} days; rotate it every ${mostDays} days or more often`,
                        urn,
                    );
                }
            }
        }
    },
};

function rotates(rotation: PolicyResource, secret: PolicyResource): boolean {
    const sources = rotation.propertyDependencies["secretId"] ?? [];
    const named = read(() => rotation.props["secretId"]);
    return (
        sources.some(({ urn }) => urn === secret.urn) ||
        (named !== unknown &&
            ["arn", "id", "name"].some((name) => read(() => secret.props[name]) === named))
    );
}

/** Undefined where a calendar says it, or it is not known yet. A calendar has a date in every year at least. */
function daysOf(props: Readonly<Record<string, unknown>>): number | undefined {
    const days = at(props, "rotationRules.automaticallyAfterDays");
    if (typeof days === "number") {
        return days;
    }
    const expression = at(props, "rotationRules.scheduleExpression");
    const [, count, unit] =
        /^rate\((\d+) (hour|day)s?\)$/.exec(typeof expression === "string" ? expression : "") ?? [];
    return count === undefined ? undefined : Number(count) / (unit === "hour" ? 24 : 1);
}
