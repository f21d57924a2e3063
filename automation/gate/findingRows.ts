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
    const groups = new Map<string, Finding[]>();
    const stacks = new Map<Finding, string>();
    for (const { stack, findings } of report.stacks) {
        for (const finding of findings) {
            const key = JSON.stringify([finding.level, finding.pack, finding.rule]);
            const group = groups.get(key);
            if (group === undefined) {
                groups.set(key, [finding]);
            } else {
                group.push(finding);
            }
            stacks.set(finding, stack);
        }
    }
    const order: readonly Finding["level"][] = ["mandatory", "advisory", "unjudged"];
    const rank = ([first]: readonly Finding[]): number =>
        first === undefined ? order.length : order.indexOf(first.level);
    return [...groups.values()]
        .sort((a, b) => rank(a) - rank(b) || b.length - a.length)
        .map((findings) => ({ findings, stacks }));
}

/** A row for what is the same in several stacks. */
export function rowsOf({ findings, stacks }: RuleGroup): readonly Row[] {
    const same = new Map<string, Finding[]>();
    for (const finding of findings) {
        const { resource, place, message } = finding;
        const key = JSON.stringify([resource, place.file, place.line, message]);
        const group = same.get(key);
        if (group === undefined) {
            same.set(key, [finding]);
        } else {
            group.push(finding);
        }
    }
    return [...same.values()].map((all) => ({
        finding: all[0] as Finding,
        stacks: [...new Set(all.map((one) => stacks.get(one) ?? ""))],
        number: all.length,
    }));
}
