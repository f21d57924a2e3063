import type { Props } from "../../world/store";
import { given, items, record, records, text } from "../support/known";
import type { Problems } from "../support/problems";
import { managedRuleGroups } from "./managedRuleGroups";

/** Every kind of statement, by its property (https://docs.aws.amazon.com/waf/latest/APIReference/API_Statement.html). */
const kinds = [
    "andStatement",
    "asnMatchStatement",
    "byteMatchStatement",
    "geoMatchStatement",
    "ipSetReferenceStatement",
    "labelMatchStatement",
    "managedRuleGroupStatement",
    "notStatement",
    "orStatement",
    "rateBasedStatement",
    "regexMatchStatement",
    "regexPatternSetReferenceStatement",
    "ruleGroupReferenceStatement",
    "sizeConstraintStatement",
    "sqliMatchStatement",
    "xssMatchStatement",
];

/** Statements that a rule holds by themselves and no other statement does. */
const topOnly = ["managedRuleGroupStatement", "rateBasedStatement", "ruleGroupReferenceStatement"];
/** Statements that run rules with actions of their own. */
export const groupStatements = ["managedRuleGroupStatement", "ruleGroupReferenceStatement"];

/** The kind a statement has, and what it says; undefined when it has none. */
export function kindOf(
    statement: Props | undefined,
): { readonly kind: string; readonly body: Props } | undefined {
    const kind = kinds.find((each) => statement !== undefined && given(statement, each));
    return kind === undefined ? undefined : { kind, body: record(statement, kind) ?? {} };
}

/** Checks a statement and those inside it; `path` ends with a dot. */
export function checkStatement(
    problems: Problems,
    statement: Props,
    path: string,
    inside?: string,
): void {
    const found = kinds.filter((kind) => given(statement, kind));
    if (found.length !== 1) {
        problems.add(
            path.slice(0, -1),
            `a statement is of exactly one kind, got ${found.join(" and ") || "none"}`,
        );
        return;
    }
    const kind = found[0] as string;
    if (inside !== undefined && topOnly.includes(kind)) {
        problems.add(path + kind, `cannot be nested inside a ${inside}`);
    }
    const body = record(statement, kind) ?? {};
    const at = `${path}${kind}.`;
    switch (kind) {
        case "rateBasedStatement":
            checkRate(problems, body, at);
            break;
        case "managedRuleGroupStatement":
            checkManagedGroup(problems, body, at);
            break;
        case "byteMatchStatement":
            checkByteMatch(problems, body, at);
            break;
        case "notStatement":
            for (const nested of records({ nested: [body.statement] }, "nested")) {
                checkStatement(problems, nested, `${at}statement.`, kind);
            }
            break;
        case "andStatement":
        case "orStatement": {
            const count = items(body, "statements").length;
            if (Array.isArray(body.statements) && count < 2) {
                problems.add(`${at}statements`, `must hold at least 2 statements, got ${count}`);
            }
            records(body, "statements").forEach((nested, index) =>
                checkStatement(problems, nested, `${at}statements[${index}].`, kind),
            );
        }
    }
    const scope = record(body, "scopeDownStatement");
    if (scope !== undefined) {
        checkStatement(problems, scope, `${at}scopeDownStatement.`, kind);
    }
}

/** @see https://docs.aws.amazon.com/waf/latest/APIReference/API_RateBasedStatement.html */
function checkRate(problems: Problems, rate: Props, path: string): void {
    problems.range(rate, "limit", 10, 2_000_000_000, path);
    const window = rate.evaluationWindowSec;
    if (typeof window === "number" && ![60, 120, 300, 600].includes(window)) {
        problems.add(`${path}evaluationWindowSec`, `must be 60, 120, 300 or 600, got ${window}`);
    }
    problems.oneOf(
        rate,
        "aggregateKeyType",
        ["CONSTANT", "CUSTOM_KEYS", "FORWARDED_IP", "IP"],
        path,
    );
    const needs = {
        CONSTANT: "scopeDownStatement",
        CUSTOM_KEYS: "customKeys",
        FORWARDED_IP: "forwardedIpConfig",
    }[text(rate, "aggregateKeyType") ?? ""];
    if (needs !== undefined && !given(rate, needs)) {
        problems.add(path + needs, `must be set for ${text(rate, "aggregateKeyType")}`);
    }
}

/** @see https://docs.aws.amazon.com/waf/latest/APIReference/API_ManagedRuleGroupStatement.html */
function checkManagedGroup(problems: Problems, group: Props, path: string): void {
    const name = text(group, "name");
    if (
        name !== undefined &&
        text(group, "vendorName") === "AWS" &&
        managedRuleGroups[name] === undefined
    ) {
        problems.add(
            `${path}name`,
            `AWS has no managed rule group "${name}"; it has ${Object.keys(managedRuleGroups).join(", ")}`,
        );
    }
}

/** @see https://docs.aws.amazon.com/waf/latest/APIReference/API_ByteMatchStatement.html */
function checkByteMatch(problems: Problems, match: Props, path: string): void {
    problems.oneOf(
        match,
        "positionalConstraint",
        ["CONTAINS", "CONTAINS_WORD", "ENDS_WITH", "EXACTLY", "STARTS_WITH"],
        path,
    );
    const searched = text(match, "searchString");
    if (searched !== undefined && (searched.length < 1 || searched.length > 200)) {
        problems.add(`${path}searchString`, `has 1 to 200 bytes, got ${searched.length}`);
    }
    if (Array.isArray(match.textTransformations) && match.textTransformations.length === 0) {
        problems.add(`${path}textTransformations`, "must hold at least one, such as NONE");
    }
}
