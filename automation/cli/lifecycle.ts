import { Option, type Command } from "commander";

import type { EstateName } from "../../infra/topology";
import { audit, auditText } from "../commands/audit";
import { deploy, describe } from "../commands/deploy";
import { deletionProtectionNotice, destroy, destroyOrder } from "../commands/destroy";
import { preview, previewText } from "../commands/preview";
import { status, statusText } from "../commands/status";
import { prepareReports, writeReports, type ReportFiles } from "../gate/files";
import { measureLag } from "../lagProbe";
import { AwsProbes } from "../probes";
import type { Update } from "../stacks";
import { exitCodes } from "./exitCode";
import {
    backendOption,
    dryRunOption,
    estateOption,
    homeOption,
    jsonOption,
    junitOption,
    markdownOption,
    sarifOption,
    stackOption,
    yesOption,
} from "./options";
import type { CommandScope } from "./scope";
import { openEstate, openStacks } from "./session";

interface LifecycleFlags {
    readonly home: string;
    readonly stack?: readonly string[];
    readonly estate?: EstateName;
    readonly yes?: boolean;
    readonly dryRun?: boolean;
    readonly acceptBackendRegion?: boolean;
}

interface PreviewFlags extends LifecycleFlags, ReportFiles {
    readonly against?: string;
}

/** `deploy`, `preview`, `audit`, `status`, `destroy`. */
export function addLifecycleCommands(program: Command, scope: CommandScope): void {
    program
        .command("deploy")
        .description("deploy the region stacks in parallel, then the global stack")
        .addOption(stackOption())
        .addOption(estateOption())
        .option("--dry-run", "the same as `meridian preview`")
        .option("--yes", "accepted and not needed: deploying asks nothing")
        .addOption(backendOption())
        .addOption(homeOption())
        .addOption(jsonOption())
        .action((flags: LifecycleFlags) =>
            flags.dryRun === true ? runPreview(scope, flags) : runDeploy(scope, flags),
        );

    program
        .command("preview")
        .description(
            "show each stack's change and every policy violation; fails on a mandatory one, and when a stack could not be previewed or a pack fails",
        )
        .addOption(stackOption())
        .addOption(
            new Option(
                "--against <revision>",
                "also compare with another revision: who is answered by which region, capacity and recovery time",
            ).conflicts("stack"),
        )
        .addOption(markdownOption("write the verdict as a comment for a pull request"))
        .addOption(sarifOption())
        .addOption(junitOption())
        .addOption(backendOption())
        .addOption(homeOption())
        .addOption(jsonOption())
        .action((flags: PreviewFlags) => runPreview(scope, flags));

    program
        .command("audit")
        .description(
            "judge what is deployed by the policy packs: runs no program and asks no cloud; fails on a mandatory violation, and when a stack could not be judged or a pack fails",
        )
        .addOption(stackOption())
        .addOption(markdownOption("write the verdict as the text of an issue"))
        .addOption(sarifOption())
        .addOption(junitOption())
        .addOption(homeOption())
        .addOption(jsonOption())
        .action((flags: LifecycleFlags & ReportFiles) => runAudit(scope, flags));

    program
        .command("status")
        .description("show how each region stands")
        .option("--lag", "measure replication lag: writes one expiring canary item per region")
        .addOption(homeOption())
        .addOption(jsonOption())
        .action((flags: { home: string; lag?: boolean }) =>
            scope.run(async ({ wiring, output }) => {
                const estate = await openEstate(wiring, output, {
                    ...flags,
                    acceptBackendRegion: true,
                });
                const probes = new AwsProbes({ resolver: process.env["REHEARSAL_DNS"] });
                const report = await status(
                    estate,
                    probes,
                    flags.lag === true ? measureLag : undefined,
                );
                output.result(report, statusText(report));
                return exitCodes.done;
            }),
        );

    program
        .command("destroy")
        .description("take the stacks down: global first, then the regions")
        .addOption(stackOption())
        .addOption(yesOption())
        .addOption(dryRunOption())
        .addOption(homeOption())
        .addOption(jsonOption())
        .action((flags: LifecycleFlags) => runDestroy(scope, flags));
}

