import http from "node:http";

import type { Calls, Failure, Method } from "./protocol";

/** A call that the world refused, or that never reached it. */
export class WorldError extends Error {
    override readonly name = "WorldError";
    constructor(
        readonly kind: Failure["kind"] | "unreachable" | "cancelled",
        message: string,
    ) {
        super(message);
    }
}

const attachAdvice =
    "start the rehearsal cloud and run the engine with the environment it prints; this aws provider never speaks to AWS";

/**
 * The world's address from the environment.
 *
 * @throws WorldError when it is missing or is not a loopback address.
 */
export function worldUrl(environment: NodeJS.ProcessEnv): URL {
    const text = environment["REHEARSAL_CLOUD_URL"];
    if (text === undefined || text === "") {
        throw new WorldError("invalid", `REHEARSAL_CLOUD_URL is not set; ${attachAdvice}`);
    }
    let url: URL;
    try {
        url = new URL(text);
    } catch {
        throw new WorldError(
            "invalid",
            `REHEARSAL_CLOUD_URL must be a URL such as http://127.0.0.1:4567, got ${JSON.stringify(text)}; ${attachAdvice}`,
        );
    }
    const host = url.hostname;
    const loopback = /^127(\.\d{1,3}){3}$/.test(host) || host === "localhost" || host === "[::1]";
    if (url.protocol !== "http:" || !loopback) {
        throw new WorldError(
            "invalid",
            `REHEARSAL_CLOUD_URL must be http on a loopback address (127.0.0.0/8, localhost, [::1]), got ${JSON.stringify(text)}; ${attachAdvice}`,
        );
    }
    return url;
}

/** The plugin's connection to the world. */
export class WorldClient {
    readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
    readonly #open = new Set<http.ClientRequest>();
    #session: http.ClientRequest | undefined;
    #cancelled = false;

    constructor(private readonly url: URL) {}

    /** Tells the world that an update is in flight, until `close` or the end of the process. */
    openSession(): Promise<void> {
        if (this.#session !== undefined) {
            return Promise.resolve();
        }
        return new Promise((resolve, reject) => {
            const request = http.request(new URL("/provider/session", this.url), {
                method: "POST",
                agent: false,
            });
            this.#session = request;
            request.on("response", (response) => {
                response.on("error", () => undefined).resume();
                resolve();
            });
            request.on("error", (error) => reject(this.#unreachable(error)));
            request.on("socket", (socket) => socket.unref());
            request.end();
        });
    }

    /** @throws WorldError */
    call<M extends Method>(method: M, call: Calls[M][0]): Promise<Calls[M][1]> {
        if (this.#cancelled) {
            return Promise.reject(new WorldError("cancelled", `${method} was cancelled`));
        }
        return new Promise((resolve, reject) => {
            const body = Buffer.from(JSON.stringify(call));
            const request = http.request(new URL(`/provider/${method}`, this.url), {
                method: "POST",
                agent: this.#agent,
                headers: { "content-type": "application/json", "content-length": body.length },
            });
            this.#open.add(request);
            const fail = (error: Error): void => {
                this.#open.delete(request);
                reject(
                    this.#cancelled
                        ? new WorldError("cancelled", `${method} was cancelled`)
                        : this.#unreachable(error),
                );
            };
            request.on("error", fail);
            request.on("response", (response) => {
                const chunks: Buffer[] = [];
                response.on("data", (chunk: Buffer) => chunks.push(chunk));
                response.on("error", fail);
                response.on("end", () => {
                    this.#open.delete(request);
                    const answer = parse(Buffer.concat(chunks).toString("utf8"));
                    if (response.statusCode === 200) {
                        resolve(answer as Calls[M][1]);
                    } else {
                        reject(asFailure(answer, response.statusCode));
                    }
                });
            });
            request.end(body);
        });
    }

    /** Gives up every call in flight and refuses further ones: the engine was told to stop. */
    cancel(): void {
        this.#cancelled = true;
        for (const request of this.#open) {
            request.destroy(new Error("cancelled"));
        }
    }

    close(): void {
        this.#session?.destroy();
        this.#agent.destroy();
    }

    #unreachable(error: Error): WorldError {
        return new WorldError(
            "unreachable",
            `the rehearsal cloud at ${this.url.origin} cannot be reached (${error.message}); ` +
                "start it, or correct REHEARSAL_CLOUD_URL",
        );
    }
}

function parse(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}

function asFailure(answer: unknown, status: number | undefined): WorldError {
    if (typeof answer === "object" && answer !== null && "message" in answer && "kind" in answer) {
        const { kind, message } = answer as Failure;
        return new WorldError(kind, message);
    }
    return new WorldError(
        "internal",
        `the rehearsal cloud answered with status ${status} and no reason; is another server on its port?`,
    );
}
