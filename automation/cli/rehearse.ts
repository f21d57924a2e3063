import path from "node:path";

import Table from "cli-table3";
import { Option, type Command } from "commander";

import type { EstateName } from "../../infra/topology";
import { deployFigures, drillFigures, type BenchFigure } from "../commands/bench";
import { timeDeploys, type BenchDeployOptions } from "../commands/benchDeploy";
import {
    benchParts,
    processParts,
    runBenchPart,
    type BenchPart,
    type PartReport,
} from "../commands/benchParts";
import { defaultObjectives, drillCommand, type DrillOutcome } from "../commands/drill";
import { exportLines, guideText, sandboxCommand } from "../commands/sandbox";
import { faultKinds, globalControlPlanesHome, type FaultKind } from "../drill/scenario";
import { summaryOf } from "../drill/summary";
import { MemoryWatch } from "../memory";
import type { RehearsalPorts } from "../rehearsal";
import { exitCodes, type ExitCode } from "./exitCode";
import { estateOption, homeOption, jsonOption, portsOption } from "./options";
import type { CommandScope, CommandTools } from "./scope";
import { repository } from "./session";

interface DrillFlags {
    readonly home: string;
    readonly fault: FaultKind;
    readonly region: string;
    readonly objectives: string;
    readonly ports?: RehearsalPorts;
}

/** `drill`, `sandbox`, `bench`. */
export function addRehearsalCommands(program: Command, scope: CommandScope): void {
    program
        .command("drill")
        .description("rehearse a regional failover from end to end, on the rehearsal cloud")
        .addOption(
            new Option("--fault <fault>", "what goes wrong").choices(faultKinds).default("gray"),
        )
        .option("--region <region>", "where", globalControlPlanesHome)
        .option("--objectives <file>", "what it is judged by", defaultObjectives)
        .addOption(portsOption())
        .addOption(homeOption())
        .addOption(jsonOption())
        .action((flags: DrillFlags) =>
            scope.run(async (tools) => {
                const { report, file } = await runDrill(tools, flags);
                const { output } = tools;
                output.result(report, `${summaryOf(report, output.colours)}\n\nreport: ${file}`);
                return exitCodeOf(report.result);
            }),
        );

    program
        .command("bench")
        .description("measure, and print the figures against what is to be reached")
        .addOption(
            new Option("--only <part...>", "what to measure")
                .choices(benchParts)
                .default(benchParts, "all"),
        )
        .addOption(portsOption())
        .addOption(homeOption())
        .addOption(jsonOption())
        .action((flags: { home: string; ports?: RehearsalPorts; only: readonly BenchPart[] }) =>
            scope.run(async (tools) => {
                const reports: PartReport[] = [];
                if (flags.only.includes("drill")) {
                    const figures = await benchDrill(tools, flags);
                    if (figures === undefined) {
                        return exitCodes.failed;
                    }
                    reports.push({ figures: [...figures], tables: [] });
                }
                if (flags.only.includes("deployments")) {
                    const deploys = await timeDeploys(tools.wiring, rehearsalOf(tools, flags));
                    reports.push({ figures: [...deployFigures(deploys)], tables: [] });
                }
                for (const part of processParts.filter((one) => flags.only.includes(one))) {
                    tools.output.progress(`measuring ${part}`);
                    reports.push(await runBenchPart(part, { ...tools, repository }));
                }
                const figures = reports.flatMap((report) => report.figures);
                const tables = reports.flatMap((report) => report.tables);
                tools.output.result({ figures, tables }, benchText({ figures, tables }));
                return figures.every((one) => one.reached)
                    ? exitCodes.done
                    : exitCodes.objectiveMissed;
            }),
        );

    program
        .command("sandbox")
        .description("keep the rehearsal cloud running and say how to use it")
        .option("--deploy", "deploy the stacks into it first")
        .addOption(estateOption())
        .option("--exports", "print only the lines for a shell's eval")
        .addOption(portsOption())
        .addOption(homeOption())
        .addOption(jsonOption())
        .action(
            (flags: {
                home: string;
                ports?: RehearsalPorts;
                estate?: EstateName;
                deploy?: boolean;
                exports?: boolean;
            }) =>
                scope.run(async ({ wiring, output, signal }) => {
                    await sandboxCommand(wiring, {
                        repository,
                        home: flags.home,
                        ports: flags.ports,
                        estate: flags.estate,
                        deploy: flags.deploy === true,
                        signal,
                        onProgress: (line) => output.progress(line),
                        onReady: (guide) =>
                            output.result(
                                guide,
                                flags.exports === true
                                    ? exportLines(guide.environment, process.env["PATH"] ?? "")
                                    : guideText(guide, process.env["PATH"] ?? ""),
                            ),
                    });
                    return exitCodes.done;
                }),
        );
}

/** @returns undefined when the drill was aborted */
async function benchDrill(
    tools: CommandTools,
    flags: { readonly home: string; readonly ports?: RehearsalPorts },
): Promise<readonly BenchFigure[] | undefined> {
    const memory = new MemoryWatch();
    memory.start();
    const { report } = await runDrill(tools, {
        ...flags,
        fault: "gray",
        region: globalControlPlanesHome,
        objectives: defaultObjectives,
    }).finally(() => memory.stop());
    if (report.result === "aborted") {
        tools.output.error(report.error ?? "the drill was aborted");
        return undefined;
    }
    return drillFigures(report, memory.stop());
}

function benchText({ figures, tables }: PartReport): string {
    const rows = figures.map(({ what, measured, reach, reached }) => [
        what,
        measured,
        reach,
        reach === "" ? "" : reached ? "reached" : "missed",
    ]);
    return [
        ...tables.map(({ title, head, rows: cells }) => `${title}\n${tableText(head, cells)}`),
        tableText(["figure", "measured", "to reach", ""], rows),
    ].join("\n\n");
}

function tableText(head: readonly string[], rows: readonly (readonly string[])[]): string {
    const table = new Table({ head: [...head], style: { head: [], border: [] } });
    table.push(...rows.map((row) => [...row]));
    return table.toString();
}

function runDrill(tools: CommandTools, flags: DrillFlags): Promise<DrillOutcome> {
    return drillCommand(tools.wiring, {
        ...flags,
        ...rehearsalOf(tools, flags),
        reports: path.join(repository, "reports"),
    });
}

function rehearsalOf(
    { output, signal }: CommandTools,
    { home, ports }: Pick<DrillFlags, "home" | "ports">,
): BenchDeployOptions {
    return { repository, home, ports, signal, onProgress: (line) => output.progress(line) };
}

function exitCodeOf(result: "met" | "missed" | "aborted"): ExitCode {
    switch (result) {
        case "met":
            return exitCodes.done;
        case "missed":
            return exitCodes.objectiveMissed;
        case "aborted":
            return exitCodes.failed;
    }
}
