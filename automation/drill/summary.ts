import Table from "cli-table3";
import colors from "picocolors";

import type { DrillReport, DrillStep } from "./report";

const bars = " ▁▂▃▄▅▆▇█";

/** The report for a person at a terminal. */
export function summaryOf(report: DrillReport): string {
    return [
        title(report),
        stepsTable(report.steps),
        ...(report.rto === undefined ? [] : [rtoTable(report)]),
        ...(report.verdicts.length === 0 ? [] : [verdictsTable(report)]),
        ...trafficLines(report),
    ].join("\n\n");
}

function title(report: DrillReport): string {
    const { fault, region, controlPlanes } = report.scenario;
    const result = {
        met: colors.green("objectives met"),
        missed: colors.red("an objective was missed"),
        aborted: colors.yellow("aborted"),
    }[report.result];
    const why = report.error === undefined ? "" : `: ${report.error}`;
    return `${fault}(${region}) with control-planes(${controlPlanes}) down: ${result}${why} (${report.realSeconds.toFixed(0)} s of real time)`;
}

function stepsTable(steps: readonly DrillStep[]): string {
    const table = plainTable(["phase", "lane", "", "world", "real"]);
    for (const step of steps) {
        table.push([
            step.title,
            step.lane,
            step.status === "done" ? "done" : colors.red(step.status),
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

function verdictsTable(report: DrillReport): string {
    const table = plainTable(["objective", "measured", "allowed", ""]);
    for (const one of report.verdicts) {
        const missed = one.cause === undefined ? "missed" : `missed: ${one.cause}`;
        table.push([
            one.objective,
            { content: one.measured, hAlign: "right" },
            { content: one.allowed, hAlign: "right" },
            one.met ? colors.green("met") : colors.red(missed),
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
