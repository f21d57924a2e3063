import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

import type { PairSamples, StoreBenchOptions } from "./measurePairs";

const repository = path.join(__dirname, "..", "..", "..");

/** Runs dynalite and its client, in a process each. Leaves nothing. */
export async function runStore(options: StoreBenchOptions): Promise<readonly PairSamples[]> {
    const children: ChildProcess[] = [];
    const start = (file: string, variables: NodeJS.ProcessEnv): ChildProcess => {
        const child = fork(path.join(__dirname, file), {
            cwd: repository,
            execArgv: ["--require", "./infra/register.js"],
            env: { ...process.env, ...variables },
            // What a part prints is its report.
            stdio: ["ignore", "ignore", "inherit", "ipc"],
        });
        children.push(child);
        return child;
    };
    try {
        const port = await messageOf<number>(start("tablesMain.ts", {}));
        const client = start("clientMain.ts", {
            AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
            AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
            AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        });
        client.send(options);
        return await messageOf<readonly PairSamples[]>(client);
    } finally {
        await Promise.all(
            children.map(async (child) => {
                if (child.exitCode === null && child.signalCode === null && child.kill()) {
                    await once(child, "exit");
                }
            }),
        );
    }
}

/** @throws Error when the process ends without one */
async function messageOf<T>(child: ChildProcess): Promise<T> {
    const ended = new AbortController();
    const exit = (code: number | null): void =>
        ended.abort(new Error(`a process of the bench ended with exit status ${code}`));
    child.once("exit", exit);
    try {
        const [message] = (await once(child, "message", { signal: ended.signal })) as [T];
        return message;
    } finally {
        child.off("exit", exit);
    }
}
