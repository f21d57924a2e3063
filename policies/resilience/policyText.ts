/** A statement of an IAM policy, with every list as a list. */
export interface Statement {
    /** Its Sid, for messages. */
    readonly name: string;
    readonly allows: boolean;
    readonly everybody: boolean;
    /** Service principals, such as `sns.amazonaws.com`. */
    readonly services: readonly string[];
    readonly actions: readonly string[];
    /** `NotAction` or `NotResource`: everything but what is named. */
    readonly inverted: readonly ("NotAction" | "NotResource")[];
    readonly resources: readonly string[];
    /** Condition keys in lower case, with their operators and values. */
    readonly conditions: readonly Condition[];
}

export interface Condition {
    readonly operator: string;
    readonly key: string;
    readonly values: readonly string[];
}

/**
 * Statements of a policy's text.
 *
 * @returns none when the text is no policy: AWS refuses such a one by itself
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function statementsOf(policy: unknown): readonly Statement[] {
    const document = typeof policy === "string" ? parse(policy) : policy;
    return values<RawStatement>((document as { Statement?: unknown } | undefined)?.Statement).map(
        (raw) => {
            const principals = raw.Principal;
            const by = (kind: string): readonly string[] =>
                typeof principals === "object" && principals !== null
                    ? values((principals as Record<string, unknown>)[kind])
                    : [];
            return {
                name: JSON.stringify(raw.Sid ?? "without Sid"),
                allows: raw.Effect === "Allow",
                everybody:
                    raw.NotPrincipal !== undefined || principals === "*" || by("AWS").includes("*"),
                services: by("Service"),
                actions: values(raw.Action),
                inverted: (["NotAction", "NotResource"] as const).filter(
                    (name) => raw[name] !== undefined,
                ),
                resources: values(raw.Resource),
                conditions: conditionsOf(raw.Condition),
            };
        },
    );
}

type RawStatement = Readonly<
    Partial<
        Record<
            | "Sid"
            | "Effect"
            | "Principal"
            | "NotPrincipal"
            | "Action"
            | "NotAction"
            | "Resource"
            | "NotResource"
            | "Condition",
            unknown
        >
    >
>;

function parse(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

/** A condition without a key limits nothing, and is none. */
function conditionsOf(condition: unknown): readonly Condition[] {
    return Object.entries(condition ?? {}).flatMap(([operator, keys]) =>
        Object.entries((keys ?? {}) as object).map(([key, held]) => ({
            operator,
            key: key.toLowerCase(),
            values: values(held).map(String),
        })),
    );
}

/** IAM takes one value for a list of one. */
function values<T = string>(held: unknown): readonly T[] {
    return held === undefined || held === null ? [] : ([held].flat() as T[]);
}
