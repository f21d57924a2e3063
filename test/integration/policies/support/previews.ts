import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { build } from "esbuild";

import { compiledPack } from "../../../../automation/pulumi/compiledPack";
import { summarizeEvents } from "../../../../automation/pulumi/events";
import { nodeOptions } from "../../../../automation/pulumi/nodeOptions";
import { resourceTypes } from "../../../../sandbox/aws/types";
import { ControlPlane } from "../../../../sandbox/world/controlPlane";
import { ProviderEndpoint } from "../../../../sandbox/world/server";
import { fakeWorld } from "../../../sandbox/support/fakeWorld";
import { type Bench, createBench } from "../../support/project";
import { previewOnlyTypes } from "./plainTypes";

const root = path.join(__dirname, "..", "..", "..", "..");

/** What a preview under the packs had to say. */
export interface Verdict {
    /** `<rule>: <logical name>` of each violation, sorted, each once. */
    readonly caught: readonly string[];
    /** The same with the rules' own words. */
    readonly messages: readonly string[];
    /** `<rule>: <logical name>` of what could not be judged in a preview. */
    readonly unjudged: readonly string[];
    /** `<logical name>: <why>` of what AWS refuses. Rules on the stack as a whole are not asked then. */
    readonly refusals: readonly string[];
    /** What went wrong else: the program, the pack, the engine. */
    readonly errors: readonly string[];
    /** Inputs that each resource would be made with, by `<type> <logical name>`. */
    readonly inputs: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Settings of rules, by rule. */
export type PackSettings = Readonly<Record<string, unknown>>;

/** Previews of whole programs on the real engine, under the resilience pack. */
export interface Previews {
    /**
     * Previews the program, as soon as the ones before leave room.
     *
     * @param settings @default the pack's defaults
     */
    judge(file: string, settings?: PackSettings): Promise<Verdict>;
    close(): Promise<void>;
}

/** How the engine passes on what a provider's check finds. */
const refusal = /^[^:]+: aws:\S+ resource '[^']+'(: property .+ value .+)? has a problem: /s;

/** A preview takes one or two, more on a busy machine; one that hangs must not take the others along. */
const mostSeconds = 300;

const project = `name: violations
runtime:
  name: nodejs
  options:
    typescript: false
`;

/** Compiles the programs, all at once, and sets the engine up; `close` it afterwards. */
export async function openPreviews(files: readonly string[]): Promise<Previews> {
    const world = fakeWorld();
    const types = [...resourceTypes, ...previewOnlyTypes];
    const endpoint = new ProviderEndpoint(world, new ControlPlane(world, { types }));
    await endpoint.start();
    const bench = await createBench();
    const [pack] = await Promise.all([
        compiledPack(path.join(root, "policies", "resilience")),
        compile(files, bench.folder),
    ]);
    const environment = {
        REHEARSAL_CLOUD_URL: endpoint.url(),
        AWS_ACCESS_KEY_ID: "AKIAREHEARSALCLOUD00",
        AWS_SECRET_ACCESS_KEY: "rehearsal",
        // `--event-log` is only there with it.
        PULUMI_DEBUG_COMMANDS: "true",
        NODE_OPTIONS: nodeOptions(),
    };
    const { status, stderr } = await projectOf(bench, "init", "").pulumi(
        ["stack", "init", "dev"],
        environment,
    );
    if (status !== 0) {
        throw new Error(`cannot make the stack: ${stderr}`);
    }
    const limit = limited(Math.max(2, os.availableParallelism()));
    return {
        judge: (file, settings) => limit(() => judge(bench, file, { pack, settings }, environment)),
        close: async () => {
            await endpoint.stop();
            bench.remove();
            world.close();
        },
    };
}

/** One file each, beside the projects: a program in TypeScript would bring a compiler with it. */
async function compile(files: readonly string[], folder: string): Promise<void> {
    await build({
        entryPoints: [...files],
        outdir: path.join(folder, "compiled"),
        entryNames: "[name]",
        bundle: true,
        packages: "external",
        platform: "node",
        format: "cjs",
        target: "node20",
        logLevel: "silent",
    });
}

/** Every program has a folder of its own, and all share a stack, which no preview changes. */
function projectOf(bench: Bench, name: string, program: string): ReturnType<Bench["project"]> {
    return bench.project(name, {
        "Pulumi.yaml": project,
        "Pulumi.dev.yaml": "config:\n  aws:region: eu-west-1\n",
        "package.json": JSON.stringify({
            name: "violations",
            main: "index.js",
            dependencies: { "@pulumi/aws": "*", "@pulumi/pulumi": "*" },
        }),
        "index.js": program,
    });
}

async function judge(
    bench: Bench,
    file: string,
    { pack, settings }: { readonly pack: string; readonly settings: PackSettings | undefined },
    environment: NodeJS.ProcessEnv,
): Promise<Verdict> {
    const name = path.basename(file, ".ts");
    const compiled = path.join(bench.folder, "compiled", `${name}.js`);
    const folder = settings === undefined ? name : `${name}-configured`;
    const at = projectOf(bench, folder, fs.readFileSync(compiled, "utf8"));
    const log = path.join(at.folder, "events.log");
    const settingsFile = path.join(at.folder, "settings.json");
    if (settings !== undefined) {
        fs.writeFileSync(settingsFile, JSON.stringify(settings));
    }
    const { child, outcome } = at.start(
        [
            ...["preview", "--stack", "dev", "--event-log", log, "--policy-pack", pack],
            ...(settings === undefined ? [] : ["--policy-pack-config", settingsFile]),
        ],
        environment,
    );
    const watchdog = setTimeout(() => child.kill("SIGKILL"), mostSeconds * 1000);
    const { status, stdout, stderr } = await outcome;
    clearTimeout(watchdog);
    const text = fs.existsSync(log) ? fs.readFileSync(log, "utf8") : "";
    const events = summarizeEvents(text.split("\n"));
    const label = (rule: string, urn: string): string =>
        `${rule}: ${urn.split("::").slice(3).join("::")}`;
    const once = (labels: readonly string[]): readonly string[] => [...new Set(labels)].sort();
    const caught = once(events.violations.map(({ policy, resource }) => label(policy, resource)));
    const refusals = events.errors.filter((error) => refusal.test(error));
    const ran =
        refusals.length > 0 ||
        (events.packs.length > 0 && events.packs.every(({ finished }) => finished));
    const asExpected = ran && (status === 0) === (caught.length + refusals.length === 0);
    return {
        caught,
        messages: events.violations.map(
            ({ policy, resource, message }) => `${label(policy, resource)}: ${message}`,
        ),
        unjudged: once(events.unjudged.map(({ policy, resource }) => label(policy, resource))),
        refusals,
        errors: [
            ...events.errors.filter(
                (error) => !refusals.includes(error) && !/preview failed$/.test(error),
            ),
            ...(asExpected ? [] : [`exit status ${status}: ${stdout}${stderr}`]),
        ],
        inputs: Object.fromEntries(
            events.changes.map((change) => [`${change.type} ${change.name}`, change.newInputs]),
        ),
    };
}

/** Runs at most so many at a time, in the order they were asked for. */
function limited(most: number): <T>(run: () => Promise<T>) => Promise<T> {
    let running = 0;
    const waiting: (() => void)[] = [];
    return async (run) => {
        if (running >= most) {
            await new Promise<void>((resolve) => waiting.push(resolve));
        } else {
            running++;
        }
        try {
            return await run();
        } finally {
            const next = waiting.shift();
            if (next === undefined) {
                running--;
            } else {
                next();
            }
        }
    };
}
