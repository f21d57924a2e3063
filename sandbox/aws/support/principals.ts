import type { TypeContext } from "../resourceType";

/** IAM roles, where a policy may name one. */
const roleType = "aws:iam/role:Role";

/**
 * The first principal of a resource policy that names a role of this account which does not exist:
 * services refuse such a policy, because they resolve its principals when it is put.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-roles
 */
export function unknownPrincipal(document: string, context: TypeContext): string | undefined {
    return principalsOf(document).find((principal) => {
        const match = /^arn:aws:iam::(\d{12}):role\/(.+)$/.exec(principal);
        return (
            match?.[1] === context.accountId &&
            context.store.find(roleType, ({ outputs }) => outputs.arn === principal) === undefined
        );
    });
}

function principalsOf(document: string): readonly string[] {
    let policy: unknown;
    try {
        policy = JSON.parse(document);
    } catch {
        return [];
    }
    return listOf(property(policy, "Statement")).flatMap((statement) =>
        listOf(property(property(statement, "Principal"), "AWS")).filter(
            (principal) => typeof principal === "string",
        ),
    );
}

function property(value: unknown, name: string): unknown {
    return typeof value === "object" && value !== null && !Array.isArray(value)
        ? (value as Record<string, unknown>)[name]
        : undefined;
}

function listOf(value: unknown): readonly unknown[] {
    return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
