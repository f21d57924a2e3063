import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

export interface Ended {
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
    readonly stderr: string;
}

/** Starts `run.ts`; `line` is told each of its lines. */
export function startRun(
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    line: (text: string, child: ChildProcess) => void = () => undefined,
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
    const child = spawn(
        process.execPath,
        ["-r", "ts-node/register/transpile-only", path.join(__dirname, "run.ts"), ...args],
        { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...environment } },
    );
    let stderr = "";
    child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
    child.stdout.on("data", (data: Buffer) => {
        for (const text of data.toString().trim().split("\n")) {
            line(text, child);
        }
    });
    const ended = new Promise<Ended>((resolve) => {
        child.once("close", (code, signal) => resolve({ code, signal, stderr }));
    });
    return { child, ended };
}

/**
 * Runs it again and again, killed at every step that it has not been killed at yet, to its end.
 *
 * @param spared steps that it is not killed at.
 * @returns the steps that it was killed at.
 */
export async function runKilledAtEveryStep(
    root: string,
    kind: "failover" | "failback",
    region: string,
    spared: readonly string[] = [],
): Promise<readonly string[]> {
    const file = path.join(root, `killed-${kind}`);
    fs.writeFileSync(file, spared.map((step) => `started ${step}\n`).join(""));
    for (;;) {
        const { code, signal, stderr } = await startRun([root, kind, region, file]).ended;
        if (signal !== "SIGKILL") {
            if (code !== 0) {
                throw new Error(`the last run failed: ${stderr}`);
            }
            return fs.readFileSync(file, "utf8").trim().split("\n").slice(spared.length);
        }
    }
}

/** Kills a process and every process group it started, engines and their plugins included. */
export function killTree(pid: number): void {
    const children = fs
        .readdirSync("/proc")
        .filter((entry) => /^\d+$/.test(entry))
        .filter((entry) => parentOf(entry) === pid);
    process.kill(pid, "SIGKILL");
    for (const child of children) {
        try {
            // Engines lead a process group of their own.
            process.kill(-Number(child), "SIGKILL");
        } catch {
            // Not an engine, or gone with its parent.
        }
    }
}

function parentOf(pid: string): number | undefined {
    try {
        const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
        return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    } catch {
        return undefined;
    }
}
