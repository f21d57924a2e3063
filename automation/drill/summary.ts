import Table from "cli-table3";
import { createColors } from "picocolors";

import type { DrillReport, DrillStep } from "./report";

const bars = " ▁▂▃▄▅▆▇█";

type Colours = ReturnType<typeof createColors>;

/** The report for a person at a terminal; plain where no colours are given. */
export function summaryOf(report: DrillReport, colours: Colours = createColors(false)): string {
    return [
        title(report, colours),
        stepsTable(report.steps, colours),
        ...(report.rto === undefined ? [] : [rtoTable(report)]),
        ...(report.verdicts.length === 0 ? [] : [verdictsTable(report, colours)]),
        ...trafficLines(report),
    ].join("\n\n");
}

function title(report: DrillReport, colours: Colours): string {
    const { fault, region, controlPlanes } = report.scenario;
    const result = {
        met: colours.green("objectives met"),
        missed: colours.red("an objective was missed"),
        aborted: colours.yellow("aborted"),
    }[report.result];
    const why = report.error === undefined ? "" : `: ${report.error}`;
    return `${fault}(${region}) with control-planes(${controlPlanes}) down: ${result}${why} (${report.realSeconds.toFixed(0)} s of real time)`;
}

function stepsTable(steps: readonly DrillStep[], colours: Colours): string {
    const table = plainTable(["phase", "lane", "", "world", "real"]);
    for (const step of steps) {
        table.push([
            step.title,
            step.lane,
            step.status === "done" ? "done" : colours.red(step.status),
            { content: seconds(step.worldSeconds), hAlign: "right" },
            { content: seconds(step.realSeconds), hAlign: "right" },
        ]);
    }
    return table.toString();
}

function rtoTable(report: DrillReport): string {
    const table = plainTable(["RTO, world time", "measured", "bound", "how the bound is made"]);
    const { rto } = report;
    if (rto !== undefined) {
        for (const term of rto.bound.terms) {
            table.push([
                term.name,
                { content: seconds(rto[term.name]), hAlign: "right" },
                { content: seconds(term.seconds), hAlign: "right" },
                term.formula,
            ]);
        }
        table.push([
            "in all",
            { content: seconds(rto.worldSeconds), hAlign: "right" },
            { content: seconds(rto.boundWorldSeconds), hAlign: "right" },
            rto.bound.formula,
        ]);
    }
    return table.toString();
}

function verdictsTable(report: DrillReport, colours: Colours): string {
    const table = plainTable(["objective", "measured", "allowed", ""]);
    for (const one of report.verdicts) {
        const missed = one.cause === undefined ? "missed" : `missed: ${one.cause}`;
        table.push([
            one.objective,
            { content: one.measured, hAlign: "right" },
            { content: one.allowed, hAlign: "right" },
            one.met ? colours.green("met") : colours.red(missed),
        ]);
    }
    return table.toString();
}

/** Each region's share of the answers over time, one character per window, and the failures under it. */
function trafficLines(report: DrillReport): readonly string[] {
    if (report.traffic.length === 0) {
        return [];
    }
    const regions = [
        ...new Set(report.traffic.flatMap((window) => Object.keys(window.shares))),
    ].sort();
    const width = Math.max(...regions.map((region) => region.length), "failures".length);
    const line = (name: string, values: readonly number[]): string =>
        `${name.padEnd(width)}  ${values.map(bar).join("")}`;
    return [
        [
            "who answered, over world time",
            ...regions.map((region) =>
                line(
                    region,
                    report.traffic.map((window) => window.shares[region] ?? 0),
                ),
            ),
            line(
                "failures",
                report.traffic.map((window) =>
                    window.requests === 0 ? 0 : window.errors / window.requests,
                ),
            ),
        ].join("\n"),
    ];
}

/** A share of 0 to 1 as one character; a little is never nothing. */
function bar(share: number): string {
    const level = share <= 0 ? 0 : Math.max(1, Math.round(share * (bars.length - 1)));
    return bars[Math.min(level, bars.length - 1)] ?? " ";
}

function plainTable(head: readonly string[]): Table.Table {
    return new Table({
        head: [...head],
        style: { head: [], border: [], compact: true },
    });
}

function seconds(value: number): string {
    return `${value.toFixed(1)} s`;
}
