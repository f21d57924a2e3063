import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { CloudMessage, CloudOrder, CloudSample, HandlerName, HandlerOrder } from "./messages";

export interface ReplicationOptions {
    /** Load, events a second. */
    readonly eventsPerSecond: number;
    /** Of each stream: 1,000 records a second each, as a shard takes. */
    readonly shards: number;
    /** Seconds that the compiler and the connections get first, */
    readonly warmUpSeconds: number;
    /** and seconds that are measured. */
    readonly seconds: number;
    /** The load ends with that many. @default none */
    readonly mostEvents?: number;
}

export interface ReplicationRun {
    /** One at the start and one after each second that is measured. */
    readonly samples: readonly (CloudSample & { readonly atMs: number })[];
    /** Once the load had stopped and everything was dealt with, or nothing more for a minute. */
    readonly last: CloudSample;
    /** Processor milliseconds while it was measured. */
    readonly cpuMs: Readonly<Record<HandlerName | "cloud", number>>;
}

const repository = path.join(__dirname, "..", "..", "..");

/** Runs the stand-in, a replicator and a consumer, in a process each, under a steady load. Leaves nothing. */
export async function runReplication(options: ReplicationOptions): Promise<ReplicationRun> {
    const log = path.join(os.tmpdir(), `meridian-bench-${process.pid}.log`);
    const output = fs.openSync(log, "w");
    const children: ChildProcess[] = [];
    const start = (file: string, variables: NodeJS.ProcessEnv): ChildProcess => {
        const child = fork(path.join(__dirname, file), {
            cwd: repository,
            execArgv: ["--require", "./infra/register.js"],
            env: { ...process.env, ...variables },
            stdio: ["ignore", output, "inherit", "ipc"],
        });
        children.push(child);
        return child;
    };
    try {
        const cloud = start("cloudMain.ts", {});
        const started = await ask<CloudMessage>(cloud, { kind: "start", shards: options.shards });
        if (started.kind !== "started") {
            throw new Error(`the stand-in answered its start with ${started.kind}`);
        }
        const handlers = (["replicator", "consumer"] as const).map((name) => {
            const child = start("handlerMain.ts", handlerEnvironment(started.url));
            child.send({
                kind: "work",
                handler: name,
                shards: options.shards,
            } satisfies HandlerOrder);
            return { name, child };
        });
        return await measure(options, cloud, handlers);
    } finally {
        await Promise.all(
            children.map(async (child) => {
                if (child.exitCode === null && child.kill()) {
                    await once(child, "exit");
                }
            }),
        );
        fs.closeSync(output);
        fs.rmSync(log, { force: true });
    }
}

async function measure(
    { warmUpSeconds, seconds, ...load }: ReplicationOptions,
    cloud: ChildProcess,
    handlers: readonly { readonly name: HandlerName; readonly child: ChildProcess }[],
): Promise<ReplicationRun> {
    const sample = (): Promise<CloudSample> => ask<CloudSample>(cloud, { kind: "sample" });
    const times = (): Promise<readonly number[]> =>
        Promise.all(handlers.map(({ child }) => ask<number>(child, { kind: "cpu" })));
    cloud.send({
        kind: "load",
        eventsPerSecond: load.eventsPerSecond,
        ...(load.mostEvents === undefined ? {} : { mostEvents: load.mostEvents }),
    } satisfies CloudOrder);
    await sleep(warmUpSeconds * 1000);

    const before = await times();
    const started = performance.now();
    const samples = [{ ...(await sample()), atMs: 0 }];
    for (let second = 1; second <= seconds; second++) {
        await sleep(Math.max(0, started + second * 1000 - performance.now()));
        samples.push({ ...(await sample()), atMs: performance.now() - started });
    }
    const after = await times();
    cloud.send({ kind: "rest" } satisfies CloudOrder);
    let last = await sample();
    for (let waited = 0; last.applied < last.emitted && waited < 60; waited++) {
        await sleep(1000);
        const next = await sample();
        waited = next.applied > last.applied ? 0 : waited;
        last = next;
    }
    const spent = (index: number): number => (after[index] ?? NaN) - (before[index] ?? NaN);
    return {
        samples,
        last,
        cpuMs: {
            cloud: (samples.at(-1)?.cpuMs ?? NaN) - (samples[0]?.cpuMs ?? NaN),
            replicator: spent(0),
            consumer: spent(1),
        },
    };
}

/** Sends an order and resolves with the next message. @throws Error when the process ends instead */
async function ask<T>(child: ChildProcess, order: CloudOrder | HandlerOrder): Promise<T> {
    const ended = new AbortController();
    const exit = (code: number | null): void =>
        ended.abort(new Error(`a process of the bench ended with exit status ${code}`));
    child.once("exit", exit);
    try {
        const answered = once(child, "message", { signal: ended.signal });
        child.send(order);
        return ((await answered) as [T])[0];
    } finally {
        child.off("exit", exit);
    }
}

function handlerEnvironment(url: string): NodeJS.ProcessEnv {
    return {
        AWS_ENDPOINT_URL: url,
        AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
        AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        // A process of a single handler would be given its own region; the second wins where both read it.
        REGION: "eu-west-1",
        TARGET_REGION: "us-east-1",
        STREAM_NAME: "meridian-events",
        ACTIVITY_TABLE: "meridian-activity",
        DEAD_LETTER_QUEUE_URL: "https://sqs.us-east-1.amazonaws.com/111122223333/dead-letters",
    };
}
