import type { z } from "zod";

import { AutomationError } from "../errors";
import type { PackInfo, RuleInfo } from "../pulumi/packInfo";

/** What a configuration may name besides rules: the level of all of them. */
const forAll = "all";
/** As the engine reads them (`sdk/go/common/apitype/policy.go`). */
const levels = ["advisory", "mandatory", "remediate", "disabled"];
const levelKey = "enforcementLevel";

/**
 * Refuses a configuration of rules that the pack does not have: the engine ignores them in silence,
 * and with them whatever they were to loosen or tighten. And one with values that the rule does not
 * take: the engine says so only of the first, in the middle of every stack's update.
 *
 * @param title of the pack, for the message
 * @throws AutomationError `usage` that names them all
 */
export async function refuseBrokenConfig(
    title: string,
    { rules }: PackInfo,
    config: Readonly<Record<string, unknown>> | undefined,
): Promise<void> {
    const known = new Map(rules.map((rule) => [rule.name, rule]));
    const entries = Object.entries(config ?? {});
    const unknown = entries.filter(([name]) => name !== forAll && !known.has(name));
    if (unknown.length > 0) {
        throw new AutomationError(
            "usage",
            `the configuration of ${title} is for rules that it does not have: ${unknown
                .map(([name]) => named(name, [...known.keys()]))
                .join(", ")}; docs/policies.md lists them`,
        );
    }
    const problems: string[] = [];
    for (const [name, held] of entries) {
        problems.push(...(await problemsOf(name, held, known.get(name)?.schema ?? {})));
    }
    if (problems.length > 0) {
        throw new AutomationError(
            "usage",
            [
                `the configuration of ${title} has values that its rules do not take:`,
                ...problems.map((problem) => `  - ${problem}`),
                "correct them; docs/policies.md lists every rule's settings",
            ].join("\n"),
        );
    }
}

/** What is wrong with what is set for a rule: a level, or its settings and a level. */
async function problemsOf(
    rule: string,
    held: unknown,
    schema: NonNullable<RuleInfo["schema"]>,
): Promise<readonly string[]> {
    const level = (path: string, value: unknown): string[] =>
        levels.includes(value as string)
            ? []
            : [`\`${path}\`: must be ${anyOf(levels)}, got ${show(value)}`];
    if (typeof held === "string") {
        return level(rule, held);
    }
    if (held === null || typeof held !== "object" || Array.isArray(held)) {
        return [
            `\`${rule}\`: must be ${anyOf(levels)}, or an object of settings, got ${show(held)}`,
        ];
    }
    const { [levelKey]: ownLevel, ...settings } = held as Readonly<Record<string, unknown>>;
    const { z: zod } = await import("zod");
    const shape = zod.fromJSONSchema({
        type: "object",
        properties: schema as Record<string, z.core.JSONSchema.JSONSchema>,
        additionalProperties: false,
    });
    const { error } = shape.safeParse(settings);
    return [
        ...(ownLevel === undefined ? [] : level(`${rule}.${levelKey}`, ownLevel)),
        ...(error?.issues ?? []).map((issue) =>
            problemOf(rule, issue, settings, [levelKey, ...Object.keys(schema)]),
        ),
    ];
}

function problemOf(
    rule: string,
    issue: z.core.$ZodIssue,
    settings: unknown,
    known: readonly string[],
): string {
    const value = issue.path.reduce<unknown>(
        (holder, key) => (holder as Record<PropertyKey, unknown> | undefined)?.[key],
        settings,
    );
    const path = [rule, ...issue.path.map(String)].join(".");
    if (issue.code === "unrecognized_keys") {
        const names = issue.keys.map((key) =>
            issue.path.length > 0 ? show(key) : named(key, known),
        );
        const all = issue.path.length > 0 ? "" : `; it has ${known.join(", ")}`;
        return `\`${path}\`: has no setting ${names.join(", ")}${all}`;
    }
    return `\`${path}\`: must be ${allowed(issue)}, got ${show(value)}`;
}

/** What an issue says would be allowed. */
function allowed(issue: z.core.$ZodIssue): string {
    switch (issue.code) {
        case "invalid_type":
            return `of type ${issue.expected}`;
        case "invalid_value":
            return anyOf(issue.values.map(String));
        case "too_small":
            return issue.origin === "array"
                ? `a list of ${String(issue.minimum)} or more`
                : `${String(issue.minimum)} or more`;
        case "too_big":
            return issue.origin === "array"
                ? `a list of ${String(issue.maximum)} or fewer`
                : `${String(issue.maximum)} or less`;
        default:
            return `what its schema says (${issue.message})`;
    }
}

function anyOf(values: readonly string[]): string {
    return values.length > 1
        ? `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`
        : values.join("");
}

function show(value: unknown): string {
    return JSON.stringify(value) ?? "nothing";
}

/** The name, and what it was probably meant to be. */
function named(name: string, known: readonly string[]): string {
    const [closest] = [...known].sort((a, b) => likeness(name, b) - likeness(name, a));
    return closest === undefined || likeness(name, closest) < leastLikeness
        ? JSON.stringify(name)
        : `${JSON.stringify(name)} (is it ${closest}?)`;
}

const leastLikeness = 0.5;

/** Of the pairs of letters that the names have, the part that both have: a slip of a key costs few. */
function likeness(name: string, other: string): number {
    const own = pairsOf(name);
    const theirs = pairsOf(other);
    const shared = [...own].filter((pair) => theirs.has(pair)).length;
    return (2 * shared) / (own.size + theirs.size);
}

function pairsOf(name: string): ReadonlySet<string> {
    return new Set([...name.slice(1)].map((letter, i) => `${name[i]}${letter}`.toLowerCase()));
}
