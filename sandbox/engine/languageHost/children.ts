import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";

import { endTree, killTree } from "./processTree";

/** How a child ended: exactly one of the two is set. */
export interface Ending {
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
}

/** The Node processes this host has started and that have not ended. */
export class Children {
    readonly #running = new Set<ChildProcess>();

    /** Starts a Node process. Its stdin is closed: nobody is there to type. */
    start(
        args: readonly string[],
        options: {
            readonly cwd: string;
            readonly environment: NodeJS.ProcessEnv;
            readonly output: "inherit" | "pipe";
        },
    ): ChildProcess {
        const stdio: StdioOptions = ["ignore", options.output, options.output];
        const child = spawn(process.execPath, args, {
            cwd: options.cwd,
            env: options.environment,
            stdio,
        });
        this.#running.add(child);
        const forget = (): boolean => this.#running.delete(child);
        child.on("exit", forget).on("error", forget);
        return child;
    }

    /** Ends one child and what it started. */
    end(child: ChildProcess): void {
        if (child.pid !== undefined && this.#running.has(child)) {
            endTree(child.pid);
        }
    }

    endAll(): void {
        for (const child of this.#running) {
            this.end(child);
        }
    }

    killAll(): void {
        for (const child of this.#running) {
            if (child.pid !== undefined) {
                killTree(child.pid);
            }
        }
    }
}

/** Waits for a process to end and for its output to have been read. Rejects when it could not be started. */
export function ended(child: ChildProcess): Promise<Ending> {
    return new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code, signal) => resolve({ code, signal }));
    });
}
