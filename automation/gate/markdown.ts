import { consequenceLine, consequenceTables } from "./consequences/tables";
import { groupsOf, rowsOf, type Row, type RuleGroup } from "./findingRows";
import { block, code, inline, link } from "./markdownText";
import {
    mandatory,
    ruleOf,
    type Finding,
    type GateReport,
    type NamedResource,
    type StackReport,
} from "./report";

/** By this line the comment is found again, to be updated in place. */
export const marker = "<!-- meridian-gate -->";
/** The same for an issue that tells of what is deployed. */
export const auditMarker = "<!-- meridian-audit -->";

/** What GitHub takes as the body of a comment, in characters. */
export const commentLimit = 65_536;
/** Room kept for saying what was left out. */
const closing = 500;
/** Resources that are named for each stack and kind of change. */
const namedResources = 25;
/** Rows that are shown for each rule. */
const rowsPerRule = 50;
/** Rows that are shown of what a change does to users, for each part. */
const rowsPerTable = 25;

/** The verdict as a comment for a pull request, or, of an audit, as an issue's text: at most `commentLimit` characters. */
export function gateMarkdown(report: GateReport): string {
    const page = new Page(commentLimit - closing);
    const first = report.subject === "preview" ? marker : auditMarker;
    page.add([first, `## ${verdict(report)}`, "", ...changeTable(report), ""]);
    for (const [title, text] of failures(report)) {
        page.add([`### ${title}`, "", block(text), ""]);
    }
    const removals = report.stacks.flatMap(removalLines);
    if (removals.length > 0) {
        page.add(["### Replaced and deleted", "", ...removals, ""]);
    }
    for (const lines of consequenceSections(report)) {
        page.add(lines);
    }
    let left = 0;
    for (const group of groupsOf(report)) {
        left += addGroup(page, report, group);
    }
    if (left > 0 || page.left > 0) {
        const parts = [
            ...(left > 0 ? [`${count(left, "finding")}`] : []),
            ...(page.left > 0 ? [`${count(page.left, "section")}`] : []),
        ];
        page.close(
            `**and ${parts.join(" and ")} more**, which did not fit: see the SARIF or JUnit report of this run`,
        );
    }
    return `${page.text()}\n`;
}

/** Lines up to a limit. */
class Page {
    /** Sections that did not fit. */
    left = 0;
    readonly #lines: string[] = [];
    #length = 0;

    constructor(private readonly limit: number) {}

    /** Adds all of the lines, or none when they do not fit. */
    add(lines: readonly string[]): boolean {
        if (this.fits(lines)) {
            this.close(...lines);
            return true;
        }
        this.left++;
        return false;
    }

    fits(lines: readonly string[]): boolean {
        return this.#length + lengthOf(lines) <= this.limit;
    }

    /** Adds lines whether or not they fit. */
    close(...lines: readonly string[]): void {
        this.#lines.push(...lines);
        this.#length += lengthOf(lines);
    }

    text(): string {
        return this.#lines.join("\n").trimEnd();
    }
}

