import Table from "cli-table3";
import { createColors } from "picocolors";

import type { Colours } from "../cli/colours";
import type { DrillReport, DrillStep } from "./report";
import type { Scenario } from "./scenario";
import type { Figure, SystemFigures } from "./systems";
import { trafficLines } from "./trafficLines";

/** The report for a person at a terminal; plain where no colours are given. */
export function summaryOf(report: DrillReport, colours: Colours = createColors(false)): string {
    return [
        title(report, colours),
        stepsTable(report.steps, colours),
        ...(report.rto === undefined ? [] : [rtoTable(report.rto)]),
        ...(report.verdicts.length === 0 ? [] : [verdictsTable(report, colours)]),
        ...(report.systems === undefined ? [] : [systemsTable(report.systems)]),
        ...(report.errors === undefined ? [] : [clientLine(report.errors)]),
        ...trafficLines(report),
    ].join("\n\n");
}

function title(report: DrillReport, colours: Colours): string {
    const { scenario, realSeconds, error } = report;
    const result = {
        met: colours.green("objectives met"),
        missed: colours.red("an objective was missed"),
        aborted: colours.yellow("aborted"),
    }[report.result];
    return [
        `drill: ${whatFailed(scenario)}; the control planes in ${scenario.controlPlanes} are down`,
        `result: ${result}${error === undefined ? "" : `: ${error}`}, in ${realSeconds.toFixed(0)} s of real time`,
    ].join("\n");
}

function whatFailed({ fault, region, errorRate }: Scenario): string {
    return fault === "gray"
        ? `${region} fails ${(errorRate * 100).toFixed(0)} % of its requests, and its /health stays green`
        : `${region} is gone`;
}

function stepsTable(steps: readonly DrillStep[], colours: Colours): string {
    const table = plainTable(["phase", "lane", "status", "world time", "real time"]);
    for (const step of steps) {
        table.push([
            step.title,
            step.lane,
            step.status === "done" ? "done" : colours.red(step.status),
            right(seconds(step.worldSeconds)),
            right(seconds(step.realSeconds)),
        ]);
    }
    return table.toString();
}

/** Where each part of the RTO ends, so that a reader need not know its name. */
const partEnds = {
    detect: "detect: a quorum of observers alarms",
    decide: "decide: the person on call is told",
    update: "update: the quorum's vote is written",
    dns: "dns: answers lead elsewhere",
    drain: "drain: the last client has left",
} as const;

function rtoTable(rto: NonNullable<DrillReport["rto"]>): string {
    const table = plainTable(["RTO in world time", "measured", "bound", "the bound is made of"]);
    for (const term of rto.bound.terms) {
        table.push([
            rto.bound.path === "endpoint" && term.name === "detect"
                ? "detect: the health check fails"
                : partEnds[term.name],
            right(seconds(rto[term.name])),
            right(seconds(term.seconds)),
            term.formula,
        ]);
    }
    table.push([
        "in all, from the fault",
        right(seconds(rto.worldSeconds)),
        right(seconds(rto.boundWorldSeconds)),
        rto.bound.path === "votes"
            ? "the region answers its health check: votes take it out"
            : "the endpoint's health check takes the region out",
    ]);
    return table.toString();
}

function verdictsTable(report: DrillReport, colours: Colours): string {
    const table = plainTable(["objective", "measured", "allowed", "verdict"]);
    for (const one of report.verdicts) {
        const missed = one.cause === undefined ? "missed" : `missed: ${one.cause}`;
        table.push([
            one.objective,
            right(one.measured),
            right(one.allowed),
            one.met ? colours.green("met") : colours.red(missed),
        ]);
    }
    return table.toString();
}

function systemsTable(systems: readonly SystemFigures[]): string {
    const table = plainTable(["system", "what happened", "RTO", "RPO"]);
    for (const { system, happened, rto, rpo } of systems) {
        table.push([system, happened, figure(rto), figure(rpo)]);
    }
    return table.toString();
}

function figure(one: Figure): string {
    return "reason" in one
        ? `none: ${one.reason}`
        : [seconds(one.seconds), ...(one.detail === undefined ? [] : [`(${one.detail})`])].join(
              " ",
          );
}

function clientLine(errors: NonNullable<DrillReport["errors"]>): string {
    const where = Object.entries(errors.byGeography)
        .filter(([, percent]) => percent > 0)
        .sort(([, a], [, b]) => b - a)
        .map(([geography, percent]) => `${geography} ${percent} %`);
    return [
        `clients, from the fault to the end of the hold: ${errors.failures} of ${errors.requests} requests failed`,
        `${errors.peak} % in the worst window`,
        ...(where.length === 0 ? [] : [`by geography ${where.join(", ")}`]),
        ...(errors.staleClients === undefined
            ? []
            : [`${errors.staleClients} % of those that ignore times to live, not counted`]),
    ].join("\n  ");
}

function plainTable(head: readonly string[]): Table.Table {
    return new Table({
        head: [...head],
        style: { head: [], border: [], compact: true },
    });
}

function right(content: string): Table.Cell {
    return { content, hAlign: "right" };
}

function seconds(value: number): string {
    return `${value.toFixed(1)} s`;
}
