import http from "node:http";
import type { AddressInfo } from "node:net";

import { CallError } from "../aws/lifecycle/failure";
import type { Calls, Failure, Method } from "../aws/provider/protocol";
import { maxMessageBytes, methods } from "../aws/provider/protocol";
import type { ControlPlane } from "./controlPlane";
import type { Part, World } from "./world";

type Handlers = {
    readonly [M in Method]: (
        call: Calls[M][0],
        signal: AbortSignal,
    ) => Calls[M][1] | Promise<Calls[M][1]>;
};

/**
 * Where the provider plugins of an engine reach the world: HTTP on loopback, one POST for each
 * provider call. `/provider/session` stays open while a plugin lives and holds world time to real
 * time meanwhile, so that an update typed by hand is no different from one that a drill runs.
 */
export class ProviderEndpoint implements Part {
    readonly #server: http.Server;
    readonly #handlers: Handlers;
    readonly #releases = new Set<() => void>();

    constructor(
        private readonly world: World,
        controlPlane: ControlPlane,
        /** @default 0: any free port */
        private readonly port: number = 0,
    ) {
        this.#handlers = {
            configure: (call, signal) => controlPlane.configure(call, signal),
            check: (call) => controlPlane.check(call),
            diff: (call) => controlPlane.diff(call),
            create: (call, signal) => controlPlane.create(call, signal),
            update: (call, signal) => controlPlane.update(call, signal),
            read: (call, signal) => controlPlane.read(call, signal),
            delete: (call, signal) => controlPlane.delete(call, signal),
            invoke: (call, signal) => controlPlane.invoke(call, signal),
        };
        this.#server = http.createServer((request, response) => {
            void this.#serve(request, response);
        });
        // Plugins keep their connection for as long as an update takes.
        this.#server.requestTimeout = 0;
        this.#server.keepAliveTimeout = 600_000;
    }

    /** For `REHEARSAL_CLOUD_URL`; after `start`. */
    url(): string {
        const address = this.#server.address() as AddressInfo | null;
        if (address === null) {
            throw new Error("the provider endpoint has not been started");
        }
        return `http://127.0.0.1:${address.port}`;
    }

    async start(): Promise<void> {
        await this.world.clock.io(
            () =>
                new Promise<void>((resolve, reject) => {
                    this.#server.once("error", reject);
                    this.#server.listen(this.port, "127.0.0.1", () => {
                        this.#server.off("error", reject);
                        resolve();
                    });
                }),
        );
    }

    async stop(): Promise<void> {
        for (const release of this.#releases) {
            release();
        }
        if (!this.#server.listening) {
            return;
        }
        await this.world.clock.io(
            () =>
                new Promise<void>((resolve) => {
                    this.#server.close(() => resolve());
                    this.#server.closeAllConnections();
                }),
        );
    }

    async #serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
        const method = /^\/provider\/(\w+)$/.exec(request.url ?? "")?.[1];
        if (request.method !== "POST" || method === undefined) {
            answer(response, 404, failure("invalid", `no such path: ${request.url}`));
            return;
        }
        if (method === "session") {
            this.#openSession(response);
            return;
        }
        if (!isMethod(method)) {
            answer(
                response,
                404,
                failure("invalid", `no method ${method}; there are ${methods.join(", ")}`),
            );
            return;
        }
        const gone = new AbortController();
        response.on("close", () => gone.abort(new Error("the caller has gone")));
        try {
            const call = parse(await bodyOf(request)) as never;
            const handler = this.#handlers[method] as (call: never, signal: AbortSignal) => unknown;
            answer(response, 200, await handler(call, gone.signal));
        } catch (error) {
            if (error instanceof CallError) {
                answer(response, 400, failure(error.kind, error.message));
            } else {
                const detail =
                    error instanceof Error ? (error.stack ?? error.message) : String(error);
                answer(
                    response,
                    500,
                    failure("internal", `the rehearsal cloud failed in ${method}: ${detail}`),
                );
            }
        }
    }

    #openSession(response: http.ServerResponse): void {
        const release = this.world.clock.hold();
        this.#releases.add(release);
        response.on("close", () => {
            this.#releases.delete(release);
            release();
        });
        response.writeHead(200, { "content-type": "text/plain" });
        response.flushHeaders();
    }
}

function isMethod(name: string): name is Method {
    return (methods as readonly string[]).includes(name);
}

function failure(kind: Failure["kind"], message: string): Failure {
    return { kind, message };
}

function answer(response: http.ServerResponse, status: number, body: unknown): void {
    if (!response.writableEnded && !response.destroyed) {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(body));
    }
}

function parse(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        throw new CallError("invalid", "the body of a call is JSON");
    }
}

async function bodyOf(request: http.IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > maxMessageBytes) {
            throw new CallError("invalid", `a call has at most ${maxMessageBytes} bytes`);
        }
        chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString("utf8");
}
