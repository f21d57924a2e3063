/**
 * Runs in a function's worker: loads the handler once, and calls it for each message. Its output
 * goes to the world through the same channel as its results, so that neither overtakes the other.
 */
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { parentPort, workerData } from "node:worker_threads";

import type { FunctionError, InvokeMessage, WorkerMessage, WorkerSettings } from "./protocol";

type Handler = (event: unknown, context: unknown) => unknown;

const settings = workerData as WorkerSettings;
const RealDate = Date;
let offsetMs = 0;

/** The world's time. Timers keep the machine's: the world stands still for an invocation. */
class WorldDate extends RealDate {
    constructor(...args: unknown[]) {
        if (args.length === 0) {
            super(RealDate.now() + offsetMs);
        } else {
            super(...(args as [number]));
        }
    }

    static override now(): number {
        return Math.floor(RealDate.now() + offsetMs);
    }
}
globalThis.Date = WorldDate as DateConstructor;

for (const stream of [process.stdout, process.stderr]) {
    stream.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
        post({ kind: "output", text: Buffer.from(chunk as Uint8Array).toString("utf8") });
        const done = rest.at(-1);
        if (typeof done === "function") {
            (done as () => void)();
        }
        return true;
    };
}

let loaded: Promise<Handler> | undefined;

parentPort?.on("message", (message: InvokeMessage) => {
    offsetMs = message.offsetMs;
    const { requestId } = message;
    run(message).then(
        (result) => post({ kind: "succeeded", requestId, result }),
        (error: unknown) => post({ kind: "failed", requestId, error: describe(error) }),
    );
});

async function run({ requestId, payload, timeoutMs }: InvokeMessage): Promise<unknown> {
    loaded ??= load();
    const handler = await loaded;
    const endsMs = RealDate.now() + timeoutMs;
    const result = await handler(payload, {
        awsRequestId: requestId,
        functionName: settings.functionName,
        functionVersion: "$LATEST",
        invokedFunctionArn: settings.functionArn,
        memoryLimitInMB: String(settings.memoryMb),
        getRemainingTimeInMillis: () => endsMs - RealDate.now(),
    });
    // What a function returns travels as JSON.
    return result === undefined ? null : (JSON.parse(JSON.stringify(result)) as unknown);
}

async function load(): Promise<Handler> {
    const dot = settings.handler.lastIndexOf(".");
    const [file, name] = [settings.handler.slice(0, dot), settings.handler.slice(dot + 1)];
    const base = path.join(settings.folder, file);
    const found = [".js", ".mjs", ".cjs"]
        .map((extension) => base + extension)
        .find((candidate) => fs.existsSync(candidate));
    if (found === undefined) {
        throw runtimeError("Runtime.ImportModuleError", `Error: Cannot find module '${file}'`);
    }
    const module = (
        found.endsWith(".mjs") ? await import(found) : createRequire(found)(found)
    ) as Readonly<Record<string, unknown>>;
    const handler = module[name];
    if (typeof handler !== "function") {
        throw runtimeError(
            "Runtime.HandlerNotFound",
            `${settings.handler} is undefined or not exported`,
        );
    }
    return handler as Handler;
}

function runtimeError(name: string, message: string): Error {
    return Object.assign(new Error(message), { name });
}

function describe(error: unknown): FunctionError {
    return error instanceof Error
        ? {
              errorType: error.name,
              errorMessage: error.message,
              trace: (error.stack ?? "").split("\n"),
          }
        : { errorType: "Error", errorMessage: String(error) };
}

function post(message: WorkerMessage): void {
    parentPort?.postMessage(message);
}
