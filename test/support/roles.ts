import type { SmallWorld } from "./smallWorld";

/** An IAM policy; statements allow unless they say otherwise. */
export function policyOf(...statements: readonly object[]): string {
    return JSON.stringify({
        Version: "2012-10-17",
        Statement: statements.map((one) => ({ Effect: "Allow", ...one })),
    });
}

/**
 * A role that the service can assume, with one inline policy. Declared again, it has the new one.
 *
 * @returns its ARN
 */
export function declareRoleWith(
    world: Pick<SmallWorld, "accountId" | "declare">,
    name: string,
    service: string,
    statements: readonly object[],
): string {
    const arn = `arn:aws:iam::${world.accountId}:role/${name}`;
    world.declare(
        "aws:iam/role:Role",
        "global",
        name,
        {
            name,
            assumeRolePolicy: policyOf({
                Principal: { Service: service },
                Action: "sts:AssumeRole",
            }),
        },
        { arn },
    );
    world.declare("aws:iam/rolePolicy:RolePolicy", "global", `${name}:inline`, {
        role: name,
        policy: policyOf(...statements),
    });
    return arn;
}

/** A key of the account that leaves it to IAM who may use it. @returns its ARN */
export function declareOpenKey(
    world: Pick<SmallWorld, "accountId" | "declare">,
    region: string,
    id: string,
): string {
    const arn = `arn:aws:kms:${region}:${world.accountId}:key/${id}`;
    const policy = policyOf({
        Principal: { AWS: `arn:aws:iam::${world.accountId}:root` },
        Action: "kms:*",
        Resource: "*",
    });
    world.declare("aws:kms/key:Key", region, id, { policy }, { arn });
    return arn;
}
