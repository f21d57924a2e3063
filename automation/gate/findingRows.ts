import type { Finding, GateReport } from "./report";

/** What one rule found. */
export interface RuleGroup {
    readonly findings: readonly Finding[];
    readonly stacks: ReadonlyMap<Finding, string>;
}

/** What a rule says of the same resource in the same words: in every region's stack, most likely. */
export interface Row {
    readonly finding: Finding;
    readonly stacks: readonly string[];
    /** Findings that it stands for. */
    readonly number: number;
}

/** Findings by rule and level: the mandatory ones first, then by how many there are. */
export function groupsOf(report: GateReport): readonly RuleGroup[] {
    const stacks = new Map(
        report.stacks.flatMap(({ stack, findings }) =>
            findings.map((finding) => [finding, stack] as const),
        ),
    );
    const order: readonly Finding["level"][] = ["mandatory", "advisory", "unjudged"];
    const all = report.stacks.flatMap(({ findings }) => findings);
    return groupedBy(all, ({ level, pack, rule }) => [level, pack, rule])
        .sort(
            (a, b) => order.indexOf(a[0].level) - order.indexOf(b[0].level) || b.length - a.length,
        )
        .map((findings) => ({ findings, stacks }));
}

/** A row for what is the same in several stacks. */
export function rowsOf({ findings, stacks }: RuleGroup): readonly Row[] {
    return groupedBy(findings, ({ resource, place, message }) => [
        resource,
        place.file,
        place.line,
        message,
    ]).map((all) => ({
        finding: all[0],
        stacks: [...new Set(all.map((one) => stacks.get(one) ?? ""))],
        number: all.length,
    }));
}

/** Findings that have the same key, in the order of the first of each. */
function groupedBy(
    findings: readonly Finding[],
    keyOf: (finding: Finding) => readonly unknown[],
): [Finding, ...Finding[]][] {
    const groups = new Map<string, [Finding, ...Finding[]]>();
    for (const finding of findings) {
        const key = JSON.stringify(keyOf(finding));
        const group = groups.get(key);
        if (group === undefined) {
            groups.set(key, [finding]);
        } else {
            group.push(finding);
        }
    }
    return [...groups.values()];
}
