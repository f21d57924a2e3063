import { XMLBuilder } from "fast-xml-parser";

import { plainText } from "./plainText";
import { ruleOf, type Finding, type GateReport, type Rule, type StackReport } from "./report";

const builder = new XMLBuilder({
    attributeNamePrefix: "@",
    ignoreAttributes: false,
    format: true,
    suppressEmptyNode: true,
});

type Element = Readonly<Record<string, unknown>>;

interface Suite {
    readonly name: string;
    readonly seconds: number;
    readonly cases: readonly Element[];
}

/**
 * The report as JUnit XML: a suite per stack with a case for the stack and one for every rule; a rule
 * without a violation has passed. An advisory violation is told in the case's output and fails nothing.
 *
 * @see https://github.com/testmoapp/junitxml (there is no official schema)
 */
export function gateJunit(report: GateReport): string {
    const suites = [
        ...report.packFailures.map((failure) => ({
            name: "policy packs",
            seconds: 0,
            cases: [caseOf("policy packs", "starts", { error: problem(failure, "PolicyPack") })],
        })),
        ...report.stacks.map((stack) => stackSuite(stack, report)),
    ];
    const document = {
        "?xml": { "@version": "1.0", "@encoding": "UTF-8" },
        testsuites: {
            "@name": `meridian ${report.subject}`,
            ...totals(suites.flatMap((suite) => suite.cases)),
            testsuite: suites.map(({ name, seconds, cases }) => ({
                "@name": name,
                "@time": seconds.toFixed(3),
                ...totals(cases),
                testcase: cases,
            })),
        },
    };
    return builder.build(document);
}

function stackSuite(stack: StackReport, report: GateReport): Suite {
    const whole = caseOf(
        stack.stack,
        report.subject,
        stack.failure === undefined
            ? {}
            : { error: problem(stack.failure, report.subject === "preview" ? "Preview" : "Audit") },
    );
    const rules = rulesIn(stack, report).map((rule) => ruleCase(stack, rule, report));
    return {
        name: stack.stack,
        seconds: stack.seconds,
        cases: [whole, ...rules],
    };
}

type RuleKey = Pick<Rule, "pack" | "name">;

/** The packs' rules that are switched on, and those that only the findings know. */
function rulesIn(stack: StackReport, report: GateReport): readonly RuleKey[] {
    const known = report.rules.filter((rule) => rule.level !== "disabled");
    const keys = new Map<string, RuleKey>();
    for (const key of [
        ...known,
        ...stack.findings.map(({ pack, rule }) => ({ pack, name: rule })),
    ]) {
        keys.set(JSON.stringify([key.pack, key.name]), key);
    }
    return [...keys.values()];
}

function ruleCase(stack: StackReport, rule: RuleKey, report: GateReport): Element {
    const of = (level: Finding["level"]): readonly Finding[] =>
        stack.findings.filter(
            (one) => one.level === level && one.pack === rule.pack && one.rule === rule.name,
        );
    const [mandatory, advisory, unjudged] = [of("mandatory"), of("advisory"), of("unjudged")];
    return caseOf(`${stack.stack}.${rule.pack}`, rule.name, {
        ...(mandatory.length > 0 ? { failure: failureOf(mandatory, report) } : {}),
        // A rule that may not have been asked about everything has not passed.
        ...(mandatory.length === 0 && (stack.failure !== undefined || unjudged.length > 0)
            ? { skipped: { "@message": skipReason(stack, unjudged) } }
            : {}),
        ...(advisory.length > 0 ? { "system-out": textOf(advisory) } : {}),
    });
}

function failureOf(findings: readonly Finding[], report: GateReport): Element {
    const [first] = findings;
    const rule = first === undefined ? undefined : ruleOf(report, first);
    const number = `${findings.length} violation${findings.length === 1 ? "" : "s"}`;
    const fix = rule?.remediation ? `\nFix: ${plainText(rule.remediation)}` : "";
    return {
        "@message": oneLine(`${number}: ${rule?.description || (first?.message ?? "")}`),
        "@type": "PolicyViolation",
        "#text": `${textOf(findings)}${fix}`,
    };
}

function skipReason({ failure }: StackReport, unjudged: readonly Finding[]): string {
    return failure === undefined
        ? `not judged in a preview: ${unjudged.length} resources have values that are not known yet`
        : "the stack was not judged to its end";
}

/** A line for each: resource, place, message. */
function textOf(findings: readonly Finding[]): string {
    return findings
        .map(({ resource, place, message }) =>
            plainText(
                `${resource === "" ? "the stack" : resource} (${place.file}:${place.line}): ${message}`,
            ),
        )
        .join("\n");
}

function problem(text: string, type: string): Element {
    return { "@message": oneLine(text), "@type": type, "#text": plainText(text) };
}

function caseOf(classname: string, name: string, content: Element): Element {
    return { "@classname": oneLine(classname), "@name": oneLine(name), "@time": "0", ...content };
}

function totals(cases: readonly Element[]): Element {
    const having = (key: string): number => cases.filter((one) => one[key] !== undefined).length;
    return {
        "@tests": cases.length,
        "@failures": having("failure"),
        "@errors": having("error"),
        "@skipped": having("skipped"),
    };
}

/** For an attribute, where XML makes spaces of line ends anyway. */
function oneLine(text: string): string {
    return plainText(text).replace(/\s+/g, " ").trim();
}
