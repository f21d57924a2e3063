import Table from "cli-table3";

import type { ConsistencyReport } from "./consistency";

/** The report for a person. */
export function consistencyText(report: ConsistencyReport): string {
    // A model has no last write; measured lags have.
    const certain = report.lag.kind !== "mean";
    const table = new Table({
        head: ["a write has arrived", "at one other replica", `at all ${report.replicas}`],
        colAligns: ["left", "right", "right"],
        style: { head: [], border: [] },
    });
    for (const { probability, oneMs, allMs } of report.windows) {
        table.push([`with ${percent(probability)}`, `in ${time(oneMs)}`, `in ${time(allMs)}`]);
    }
    for (const { afterMs, one, all } of report.after) {
        table.push([`after ${time(afterMs)}`, percent(one, certain), percent(all, certain)]);
    }
    return [
        `lag ${time(report.meanMs)} on average; assumed: ${report.assumes}`,
        table.toString(),
        riskText(report),
        conflictText(report),
    ].join("\n");
}

function riskText({ atRisk, writesPerSecond }: ConsistencyReport): string {
    return atRisk === undefined
        ? "writes at risk: not asked for, say --rate <writes a second>"
        : `writes at risk at ${writesPerSecond} a second, if the region is lost: ${count(atRisk.nowhereElse)} are nowhere else (any at all with ${percent(atRisk.probabilityOfLoss)}), ${count(atRisk.notEverywhere)} not everywhere yet`;
}

function conflictText({ conflictProbability, keyWritesPerSecond }: ConsistencyReport): string {
    return conflictProbability === undefined
        ? "conflicts: not asked for, say --key-rate <writes a second of one key elsewhere>"
        : `conflicts at ${keyWritesPerSecond} a second of the same key elsewhere: at most ${percent(conflictProbability)} of its writes`;
}

/** @param certain whether it may be a certainty, and is not only near to one */
function percent(probability: number, certain = false): string {
    const shown = (100 * probability).toFixed(probability > 0.99 ? 3 : 1);
    return shown === "100.000" && !(certain && probability === 1)
        ? "> 99.999 %"
        : `${trimmed(shown)} %`;
}

function time(ms: number): string {
    return ms < 1000 ? `${trimmed(ms.toFixed(1))} ms` : `${trimmed((ms / 1000).toFixed(2))} s`;
}

function count(amount: number): string {
    return amount >= 100 ? amount.toFixed(0) : trimmed(amount.toPrecision(2));
}

/** Without the zeros that say nothing. */
function trimmed(digits: string): string {
    return digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
}
