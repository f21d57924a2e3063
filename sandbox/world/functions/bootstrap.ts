/**
 * Runs in a function's worker, inside the world: loads the handler once, and calls it for each
 * invocation, in the world's time. Its output goes to the world through the same channel as its results, so that neither overtakes the other.
 */
import fs from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";
import type net from "node:net";
import path from "node:path";
import { parentPort, workerData } from "node:worker_threads";

import { enterWorld } from "../inside/enter";
import { InvocationTime } from "./invocationTime";
import type {
    FunctionError,
    InvokeMessage,
    WorkerMessage,
    WorkerSettings,
    WorldMessage,
} from "./protocol";

type Handler = (event: unknown, context: unknown) => unknown;

const settings = workerData as WorkerSettings;
const sockets = new Set<net.Socket>();
const { pendingLookups } = enterWorld({
    connecting: (socket) => {
        sockets.add(socket);
        socket.once("close", () => sockets.delete(socket));
    },
});
syncBuiltinESMExports();
let time: InvocationTime | undefined;

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

parentPort?.on("message", (message: WorldMessage) => {
    switch (message.kind) {
        case "time":
            time?.follow(message.offsetMs);
            break;
        case "swallowed":
            time?.swallow(message.port);
            break;
        case "invoke":
            invoke(message);
    }
});

function invoke(message: InvokeMessage): void {
    const { requestId, offsetMs } = message;
    time ??= new InvocationTime(offsetMs, { sockets, pendingLookups }, post);
    time.begin(offsetMs);
    void run(message)
        .then(
            (result): WorkerMessage => ({ kind: "succeeded", requestId, result }),
            (error: unknown): WorkerMessage => ({
                kind: "failed",
                requestId,
                error: describe(error),
            }),
        )
        .then((ending) => {
            time?.end();
            post(ending);
        });
}

async function run({ requestId, payload, timeoutMs }: InvokeMessage): Promise<unknown> {
    loaded ??= load();
    const handler = await loaded;
    const endsMs = Date.now() + timeoutMs;
    const result = await handler(payload, {
        awsRequestId: requestId,
        functionName: settings.functionName,
        functionVersion: "$LATEST",
        invokedFunctionArn: settings.functionArn,
        memoryLimitInMB: String(settings.memoryMb),
        getRemainingTimeInMillis: () => endsMs - Date.now(),
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
