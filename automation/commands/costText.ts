import Table from "cli-table3";

import type { CostReport } from "./cost";

/** The report for a person: a row per system, a column per stack, and what the spare capacity and the votes cost. */
export function costText(report: CostReport): string {
    const stacks = report.stacks.map(({ stack }) => stack);
    const table = new Table({
        head: ["US dollars a month", ...stacks, "all"],
        colAligns: ["left", ...stacks.map(() => "right" as const), "right"],
        style: { head: [], border: [] },
    });
    const cell = (system: string, stack: string): string => {
        const items = report.items.filter((item) => item.system === system && item.stack === stack);
        return items.length === 0 ? "" : money(items.reduce((sum, { usd }) => sum + usd, 0));
    };
    for (const [system, usd] of Object.entries(report.bySystem)) {
        table.push([system, ...stacks.map((stack) => cell(system, stack)), money(usd)]);
    }
    table.push([
        "all",
        ...stacks.map((stack) => money(report.byStack[stack] ?? 0)),
        money(report.totalUsd),
    ]);
    return [
        `the ${report.estate} estate at list prices`,
        table.toString(),
        standingText(report),
        votesText(report),
        `assumed: ${Object.entries(report.usage)
            .map(([name, value]) => `${name} ${value}`)
            .join(", ")}`,
    ].join("\n");
}

function standingText({ standing, totalUsd, usage }: CostReport): string {
    const all = Object.values(standing.byRegion).reduce((sum, usd) => sum + usd, 0);
    return `standing capacity: ${money(all)}; of it, to lose any one region adds ${money(standing.addsUsd)} (${usage.sparePercent} %, or ${share(standing.addsUsd, totalUsd)} of all)`;
}

function votesText({ votes }: CostReport): string {
    const other = (usd: number | undefined): string =>
        usd === undefined ? "an unknown price" : money(usd);
    return `votes: ${money(votes.usd)}; ARC routing controls would be ${other(votes.routingControlsUsd)}, a Region switch plan ${other(votes.regionSwitchUsd)}`;
}

function share(part: number, whole: number): string {
    return `${whole === 0 ? 0 : Math.round((100 * part) / whole)} %`;
}

function money(usd: number): string {
    return usd.toFixed(2);
}