function lengthOf(lines: readonly string[]): number {
    return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

/** The report in one line. */
export function verdict(report: GateReport): string {
    if (report.passed) {
        return report.subject === "preview"
            ? "✅ Policies passed"
            : "✅ What is deployed meets the policies";
    }
    const violations = mandatory(report.stacks).length;
    const unpreviewed = report.stacks.filter((stack) => stack.failure !== undefined).length;
    const reasons = [
        ...(violations > 0 ? [count(violations, "mandatory violation")] : []),
        ...(unpreviewed > 0
            ? [`${count(unpreviewed, "stack")} without a ${wordsOf(report).judged}`]
            : []),
        ...(report.packFailures.length > 0
            ? [`${count(report.packFailures.length, "policy pack")} that failed`]
            : []),
        ...(report.stacks.length === 0 ? [`no stack was ${wordsOf(report).done}`] : []),
    ];
    return `❌ Policies failed: ${reasons.join(", ")}`;
}

function wordsOf({ subject }: GateReport): { readonly judged: string; readonly done: string } {
    return subject === "preview"
        ? { judged: "preview", done: "previewed" }
        : { judged: "verdict", done: "audited" };
}

function changeTable(report: GateReport): readonly string[] {
    const changing = report.subject === "preview";
    const counted = [
        ...(changing ? ["create", "update", "replace", "delete"] : []),
        ...["mandatory", "advisory", "not judged"],
    ];
    return [
        `| stack | ${counted.join(" | ")} |`,
        `| --- |${" --: |".repeat(counted.length)}`,
        ...report.stacks.map(({ stack, changes, findings, failure }) => {
            const of = (level: Finding["level"]): number =>
                findings.filter((one) => one.level === level).length;
            const { created, updated, replaced, deleted } = changes;
            const cells = [
                failure === undefined ? inline(stack) : `${inline(stack)} ❌`,
                ...(changing
                    ? [created, updated, strongIfAny(replaced.length), strongIfAny(deleted.length)]
                    : []),
                ...[strongIfAny(of("mandatory")), of("advisory"), of("unjudged")],
            ];
            return `| ${cells.join(" | ")} |`;
        }),
        ...(report.stacks.some(({ failure }) => failure !== undefined)
            ? [
                  "",
                  `❌ no complete ${wordsOf(report).judged}: the row counts what was seen before it failed`,
              ]
            : []),
    ];
}

function strongIfAny(value: number): string {
    return value > 0 ? `**${value}**` : "0";
}

function failures(report: GateReport): readonly (readonly [title: string, text: string])[] {
    return [
        ...report.packFailures.map((text) => ["A policy pack failed", text] as const),
        ...report.stacks.flatMap(({ stack, failure }) =>
            failure === undefined
                ? []
                : [[`${inline(stack)}: no ${wordsOf(report).judged}`, failure] as const],
        ),
    ];
}

function removalLines({ stack, changes }: StackReport): readonly string[] {
    const line = (what: string, resources: readonly NamedResource[]): readonly string[] => {
        if (resources.length === 0) {
            return [];
        }
        const named = resources
            .slice(0, namedResources)
            .map(({ name, type }) => `${code(name)} (${inline(type, 120)})`);
        const more = resources.length - named.length;
        return [
            `- ${inline(stack)} ${what} ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`,
        ];
    };
    return [...line("replaces", changes.replaced), ...line("deletes", changes.deleted)];
}

/** What the change does to users: a section for each part in which something differs. */
function consequenceSections({ consequences }: GateReport): readonly (readonly string[])[] {
    if (consequences === undefined) {
        return [];
    }
    const { outcome } = consequences;
    const tables = "failure" in outcome ? [] : consequenceTables(outcome);
    const same = tables.filter(({ rows }) => rows.length === 0);
    return [
        [
            "### What it does to users",
            "",
            inline(consequenceLine(consequences), 2000),
            "",
            ...same.map(({ title, unchanged }) => `- ${inline(title)}: ${inline(unchanged)}`),
            ...(same.length > 0 ? [""] : []),
        ],
        ...tables
            .filter(({ rows }) => rows.length > 0)
            .map(({ title, head, rows }) => [
                `#### ${inline(title)}`,
                "",
                `| ${head.join(" | ")} |`,
                `|${" --- |".repeat(head.length)}`,
                ...rows
                    .slice(0, rowsPerTable)
                    .map((row) => `| ${row.map((cell) => inline(cell)).join(" | ")} |`),
                "",
                ...(rows.length > rowsPerTable
                    ? [`and ${rows.length - rowsPerTable} more rows, which \`--json\` has`, ""]
                    : []),
            ]),
    ];
}

/** @returns how many findings were left out. */
function addGroup(page: Page, report: GateReport, group: RuleGroup): number {
    const { findings } = group;
    const rows = rowsOf(group);
    const [firstRow] = rows;
    if (firstRow === undefined) {
        return 0;
    }
    const first = firstRow.finding;
    const rule = ruleOf(report, first);
    const level = first.level === "unjudged" ? "not judged in a preview" : first.level;
    const severity = first.severity ?? rule?.severity;
    const head = [
        `### ${link(inline(first.rule), rule?.url ?? "")}`,
        "",
        `${level}${severity === undefined ? "" : `, ${severity} severity`}, ${inline(first.pack)}. ${inline(rule?.description ?? "")}`.trim(),
        "",
        ...(rule?.remediation ? [`**Fix:** ${inline(rule.remediation, 1500)}`, ""] : []),
        "| stacks | resource | what |",
        "| --- | --- | --- |",
    ];
    const row = ({ finding: one, stacks }: Row): string => {
        const resource = one.resource === "" ? "" : code(one.resource);
        const place = `${one.place.file}:${one.place.line}`;
        const cells = [inline(stacks.join(", ")), `${resource} ${code(place)}`.trim()];
        return `| ${cells.join(" | ")} | ${inline(one.message)} |`;
    };
    // A table without rows says nothing.
    if (!page.fits([...head, row(firstRow), "", "and so many more of this rule", ""])) {
        return findings.length;
    }
    page.close(...head);
    const rest = (shown: number): readonly string[] =>
        shown < findings.length ? ["", `and ${findings.length - shown} more of this rule`] : [];
    let shown = 0;
    for (const one of rows.slice(0, rowsPerRule)) {
        const line = row(one);
        if (!page.fits([line, ...rest(0), ""])) {
            break;
        }
        page.close(line);
        shown += one.number;
    }
    page.close(...rest(shown), "");
    return findings.length - shown;
}

function count(number: number, what: string): string {
    return `${number} ${what}${number === 1 ? "" : "s"}`;
}
