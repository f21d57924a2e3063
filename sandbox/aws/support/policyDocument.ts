import net from "node:net";

import type { Props } from "../../world/store";
import { remembered } from "./remembered";

/** Where a policy is attached; each place has its own grammar. */
export type PolicyKind = "identity" | "trust" | "resource";

/** Condition keys of a request, such as `aws:SourceAccount`; some have several values, such as `dynamodb:LeadingKeys`. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

export interface PolicyRequest {
    /** Who asks: a service principal such as `logs.eu-west-1.amazonaws.com`, a role or account ARN, or nobody known. */
    readonly principal:
        { readonly service: string } | { readonly arn: string } | { readonly anonymous: true };
    /** Such as `s3:PutObject`. */
    readonly action: string;
    /** ARN, or `*` for what a key or trust policy calls itself. */
    readonly resource: string;
    readonly context?: RequestContext;
}

/**
 * What IAM would say of a policy document, in its words; empty when it accepts it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
 */
export function policyProblems(document: string, kind: PolicyKind): readonly string[] {
    const parsed = parse(document);
    if (parsed === undefined) {
        return ["This policy contains invalid Json"];
    }
    const problems: string[] = [];
    for (const key of Object.keys(parsed)) {
        if (!["Version", "Id", "Statement"].includes(key)) {
            problems.push(`Syntax errors in policy: unknown element ${key}`);
        }
    }
    const version = parsed.Version;
    if (version !== undefined && version !== "2012-10-17" && version !== "2008-10-17") {
        problems.push(
            `Syntax errors in policy: Version must be 2012-10-17 or 2008-10-17, got ${JSON.stringify(version)}`,
        );
    }
    const all = statementsOf(parsed);
    if (all.length === 0) {
        problems.push("Syntax errors in policy: Statement must hold at least one statement");
    }
    const sids = all.flatMap((statement) => statement.Sid ?? []);
    if (new Set(sids).size !== sids.length) {
        problems.push("Statement IDs (SID) in a single policy must be unique");
    }
    return [...problems, ...all.flatMap((statement) => statementProblems(statement, kind))];
}

function statementProblems(statement: Props, kind: PolicyKind): readonly string[] {
    const problems: string[] = [];
    if (statement.Effect !== "Allow" && statement.Effect !== "Deny") {
        problems.push(
            `Syntax errors in policy: Effect must be Allow or Deny, got ${String(statement.Effect)}`,
        );
    }
    const actions = listOf(statement.Action ?? statement.NotAction);
    if (actions.length === 0) {
        problems.push("Policy statement must contain actions");
    }
    for (const action of actions) {
        if (action !== "*" && !/^[a-z0-9-]+:[\w*?]+$/i.test(action)) {
            problems.push(
                `Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc: ${action}`,
            );
        }
    }
    if (typeof statement.Sid === "string" && kind === "identity" && !/^\w*$/.test(statement.Sid)) {
        problems.push(`Statement IDs (SID) must be alpha-numeric, got "${statement.Sid}"`);
    }
    const resources = listOf(statement.Resource ?? statement.NotResource);
    const hasPrincipal = statement.Principal !== undefined || statement.NotPrincipal !== undefined;
    if (kind === "identity" && hasPrincipal) {
        problems.push("Policy document should not specify a principal");
    }
    if (kind === "identity" && resources.length === 0) {
        problems.push("Policy statement must contain resources");
    }
    if (kind !== "identity" && !hasPrincipal) {
        problems.push("Missing required field Principal");
    }
    if (kind === "trust" && resources.length > 0) {
        problems.push("Has prohibited field Resource");
    }
    if (kind === "trust" && actions.some((action) => !/^sts:/i.test(action))) {
        problems.push("AssumeRole policy may only specify STS AssumeRole actions");
    }
    for (const resource of resources) {
        if (resource !== "*" && !/^arn:[^:]*:[^:]*:[^:]*:[^:]*:.+$/.test(resource)) {
            problems.push(`Resource ${resource} must be in ARN format or "*"`);
        }
    }
    return problems;
}

/**
 * Whether the document allows the request: an explicit deny wins over any allow. A condition operator
 * that is not known here never matches.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function policyAllows(document: string, request: PolicyRequest): boolean {
    const matching = statementsOf(parse(document) ?? {}).filter((statement) =>
        statementMatches(statement, request),
    );
    return (
        matching.some((statement) => statement.Effect === "Allow") &&
        !matching.some((statement) => statement.Effect === "Deny")
    );
}

/** Whether the document denies the request outright, whatever else allows it. */
export function policyDenies(document: string, request: PolicyRequest): boolean {
    return statementsOf(parse(document) ?? {}).some(
        (statement) => statement.Effect === "Deny" && statementMatches(statement, request),
    );
}

/** The condition keys AWS always sets, besides those the caller names. */
function contextOf(request: PolicyRequest): RequestContext {
    return { "aws:SecureTransport": "true", ...request.context };
}

