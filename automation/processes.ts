import { execFile } from "node:child_process";
import fs from "node:fs/promises";
import { promisify } from "node:util";

/**
 * When a process started, in a form that only compares equal for the same process: a process id is
 * used again after its process ended. Undefined when there is no such process.
 */
export async function startOf(pid: number): Promise<string | undefined> {
    try {
        const stat = await fs.readFile(`/proc/${pid}/stat`, "utf8");
        // The command in parentheses may hold spaces; the fields after it do not.
        return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    } catch {
        return process.platform === "linux" ? undefined : startFromPs(pid);
    }
}

/** Whether a process exists and its command line matches. */
export async function isRunning(pid: number, commandLine: RegExp): Promise<boolean> {
    if ((await startOf(pid)) === undefined) {
        return false;
    }
    try {
        return commandLine.test(await fs.readFile(`/proc/${pid}/cmdline`, "utf8"));
    } catch {
        // Where the command line cannot be read, the process counts as the one that is meant.
        return true;
    }
}

async function startFromPs(pid: number): Promise<string | undefined> {
    try {
        const { stdout } = await promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)]);
        return stdout.trim() || undefined;
    } catch {
        return undefined;
    }
}
