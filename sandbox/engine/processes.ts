import { spawn } from "node:child_process";
import { performance } from "node:perf_hooks";

export interface Completed {
    /** Exit status; null when a signal ended the process. */
    readonly status: number | null;
    readonly stdout: string;
    readonly stderr: string;
}

export interface RunOptions {
    readonly cwd?: string;
    readonly environment?: NodeJS.ProcessEnv;
    /** Real milliseconds until the process is killed. */
    readonly timeoutMs?: number;
    readonly signal?: AbortSignal;
    /** Called every `progressMs` with the seconds that the process has been running. */
    readonly onRunning?: (seconds: number) => void;
    /** @default 10000 */
    readonly progressMs?: number;
}

/** Runs a command to its end and returns what it printed. Rejects only when it could not be started or was aborted. */
export function run(
    command: string,
    args: readonly string[],
    options: RunOptions = {},
): Promise<Completed> {
    return new Promise((resolve, reject) => {
        const started = performance.now();
        const child = spawn(command, args, {
            cwd: options.cwd,
            env: options.environment ?? process.env,
            stdio: ["ignore", "pipe", "pipe"],
            ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
            ...(options.signal === undefined ? {} : { signal: options.signal }),
            killSignal: "SIGKILL",
        });
        const progress =
            options.onRunning === undefined
                ? undefined
                : setInterval(
                      () => options.onRunning?.(Math.round((performance.now() - started) / 1000)),
                      options.progressMs ?? 10_000,
                  );
        let stdout = "";
        let stderr = "";
        child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
        child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
        child.on("error", (error) => {
            clearInterval(progress);
            reject(error);
        });
        child.on("close", (status) => {
            clearInterval(progress);
            resolve({ status, stdout, stderr });
        });
    });
}

/** The end of what a failed command printed: enough to see why, short enough to read. */
export function lastLines(completed: Completed, count = 12): string {
    const text = (completed.stderr.trim() || completed.stdout.trim()).split("\n");
    return text.slice(-count).join("\n");
}
