import fs from "node:fs/promises";
import path from "node:path";

import { parseDocument } from "yaml";

import { stackNames } from "../../infra/topology";
import { AutomationError } from "../errors";
import { runPulumi } from "../pulumi/process";
import type { RehearsalPorts } from "../rehearsal";
import type { Wiring } from "../wiring";
import { readEstate } from "../chosenEstate";
import { gateMarkdown } from "../gate/markdown";
import { readProjectConfig } from "../projectConfig";
import { timeRules, type RuleTime } from "./benchRules";
import { deploy, ensureStacks } from "./deploy";
import { preview } from "./preview";
import { openRehearsal, type OpenRehearsal } from "./rehearsal";

/** Real seconds of the same deployment from nothing, twice, and of what is judged afterwards. */
export interface DeployTimes {
    /** As `meridian deploy` does it. */
    readonly ownSeconds: number;
    /** As `pulumi up` does it for each stack in turn, with Pulumi's own settings for TypeScript. */
    readonly plainSeconds: number;
    /** Previews of all stacks under the standing packs, as `meridian preview` does them. */
    readonly ownGateSeconds: number;
    /** As `pulumi preview` does them for each stack in turn. */
    readonly plainGateSeconds: number;
    /** The packs on ever more resources. */
    readonly rules: readonly RuleTime[];
}

export interface BenchDeployOptions {
    readonly repository: string;
    readonly home: string;
    readonly ports?: RehearsalPorts | undefined;
    readonly signal: AbortSignal;
    readonly onProgress: (line: string) => void;
}

/** Deploys the repository's estate into two rehearsal clouds, one after the other. Leaves nothing. */
export async function timeDeploys(
    wiring: Wiring,
    options: BenchDeployOptions,
): Promise<DeployTimes> {
    const { domain } = await readProjectConfig(
        options.repository,
        (await readEstate(options.repository)).configFolder,
    );
    options.onProgress("deploying the stacks, as meridian does");
    const own = await inRehearsal(wiring, options, async ({ estate }) => {
        const ownSeconds = await timed(() => deploy(estate, { ...options, fresh: true }));
        options.onProgress("previewing the stacks under the packs, as meridian does");
        const ownGateSeconds = await timed(async () => {
            const { gate } = await preview(estate, options);
            if (!gate.passed) {
                throw new AutomationError("failed", `the gate failed:\n${gateMarkdown(gate)}`);
            }
        });
        options.onProgress("judging ever more resources by the packs");
        return {
            ownSeconds,
            ownGateSeconds,
            rules: await timeRules(estate, domain, options.signal),
        };
    });
    options.onProgress("deploying the stacks one after the other, as pulumi does");
    const plain = await inRehearsal(wiring, options, async (opened) => {
        await usePlainRuntime(opened.estate.projectFolder);
        await ensureStacks(opened.estate, stackNames(opened.estate.topology), options.signal);
        const plainSeconds = await timed(() =>
            plainRuns(opened, ["up", "--yes", "--skip-preview"], options),
        );
        options.onProgress("previewing the stacks one after the other, as pulumi does");
        const plainGateSeconds = await timed(() => plainRuns(opened, ["preview"], options));
        return { plainSeconds, plainGateSeconds };
    });
    return { ...own, ...plain };
}

async function timed(run: () => Promise<unknown>): Promise<number> {
    const started = performance.now();
    await run();
    return (performance.now() - started) / 1000;
}

async function inRehearsal<T>(
    wiring: Wiring,
    options: BenchDeployOptions,
    run: (opened: OpenRehearsal) => Promise<T>,
): Promise<T> {
    const name = `bench-${process.pid}`;
    const opened = await openRehearsal(wiring, { ...options, name, fresh: true });
    const release = opened.rehearsal.hold();
    try {
        return await run(opened);
    } finally {
        release();
        await opened.close();
        await fs.rm(path.join(options.home, name), { recursive: true, force: true });
    }
}

/** The same engine, stacks, packs and cloud; only the order, the compiler and the checkpoints are Pulumi's. */
async function plainRuns(
    { engine, estate, environment }: OpenRehearsal,
    command: readonly string[],
    options: BenchDeployOptions,
): Promise<void> {
    for (const stack of stackNames(estate.topology)) {
        const started = performance.now();
        const { code, stdout, stderr } = await runPulumi({
            command: engine.pulumi,
            args: [
                ...[...command, "--stack", stack],
                ...["--non-interactive", "--color", "never", "--suppress-progress"],
                ...estate.policyPacks.standing.flatMap(({ folder }) => ["--policy-pack", folder]),
            ],
            cwd: estate.projectFolder,
            environment: {
                ...process.env,
                ...environment,
                // Our tsconfig.json says otherwise, for ts-node.
                PULUMI_NODEJS_TRANSPILE_ONLY: "false",
            },
            signal: options.signal,
        });
        if (code !== 0) {
            throw new AutomationError(
                "failed",
                `${stack}: pulumi ${command[0]} failed:\n${stdout}${stderr}`,
            );
        }
        const seconds = (performance.now() - started) / 1000;
        options.onProgress(`${stack}: ${seconds.toFixed(1)} s`);
    }
}

/** What `pulumi new` writes: the program's TypeScript is Pulumi's business. */
async function usePlainRuntime(projectFolder: string): Promise<void> {
    const file = path.join(projectFolder, "Pulumi.yaml");
    const document = parseDocument(await fs.readFile(file, "utf8"));
    document.set("runtime", "nodejs");
    await fs.writeFile(file, document.toString({ lineWidth: 0 }));
}
