import { InvalidArgumentError, Option, type Command } from "commander";

import { regionNames } from "../../infra/topology";
import {
    consistency,
    consistencyWarnings,
    drillLag,
    type LagSource,
} from "../commands/consistency";
import { consistencyText } from "../commands/consistencyText";
import { AutomationError } from "../errors";
import { exitCodes } from "./exitCode";
import { jsonOption } from "./options";
import type { CommandScope } from "./scope";

interface ConsistencyFlags {
    readonly lag?: number;
    readonly floor?: number;
    readonly measured?: readonly number[];
    readonly report?: string;
    readonly replicas: number;
    readonly after: readonly number[];
    readonly rate?: number;
    readonly keyRate?: number;
}

/** `consistency`. */
export function addConsistencyCommand(program: Command, scope: CommandScope): void {
    program
        .command("consistency")
        .description("how long regions may differ, and what a sudden loss takes along")
        .addOption(
            new Option("--lag <ms>", "mean replication lag, milliseconds")
                .argParser(parseNumber)
                .conflicts(["measured", "report"]),
        )
        .addOption(
            new Option("--floor <ms>", "the least that lag can be, with --lag")
                .argParser(parseNumber)
                .conflicts(["measured", "report"]),
        )
        .addOption(
            new Option("--measured <ms...>", "lag of single writes, as measured")
                .argParser((text: string, others: readonly number[] | undefined) => [
                    ...(others ?? []),
                    parseNumber(text),
                ])
                .conflicts("report"),
        )
        .option("--report <file>", "a drill's report, for the worst lag that it measured")
        .addOption(
            new Option("--replicas <n>", "other replicas that a write goes to")
                .argParser(parseNumber)
                .default(regionNames().length - 1),
        )
        .addOption(
            new Option("--after <ms...>", "times to give the probability for")
                .argParser((text: string, others: readonly number[] | undefined) => [
                    ...(others === defaultAfterMs ? [] : (others ?? [])),
                    parseNumber(text),
                ])
                .default(defaultAfterMs, defaultAfterMs.join(" ")),
        )
        .addOption(
            new Option("--rate <n>", "writes a second in the region that may be lost").argParser(
                parseNumber,
            ),
        )
        .addOption(
            new Option(
                "--key-rate <n>",
                "writes a second of one key in all other regions together",
            ).argParser(parseNumber),
        )
        .addOption(jsonOption())
        .action((flags: ConsistencyFlags) =>
            scope.run(async ({ output }) => {
                const report = consistency({
                    lag: await lagOf(flags),
                    replicas: flags.replicas,
                    afterMs: flags.after,
                    ...(flags.rate === undefined ? {} : { writesPerSecond: flags.rate }),
                    ...(flags.keyRate === undefined ? {} : { keyWritesPerSecond: flags.keyRate }),
                });
                for (const warning of consistencyWarnings(report)) {
                    output.warn(warning);
                }
                output.result(report, consistencyText(report));
                return exitCodes.done;
            }),
        );
}

const defaultAfterMs: readonly number[] = [200, 1000];

async function lagOf({ lag, floor, measured, report }: ConsistencyFlags): Promise<LagSource> {
    if (lag !== undefined) {
        return { kind: "mean", meanMs: lag, floorMs: floor ?? 0 };
    }
    if (floor !== undefined) {
        throw new AutomationError("usage", `--floor ${floor} needs a mean: say --lag <ms> as well`);
    }
    if (measured !== undefined) {
        return { kind: "measured", samplesMs: measured };
    }
    if (report !== undefined) {
        return drillLag(report);
    }
    throw new AutomationError(
        "usage",
        "there is no lag to compute with: say --lag <ms>, --measured <ms...> or --report <drill.json>",
    );
}

function parseNumber(text: string): number {
    const value = text.trim() === "" ? NaN : Number(text);
    if (!(Number.isFinite(value) && value >= 0)) {
        throw new InvalidArgumentError("must be a number, 0 or more");
    }
    return value;
}
