import { spawn } from "node:child_process";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

export interface PulumiProcessOptions {
    readonly command: string;
    readonly args: readonly string[];
    /** Texts that the CLI reads from files, or writes over. @default none */
    readonly files?: readonly string[];
    readonly cwd: string;
    readonly environment: NodeJS.ProcessEnv;
    /** The first abort asks the engine to stop after the operations in flight. */
    readonly signal?: AbortSignal | undefined;
    /** How long after the abort the engine is killed. @default 20 */
    readonly graceSeconds?: number;
    /** Told the process id once it runs. */
    readonly onStart?: (pid: number) => void;
}

export interface PulumiProcessResult {
    /** Exit status; `null` when a signal ended it. */
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
    /** Lines of the event log, oldest first; empty without `--event-log`. */
    readonly eventLines: readonly string[];
    /** `files` as the CLI left them. */
    readonly files: readonly string[];
}

/**
 * Runs the Pulumi CLI once, in a process group of its own and with its output in files. Its own
 * group, because Ctrl-C on a terminal reaches the whole foreground group and a second interrupt
 * makes the engine drop what it is doing. Files, because a pipe whose reader was killed ends the
 * engine in mid-update, while one that writes to a file finishes and frees its lock.
 *
 * `args` may hold `{events}`, the place of the event log, and `{file:<n>}`, the place of `files[n]`.
 */
export async function runPulumi(options: PulumiProcessOptions): Promise<PulumiProcessResult> {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "meridian-pulumi-"));
    const events = path.join(folder, "events.jsonl");
    const stdoutFile = await fs.open(path.join(folder, "stdout"), "w+");
    const stderrFile = await fs.open(path.join(folder, "stderr"), "w+");
    try {
        const files = await Promise.all(
            (options.files ?? []).map(async (text, i) => {
                const file = path.join(folder, `file-${i}.json`);
                await fs.writeFile(file, text);
                return file;
            }),
        );
        const place = (arg: string): string =>
            arg === "{events}"
                ? events
                : (files[Number(/^\{file:(\d+)\}$/.exec(arg)?.[1] ?? NaN)] ?? arg);
        const code = await run(options, options.args.map(place), [stdoutFile.fd, stderrFile.fd]);
        return {
            code,
            stdout: await fs.readFile(path.join(folder, "stdout"), "utf8"),
            stderr: await fs.readFile(path.join(folder, "stderr"), "utf8"),
            eventLines: await readLines(events),
            files: await Promise.all(files.map((file) => fs.readFile(file, "utf8"))),
        };
    } finally {
        await stdoutFile.close();
        await stderrFile.close();
        await fs.rm(folder, { recursive: true, force: true });
    }
}

function run(
    options: PulumiProcessOptions,
    args: readonly string[],
    [stdout, stderr]: readonly [number, number],
): Promise<number | null> {
    return new Promise((resolve, reject) => {
        if (options.signal?.aborted) {
            reject(options.signal.reason as Error);
            return;
        }
        const child = spawn(options.command, args, {
            cwd: options.cwd,
            env: options.environment,
            stdio: ["ignore", stdout, stderr],
            detached: true,
        });
        let killTimer: NodeJS.Timeout | undefined;
        const onAbort = (): void => {
            child.kill("SIGINT");
            killTimer = setTimeout(() => killGroup(child.pid), (options.graceSeconds ?? 20) * 1000);
        };
        options.signal?.addEventListener("abort", onAbort, { once: true });
        const settle = (): void => {
            clearTimeout(killTimer);
            options.signal?.removeEventListener("abort", onAbort);
        };
        child.once("spawn", () => options.onStart?.(child.pid as number));
        child.once("error", (error) => {
            settle();
            reject(error);
        });
        child.once("exit", (code) => {
            settle();
            resolve(code);
        });
    });
}

function killGroup(pid: number | undefined): void {
    if (pid !== undefined) {
        try {
            process.kill(-pid, "SIGKILL");
        } catch {
            // It ended by itself in the meantime.
        }
    }
}

async function readLines(file: string): Promise<readonly string[]> {
    try {
        return (await fs.readFile(file, "utf8")).split("\n").filter((line) => line !== "");
    } catch {
        return [];
    }
}