function runDeploy(scope: CommandScope, flags: LifecycleFlags): Promise<void> {
    return scope.run(async ({ wiring, output, signal }) => {
        const estate = await openEstate(wiring, output, flags);
        const updates = await deploy(estate, {
            ...chosen(flags),
            changeEstate: flags.estate !== undefined,
            signal,
            onProgress: (line) => output.progress(line),
        });
        output.result({ stacks: updates.map(brief) }, updates.map(describe).join("\n"));
        return exitCodes.done;
    });
}

function runPreview(scope: CommandScope, flags: PreviewFlags): Promise<void> {
    return scope.run(async ({ wiring, output, signal }) => {
        await prepareReports(flags);
        const estate = await openEstate(wiring, output, { ...flags, acceptBackendRegion: true });
        const report = await preview(estate, {
            ...chosen(flags),
            ...(flags.against === undefined
                ? {}
                : {
                      against: {
                          revision: flags.against,
                          openStacks: (folder: string) =>
                              openStacks(wiring, output, flags.home, folder),
                      },
                  }),
            signal,
            onProgress: (line) => output.progress(line),
        });
        await writeReports(report.gate, flags);
        const { passed, packFailures, consequences } = report.gate;
        output.result(
            { ok: passed, stacks: report.stacks.map(brief), packFailures, consequences },
            previewText(report),
        );
        return passed ? exitCodes.done : exitCodes.failed;
    });
}

function runAudit(scope: CommandScope, flags: LifecycleFlags & ReportFiles): Promise<void> {
    return scope.run(async ({ wiring, output, signal }) => {
        await prepareReports(flags);
        const estate = await openEstate(wiring, output, { ...flags, acceptBackendRegion: true });
        const report = await audit(estate, {
            ...chosen(flags),
            signal,
            onProgress: (line) => output.progress(line),
        });
        await writeReports(report, flags);
        const stacks = report.stacks.map(({ stack, seconds, findings, failure }) => ({
            stack,
            seconds,
            findings,
            failure,
        }));
        output.result(
            { ok: report.passed, stacks, packFailures: report.packFailures },
            auditText(report),
        );
        return report.passed ? exitCodes.done : exitCodes.failed;
    });
}

function runDestroy(scope: CommandScope, flags: LifecycleFlags): Promise<void> {
    return scope.run(async ({ wiring, output, signal }) => {
        const estate = await openEstate(wiring, output, { ...flags, acceptBackendRegion: true });
        if (flags.yes !== true) {
            const parts = destroyOrder(estate, flags.stack);
            const order = parts.map((part) => part.join(", ")).join(", then ");
            output.result(
                { dryRun: true, stacks: parts.flat(), notice: deletionProtectionNotice },
                `would destroy ${order}; add --yes to do it\n${deletionProtectionNotice}`,
            );
            return exitCodes.done;
        }
        output.progress(deletionProtectionNotice);
        const updates = await destroy(estate, {
            ...chosen(flags),
            signal,
            onProgress: (line) => output.progress(line),
        });
        output.result({ stacks: updates.map(brief) }, updates.map(describe).join("\n"));
        return exitCodes.done;
    });
}

function chosen(flags: LifecycleFlags): { readonly stacks?: readonly string[] } {
    return flags.stack === undefined ? {} : { stacks: flags.stack };
}

/** An update without the inputs of its resources, which may be long. */
function brief(update: Update): unknown {
    return {
        stack: update.stack,
        seconds: update.seconds,
        counts: update.counts,
        changes: update.changes.map(({ urn, operation, paths }) => ({ urn, operation, paths })),
        violations: update.violations,
        unjudged: update.unjudged,
        error: update.error?.message,
    };
}
