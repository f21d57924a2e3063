import Table from "cli-table3";
import { InvalidArgumentError, Option, type Command } from "commander";

import { failback, type FailbackReport } from "../commands/failback";
import { failover, type FailoverReport } from "../commands/failover";
import { settle, type SettleReport } from "../commands/settle";
import { failbackStages } from "../failbackPlan";
import { checkRegion } from "../failoverPlan";
import { probeLevers } from "../levers";
import { AwsProbes } from "../probes";
import { statusGate } from "../statusGate";
import { exitCodes } from "./exitCode";
import { backendOption, dryRunOption, homeOption, jsonOption, yesOption } from "./options";
import type { CommandScope } from "./scope";
import { openEstate, projectEstate } from "./session";

interface LaneFlags {
    readonly home: string;
    readonly yes?: boolean;
    readonly acceptBackendRegion?: boolean;
}

interface SettleFlags extends LaneFlags {
    readonly acceptDataLoss?: boolean;
}

interface FailbackFlags extends LaneFlags {
    readonly stage?: string;
    readonly wait: number;
}

/** `failover`, `settle` and `failback`. */
export function addLaneCommands(program: Command, scope: CommandScope): void {
    program
        .command("failover")
        .description("evacuate a region by the votes of the others")
        .argument("<region>", "the region that leaves service")
        .addOption(yesOption())
        .addOption(dryRunOption())
        .addOption(backendOption())
        .addOption(homeOption())
        .addOption(jsonOption())
        .action((region: string, flags: LaneFlags) => runFailover(scope, region, flags));

    program
        .command("settle")
        .description("take an evacuated region out of what votes do not reach")
        .argument("<region>", "the region that was voted out")
        .option(
            "--accept-data-loss",
            "its latest writes may be lost, if no other region can write otherwise",
        )
        .addOption(yesOption())
        .addOption(dryRunOption())
        .addOption(backendOption())
        .addOption(homeOption())
        .addOption(jsonOption())
        .action((region: string, flags: LaneFlags) => runSettle(scope, region, flags));

    program
        .command("failback")
        .description("bring a region back in stages")
        .argument("<region>", "the region that comes back")
        .addOption(
            new Option("--stage <stage>", "stop after this stage").choices(
                failbackStages.map((stage) => stage.id),
            ),
        )
        .addOption(
            new Option("--wait <seconds>", "how long each stage is watched before the next")
                .argParser(parseSeconds)
                .default(300),
        )
        .addOption(yesOption())
        .addOption(dryRunOption())
        .addOption(backendOption())
        .addOption(homeOption())
        .addOption(jsonOption())
        .action((region: string, flags: FailbackFlags) => runFailback(scope, region, flags));
}

function runFailover(scope: CommandScope, region: string, flags: LaneFlags): Promise<void> {
    return scope.run(async ({ wiring, output, signal }) => {
        checkRegion(region, (await projectEstate()).topology);
        const estate = await openEstate(wiring, output, flags);
        const yes = flags.yes === true;
        // Only a dry run asks Route 53: its control plane may be what failed, and votes do without.
        const levers = yes ? [] : await probeLevers(estate, region, awsProbes());
        const report = await failover(estate, {
            region,
            yes,
            signal,
            onProgress: (line) => output.progress(line),
        });
        for (const lever of levers.filter((one) => one.problem !== undefined)) {
            output.warn(`${lever.region}: ${lever.problem}`);
        }
        for (const vote of report.votes.filter((one) =>
            ["failed", "refused", "unavailable"].includes(one.outcome),
        )) {
            output.warn(`${vote.stack} does not vote: ${vote.detail}`);
        }
        output.result(yes ? report : { ...report, levers }, failoverText(report));
        return exitCodes.done;
    });
}

function runSettle(scope: CommandScope, region: string, flags: SettleFlags): Promise<void> {
    return scope.run(async ({ wiring, output, signal }) => {
        checkRegion(region, (await projectEstate()).topology);
        const estate = await openEstate(wiring, output, flags);
        const report = await settle(estate, {
            region,
            yes: flags.yes === true,
            acceptDataLoss: flags.acceptDataLoss === true,
            probes: awsProbes(),
            signal,
            onProgress: (line) => output.progress(line),
        });
        output.result(report, settleText(report));
        return exitCodes.done;
    });
}

function runFailback(scope: CommandScope, region: string, flags: FailbackFlags): Promise<void> {
    return scope.run(async ({ wiring, output, signal }) => {
        checkRegion(region, (await projectEstate()).topology);
        const estate = await openEstate(wiring, output, flags);
        const report = await failback(estate, {
            region,
            yes: flags.yes === true,
            ...(flags.stage === undefined ? {} : { through: flags.stage }),
            gate: statusGate(estate, awsProbes(), region, {
                waitSeconds: flags.wait,
                signal,
                onProgress: (line) => output.progress(line),
            }),
            signal,
            onProgress: (line) => output.progress(line),
        });
        for (const warning of report.stages.flatMap((stage) => stage.warnings)) {
            output.warn(warning);
        }
        output.result(report, failbackText(report));
        return exitCodes.done;
    });
}

function parseSeconds(text: string): number {
    const seconds = Number(text);
    if (!(seconds >= 0)) {
        throw new InvalidArgumentError("must be a number of seconds, 0 or more");
    }
    return seconds;
}

function awsProbes(): AwsProbes {
    return new AwsProbes({ resolver: process.env["REHEARSAL_DNS"] });
}

function failoverText(report: FailoverReport): string {
    const table = new Table({
        head: ["region", "vote", "took", ""],
        style: { head: [], border: [] },
    });
    for (const vote of report.votes) {
        table.push([vote.stack, vote.outcome, `${vote.seconds.toFixed(1)} s`, vote.detail]);
    }
    const last = report.dryRun
        ? `a dry run: nothing was written; evacuate with: meridian failover ${report.region} --yes`
        : `${report.region} is voted out; take it out of what votes do not reach with: meridian settle ${report.region}\n` +
          `bring it back with: meridian failback ${report.region}`;
    return `${table.toString()}\n${last}`;
}

function settleText(report: SettleReport): string {
    const lines = report.results.map(({ what, outcome, seconds, detail }) =>
        [
            `${what}: ${outcome}${outcome === "done" ? ` in ${seconds.toFixed(1)} s` : ""}`,
            ...(detail === undefined ? [] : [detail]),
        ].join("; "),
    );
    const last = report.dryRun
        ? `a dry run: nothing was written; settle with: meridian settle ${report.region} --yes`
        : report.complete
          ? `${report.region} is settled; bring it back with: meridian failback ${report.region}`
          : `${report.region} is settled but for what is left; run it again then: meridian settle ${report.region} --yes`;
    return [...lines, last].join("\n");
}

function failbackText(report: FailbackReport): string {
    const table = new Table({
        head: ["stage", "", "took", "stacks"],
        style: { head: [], border: [] },
    });
    for (const stage of report.stages) {
        table.push([
            stage.stage,
            stage.outcome,
            `${stage.seconds.toFixed(1)} s`,
            stage.stacks.join(", "),
        ]);
    }
    const last = report.dryRun
        ? `a dry run: nothing was written; fail back with: meridian failback ${report.region} --yes`
        : report.complete
          ? `${report.region} is back with all of its share`
          : `stopped as asked; go on with: meridian failback ${report.region} --yes`;
    return `${table.toString()}\n${last}`;
}
