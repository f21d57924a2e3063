import { spawn, type ChildProcessByStdio } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";

import { prepareEngine, type Engine } from "../../../sandbox/engine";

const root = path.join(__dirname, "..", "..", "..");

export interface Outcome {
    readonly status: number | null;
    readonly stdout: string;
    readonly stderr: string;
}

/** A home and a file backend of its own, with the engine prepared in it. */
export interface Bench {
    readonly folder: string;
    readonly engine: Engine;
    readonly environment: NodeJS.ProcessEnv;
    /** Makes a project folder from file names and texts, with the clone's own packages. */
    project(name: string, files: Readonly<Record<string, string>>): Project;
    remove(): void;
}

export interface Project {
    readonly folder: string;
    /** Starts the CLI in the project's folder. */
    start(args: readonly string[], environment?: NodeJS.ProcessEnv): PulumiProcess;
    /** Runs the CLI to its end. */
    pulumi(args: readonly string[], environment?: NodeJS.ProcessEnv): Promise<Outcome>;
    /** The stack's outputs, secrets in the clear. */
    outputs(stack: string): Promise<Record<string, unknown>>;
}

export interface PulumiProcess {
    readonly child: ChildProcessByStdio<null, Readable, Readable>;
    readonly outcome: Promise<Outcome>;
    /** Resolves when the CLI's output contains the text; rejects when it ends without. */
    says(text: string): Promise<void>;
}

/** Sets up a bench; `remove` it afterwards. */
export async function createBench(): Promise<Bench> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "meridian-bench-"));
    const home = path.join(folder, "home");
    const state = path.join(folder, "state");
    fs.mkdirSync(state);
    const engine = await prepareEngine({ home, onProgress: () => {} });
    const environment: NodeJS.ProcessEnv = {
        ...process.env,
        ...engine.environment,
        PULUMI_BACKEND_URL: `file://${state}`,
        PULUMI_CONFIG_PASSPHRASE: "bench",
        NO_COLOR: "1",
    };
    return {
        folder,
        engine,
        environment,
        project: (name, files) =>
            createProject(path.join(folder, name), files, engine, environment),
        remove: () => fs.rmSync(folder, { recursive: true, force: true }),
    };
}

function createProject(
    folder: string,
    files: Readonly<Record<string, string>>,
    engine: Engine,
    base: NodeJS.ProcessEnv,
): Project {
    for (const [name, text] of Object.entries(files)) {
        const file = path.join(folder, name);
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, text);
    }
    fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));

    const start: Project["start"] = (args, environment = {}) => {
        const child = spawn(engine.pulumi, [...args, "--non-interactive"], {
            cwd: folder,
            env: { ...base, ...environment },
            stdio: ["ignore", "pipe", "pipe"],
        });
        let stdout = "";
        let stderr = "";
        const listeners = new Set<() => void>();
        child.stdout.setEncoding("utf8").on("data", (text: string) => {
            stdout += text;
            listeners.forEach((listener) => listener());
        });
        child.stderr.setEncoding("utf8").on("data", (text: string) => {
            stderr += text;
            listeners.forEach((listener) => listener());
        });
        const outcome = new Promise<Outcome>((resolve, reject) => {
            child.on("error", reject);
            child.on("close", (status) => resolve({ status, stdout, stderr }));
        });
        const says = (text: string): Promise<void> =>
            new Promise((resolve, reject) => {
                const look = (): void => {
                    if ((stdout + stderr).includes(text)) {
                        listeners.delete(look);
                        resolve();
                    }
                };
                listeners.add(look);
                look();
                void outcome.then(() =>
                    reject(new Error(`ended without saying "${text}":\n${stdout}${stderr}`)),
                );
            });
        return { child, outcome, says };
    };
    const pulumi: Project["pulumi"] = (args, environment) => start(args, environment).outcome;
    return {
        folder,
        start,
        pulumi,
        outputs: async (stack) => {
            const { stdout, status, stderr } = await pulumi([
                "stack",
                "output",
                "--json",
                "--show-secrets",
                "--stack",
                stack,
            ]);
            if (status !== 0) {
                throw new Error(stderr);
            }
            return JSON.parse(stdout) as Record<string, unknown>;
        },
    };
}

/** A project file set: `Pulumi.yaml`, `package.json`, and the program. */
export function programFiles(name: string, program: string): Readonly<Record<string, string>> {
    return {
        "Pulumi.yaml": `name: ${name}\nruntime: nodejs\n`,
        "package.json": JSON.stringify({
            name,
            main: "index.ts",
            dependencies: { "@pulumi/pulumi": "*" },
        }),
        "tsconfig.json": JSON.stringify({
            compilerOptions: { strict: true, module: "nodenext", moduleResolution: "nodenext" },
            files: ["index.ts"],
        }),
        "index.ts": program,
    };
}