function statementMatches(statement: Props, request: PolicyRequest): boolean {
    return (
        actionMatches(statement, request.action) &&
        resourceMatches(statement, request.resource) &&
        principalMatches(statement, request.principal) &&
        conditionsMatch(statement.Condition, contextOf(request))
    );
}

function actionMatches(statement: Props, action: string): boolean {
    const matches = (pattern: string): boolean => like(pattern.toLowerCase(), action.toLowerCase());
    return statement.NotAction === undefined
        ? listOf(statement.Action).some(matches)
        : !listOf(statement.NotAction).some(matches);
}

function resourceMatches(statement: Props, resource: string): boolean {
    const matches = (pattern: string): boolean => like(pattern, resource);
    if (statement.NotResource !== undefined) {
        return !listOf(statement.NotResource).some(matches);
    }
    return statement.Resource === undefined || listOf(statement.Resource).some(matches);
}

function principalMatches(statement: Props, principal: PolicyRequest["principal"]): boolean {
    if (statement.NotPrincipal !== undefined) {
        return !namesPrincipal(statement.NotPrincipal, principal);
    }
    return statement.Principal === undefined || namesPrincipal(statement.Principal, principal);
}

function namesPrincipal(named: unknown, principal: PolicyRequest["principal"]): boolean {
    const byKind = (typeof named === "object" && named !== null ? named : {}) as Props;
    // Both forms mean everybody, services and anonymous callers included:
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous
    if (named === "*" || listOf(byKind.AWS).includes("*")) {
        return true;
    }
    if ("anonymous" in principal) {
        return false;
    }
    if ("service" in principal) {
        return listOf(byKind.Service).includes(principal.service);
    }
    const account = principal.arn.split(":")[4] ?? "";
    return listOf(byKind.AWS).some((entry) =>
        [principal.arn, account, `arn:aws:iam::${account}:root`].includes(entry),
    );
}

function conditionsMatch(conditions: unknown, context: RequestContext): boolean {
    const operators = (conditions ?? {}) as Readonly<Record<string, Props>>;
    return Object.entries(operators).every(([operator, keys]) =>
        Object.entries(keys).every(([key, wanted]) => {
            const actual = keyIn(context, key);
            const matches = (value: string | undefined): boolean =>
                conditionMatches(operator, value, listOf(wanted));
            // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
            return typeof actual === "string" || actual === undefined || actual.length === 0
                ? matches(typeof actual === "string" ? actual : undefined)
                : operator.startsWith("ForAllValues:")
                  ? actual.every(matches)
                  : actual.some(matches);
        }),
    );
}

/** Condition key names are not case-sensitive, except behind `kms:EncryptionContext:`. */
function keyIn(context: RequestContext, key: string): RequestContext[string] | undefined {
    return Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
}

function conditionMatches(
    operator: string,
    actual: string | undefined,
    wanted: readonly string[],
): boolean {
    const base = operator.replace(/IfExists$/, "").replace(/^For(AllValues|AnyValue):/, "");
    if (base === "Null") {
        return wanted.includes(String(actual === undefined));
    }
    const negated = base.includes("Not");
    if (actual === undefined) {
        // Of no values, all are what is wanted.
        return negated || operator.endsWith("IfExists") || operator.startsWith("ForAllValues:");
    }
    const some = wanted.some((value) => {
        switch (base.replace("Not", "")) {
            case "StringEquals":
                return value === actual;
            case "StringEqualsIgnoreCase":
            case "Bool":
                return value.toLowerCase() === actual.toLowerCase();
            case "IpAddress":
                return inRange(value, actual);
            case "StringLike":
            case "ArnLike":
            case "ArnEquals":
                return like(value, actual);
            default:
                return negated;
        }
    });
    return negated ? !some : some;
}

/** Whether an address is in a CIDR block, or is the one address given. */
function inRange(block: string, address: string): boolean {
    const [network = "", prefix] = block.split("/");
    const family = net.isIPv6(network) ? "ipv6" : "ipv4";
    if (net.isIP(network) === 0 || net.isIP(address) !== net.isIP(network)) {
        return false;
    }
    const list = new net.BlockList();
    list.addSubnet(network, Number(prefix ?? (family === "ipv6" ? 128 : 32)), family);
    return list.check(address, family);
}

function like(pattern: string, value: string): boolean {
    return expressionOf(pattern).test(value);
}

const expressionOf = remembered((pattern) => {
    const source = pattern
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replaceAll("*", ".*")
        .replaceAll("?", ".");
    return new RegExp(`^${source}$`, "s");
});

const parse = remembered((document): Props | undefined => {
    try {
        const parsed: unknown = JSON.parse(document);
        return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
            ? (parsed as Props)
            : undefined;
    } catch {
        return undefined;
    }
});

function statementsOf(document: Props): readonly Props[] {
    const statement = document.Statement;
    const all: unknown[] = Array.isArray(statement) ? statement : [statement];
    return all.filter((one): one is Props => typeof one === "object" && one !== null);
}

function listOf(value: unknown): readonly string[] {
    if (value === undefined || value === null) {
        return [];
    }
    return (Array.isArray(value) ? (value as unknown[]) : [value]).map(String);
}
