import Table from "cli-table3";
import { InvalidArgumentError, Option, type Command } from "commander";

import { reconcileCommand, unrepaired } from "../commands/reconcile";
import {
    conflictPrefix,
    conflictSeconds,
    type ReconcileReport,
} from "../../runtime/store/reconcile/tables";
import { exitCodes } from "./exitCode";
import { backendOption, homeOption, jsonOption } from "./options";
import type { CommandScope } from "./scope";
import { openEstate } from "./session";

interface ReconcileFlags {
    readonly home: string;
    readonly repair?: boolean;
    readonly settleSeconds: number;
    readonly acceptBackendRegion?: boolean;
}

/** Differences that a terminal shows; `--json` has all of them. */
const mostShown = 50;

/** `reconcile`. */
export function addReconcileCommand(program: Command, scope: CommandScope): void {
    program
        .command("reconcile")
        .description("compare the regions' copies of the table, and say what differs")
        .option("--repair", "write what the regions can agree on; without this, a dry run")
        .addOption(
            new Option("--settle-seconds <seconds>", "how long what differs gets to arrive")
                .argParser(parseSettle)
                .default(5),
        )
        .addOption(backendOption())
        .addOption(homeOption())
        .addOption(jsonOption())
        .action((flags: ReconcileFlags) =>
            scope.run(async ({ wiring, output }) => {
                const estate = await openEstate(wiring, output, flags);
                const report = await reconcileCommand(estate, {
                    repair: flags.repair === true,
                    settleSeconds: flags.settleSeconds,
                    onProgress: (line) => output.progress(line),
                });
                output.result(report, reconcileText(report));
                return unrepaired(report).length > 0 ? exitCodes.objectiveMissed : exitCodes.done;
            }),
        );
}

function parseSettle(text: string): number {
    const seconds = Number(text);
    if (!(seconds >= 0 && seconds <= 600)) {
        throw new InvalidArgumentError("must be a number of seconds from 0 to 600");
    }
    return seconds;
}

export function reconcileText(report: ReconcileReport): string {
    const { items, differences, arrived, repair } = report;
    const regions = Object.keys(items);
    const counts = regions.map((region) => `${region} ${items[region]}`).join(", ");
    const lines = [`items: ${counts}`];
    if (arrived > 0) {
        lines.push(`${arrived} were on their way and have arrived`);
    }
    if (differences.length === 0) {
        return [...lines, "the copies are the same"].join("\n");
    }
    const table = new Table({
        head: ["item", "copies are", ...regions, ""],
        style: { head: [], border: [] },
    });
    for (const { key, relation, versions, outcome } of differences.slice(0, mostShown)) {
        table.push([
            `${key.pk} ${key.sk}`,
            relation,
            ...regions.map((region) => versions[region] ?? "-"),
            outcome.kind === "failed" ? `failed: ${outcome.reason}` : outcome.kind,
        ]);
    }
    const left = unrepaired(report).length;
    const gaveWay = differences.flatMap((difference) => difference.gaveWay).length;
    return [
        ...lines,
        table.toString(),
        ...(differences.length > mostShown
            ? [`and ${differences.length - mostShown} more: see --json`]
            : []),
        repair
            ? `${differences.length - left} repaired, ${left} left`
            : "a dry run: nothing was written; repair with: meridian reconcile --repair",
        ...(gaveWay > 0
            ? [
                  `${gaveWay} values gave way, and are on record for ${conflictSeconds / 86_400} days: ${conflictPrefix}<partition key>`,
              ]
            : []),
    ].join("\n");
}
