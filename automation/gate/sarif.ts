import { createHash } from "node:crypto";

import { version } from "../../package.json";
import { plainText } from "./plainText";
import { ruleOf, type Finding, type GateReport, type Rule } from "./report";

/** What GitHub takes in one run; a file with more is refused as a whole. */
export const resultLimit = 25_000;

/** Kind and level of a result (SARIF 3.27.9 and 3.27.10: what is no failure has no level). */
const verdicts = {
    mandatory: { kind: "fail", level: "error" },
    advisory: { kind: "fail", level: "warning" },
    unjudged: { kind: "open", level: "none" },
} as const;

/**
 * What the rules found as SARIF 2.1.0: one run, a result per finding. What kept the gate from judging
 * is a notification of the run, for it is no result of any rule.
 *
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 * @see https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
 */
export function gateSarif(report: GateReport): string {
    const rules = rulesOf(report);
    const found = report.stacks.flatMap(({ stack, findings }) =>
        findings.map((finding) => ({ stack, finding })),
    );
    // The mandatory ones are the last to be left out.
    const ranked = [...found].sort((a, b) => rank(a.finding) - rank(b.finding));
    const left = ranked.length - resultLimit;
    const ordinals = new Map<string, number>();
    const log = {
        $schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [
            {
                tool: {
                    driver: {
                        name: `meridian ${report.subject}`,
                        version,
                        semanticVersion: version,
                        rules: rules.map(descriptorOf),
                    },
                },
                // A category of its own: an audit's alerts are not those of a pull request's merge.
                automationDetails: {
                    id: report.subject === "preview" ? "meridian/policies/" : "meridian/audit/",
                },
                columnKind: "utf16CodeUnits",
                originalUriBaseIds: {
                    "%SRCROOT%": { description: { text: "the folder of Pulumi.yaml" } },
                },
                invocations: [
                    {
                        executionSuccessful: problemsOf(report).length === 0,
                        toolExecutionNotifications: [
                            ...problemsOf(report).map((text) => notification("error", text)),
                            ...(left > 0
                                ? [notification("warning", `and ${left} more results`)]
                                : []),
                        ],
                    },
                ],
                results: ranked
                    .slice(0, resultLimit)
                    .map(({ stack, finding }) => resultOf(stack, finding, report, rules, ordinals)),
            },
        ],
    };
    return `${JSON.stringify(log, undefined, 2)}\n`;
}

/** The packs' rules, and those that only the engine's events know, because a pack could not be asked. */
function rulesOf(report: GateReport): readonly Rule[] {
    const rules = new Map(report.rules.map((rule) => [idOf(rule.pack, rule.name), rule]));
    for (const finding of report.stacks.flatMap((stack) => stack.findings)) {
        const id = idOf(finding.pack, finding.rule);
        if (!rules.has(id)) {
            rules.set(id, {
                pack: finding.pack,
                name: finding.rule,
                description: "",
                level: finding.level === "mandatory" ? "mandatory" : "advisory",
                remediation: "",
                url: "",
                tags: [],
            });
        }
    }
    return [...rules.values()];
}

/** Stable over runs, as SARIF wants it: what an alert is kept by. */
function idOf(pack: string, rule: string): string {
    return `${pack}/${rule}`;
}

function descriptorOf(rule: Rule): object {
    const description = plainText(rule.description) || rule.name;
    return {
        id: idOf(rule.pack, rule.name),
        name: rule.name,
        shortDescription: { text: description },
        fullDescription: { text: description },
        help: { text: plainText(rule.remediation) || description },
        ...(URL.canParse(rule.url) ? { helpUri: new URL(rule.url).href } : {}),
        defaultConfiguration: {
            enabled: rule.level !== "disabled",
            level: rule.level === "mandatory" ? "error" : "warning",
        },
        properties: {
            tags: [...new Set(rule.tags)],
            "problem.severity": rule.level === "mandatory" ? "error" : "warning",
            ...(rule.severity === undefined ? {} : { severity: rule.severity }),
        },
    };
}

function resultOf(
    stack: string,
    finding: Finding,
    report: GateReport,
    rules: readonly Rule[],
    ordinals: Map<string, number>,
): object {
    const { pack, rule, message, urn, place } = finding;
    const remediation = ruleOf(report, finding)?.remediation ?? "";
    const where = finding.resource === "" ? stack : `${stack}: ${finding.resource}`;
    const text = [`${where}: ${message}`, ...(remediation === "" ? [] : [`Fix: ${remediation}`])];
    return {
        ruleId: idOf(pack, rule),
        ruleIndex: rules.findIndex((one) => one.pack === pack && one.name === rule),
        ...verdicts[finding.level],
        message: { text: plainText(text.join("\n")) },
        locations: [
            {
                physicalLocation: {
                    artifactLocation: { uri: encodeURI(place.file), uriBaseId: "%SRCROOT%" },
                    region: { startLine: place.line },
                },
                ...(urn === ""
                    ? {}
                    : { logicalLocations: [{ fullyQualifiedName: urn, kind: "resource" }] }),
            },
        ],
        partialFingerprints: {
            // What GitHub tells alerts apart by; it would take the line's text otherwise.
            primaryLocationLineHash: fingerprint(stack, finding, ordinals),
        },
        properties: { stack, ...(finding.severity ? { severity: finding.severity } : {}) },
    };
}

/**
 * The same for the same rule, stack and resource in every run, whatever values the message tells; what
 * a rule says of a resource a second time has the ordinal 2.
 */
function fingerprint(
    stack: string,
    { pack, rule, urn }: Finding,
    ordinals: Map<string, number>,
): string {
    const key = JSON.stringify([pack, rule, stack, urn]);
    const ordinal = (ordinals.get(key) ?? 0) + 1;
    ordinals.set(key, ordinal);
    return `${createHash("sha256").update(key).digest("hex").slice(0, 32)}:${ordinal}`;
}

function problemsOf(report: GateReport): readonly string[] {
    return [
        ...report.packFailures,
        ...report.stacks.flatMap(({ stack, failure }) =>
            failure === undefined ? [] : [`${stack}: ${failure}`],
        ),
    ];
}

function notification(level: "error" | "warning", text: string): object {
    return { level, message: { text: plainText(text) } };
}

function rank({ level }: Finding): number {
    return Object.keys(verdicts).indexOf(level);
}
