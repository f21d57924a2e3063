import fs from "node:fs/promises";
import path from "node:path";

import { parseDocument } from "yaml";

import { stackNames } from "../../infra/topology";
import { AutomationError } from "../errors";
import { runPulumi } from "../pulumi/process";
import type { RehearsalPorts } from "../rehearsal";
import type { Wiring } from "../wiring";
import { deploy, ensureStacks } from "./deploy";
import { openRehearsal, type OpenRehearsal } from "./rehearsal";

/** Real seconds of the same deployment from nothing, twice. */
export interface DeployTimes {
    /** As `meridian deploy` does it. */
    readonly ownSeconds: number;
    /** As `pulumi up` does it for each stack in turn, with Pulumi's own settings for TypeScript. */
    readonly plainSeconds: number;
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
    options.onProgress("deploying the stacks, as meridian does");
    const ownSeconds = await inRehearsal(wiring, options, async ({ estate }) => {
        await deploy(estate, { ...options, fresh: true });
    });
    options.onProgress("deploying the stacks one after the other, as pulumi does");
    const plainSeconds = await inRehearsal(wiring, options, (opened) =>
        plainDeploy(opened, options),
    );
    return { ownSeconds, plainSeconds };
}

async function inRehearsal(
    wiring: Wiring,
    options: BenchDeployOptions,
    run: (opened: OpenRehearsal) => Promise<void>,
): Promise<number> {
    const name = `bench-${process.pid}`;
    const opened = await openRehearsal(wiring, { ...options, name, fresh: true });
    const release = opened.rehearsal.hold();
    try {
        const started = performance.now();
        await run(opened);
        return (performance.now() - started) / 1000;
    } finally {
        release();
        await opened.close();
        await fs.rm(path.join(options.home, name), { recursive: true, force: true });
    }
}

/** The same engine, stacks, packs and cloud; only the order, the compiler and the checkpoints are Pulumi's. */
async function plainDeploy(opened: OpenRehearsal, options: BenchDeployOptions): Promise<void> {
    const { engine, estate, environment } = opened;
    const stacks = stackNames(estate.topology);
    await usePlainRuntime(estate.projectFolder);
    await ensureStacks(estate, stacks, options.signal);
    for (const stack of stacks) {
        const started = performance.now();
        const { code, stdout, stderr } = await runPulumi({
            command: engine.pulumi,
            args: [
                ...["up", "--yes", "--skip-preview", "--stack", stack],
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
            throw new AutomationError("failed", `${stack}: pulumi up failed:\n${stdout}${stderr}`);
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
