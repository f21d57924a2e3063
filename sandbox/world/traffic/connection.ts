import https from "node:https";

import { latencyMs } from "../geography";
import type { NetworkResponse } from "../network";
import type { World } from "../world";
import type { StubResolver } from "./stubResolver";

/** World milliseconds an unused connection is kept; a load balancer's own default. */
const idleMs = 60_000;
/** Round trips before the first byte of a request can leave: TCP, then TLS 1.3. */
const connectRoundTrips = 2;
/** As browsers do: whoever sends none is blocked by the web ACLs. */
const userAgent = "Mozilla/5.0 (shopper)";

export interface ConnectionOptions {
    /** Address of the shopper. */
    readonly from: string;
    /** Code of the shopper's geography. */
    readonly geography: string;
    /** Host name of the application. */
    readonly host: string;
    readonly resolver: StubResolver;
    /** Authority that the certificates come from, PEM. */
    readonly ca: string;
    /** World milliseconds until an attempt is given up. */
    readonly timeoutMs: number;
}

export interface Exchange {
    readonly method: "GET" | "PUT" | "POST";
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
}

/**
 * A browser's way to a site: as long as a connection is open it is used, and DNS is not asked. DNS is
 * asked again only for a new connection.
 */
export class Connection {
    readonly #agent = new https.Agent({ keepAlive: true, maxSockets: 6 });
    #address: string | undefined;
    #usedMs = 0;

    constructor(
        private readonly world: World,
        private readonly options: ConnectionOptions,
    ) {}

    /** @throws NetworkError or DnsError when there is no answer; the connection is given up then */
    async exchange(exchange: Exchange): Promise<NetworkResponse> {
        const { network, clock } = this.world;
        const { from, host, ca, timeoutMs } = this.options;
        const reused = this.#isOpen();
        if (!reused) {
            await this.#resolve();
        }
        const to = this.#address as string;
        await clock.sleep(this.#roundTripMs(to) * (reused ? 1 : 1 + connectRoundTrips));
        try {
            const response = await network.request({
                from,
                to,
                port: 443,
                tls: true,
                host,
                method: exchange.method,
                path: exchange.path,
                ca,
                timeoutMs,
                agent: this.#agent,
                headers: {
                    "user-agent": userAgent,
                    ...exchange.headers,
                    ...(exchange.body === undefined ? {} : { "content-type": "application/json" }),
                },
                ...(exchange.body === undefined ? {} : { body: JSON.stringify(exchange.body) }),
            });
            this.#usedMs = clock.now();
            if (response.headers.connection === "close") {
                this.#forget();
            }
            return response;
        } catch (error) {
            this.#forget();
            throw error;
        }
    }

    /** Closes everything; the next exchange opens anew. */
    close(): void {
        this.#address = undefined;
        this.#agent.destroy();
    }

    /** What is idle is closed and what is under way may end; the next exchange asks DNS. */
    #forget(): void {
        this.#address = undefined;
        for (const sockets of Object.values(this.#agent.freeSockets)) {
            sockets?.forEach((socket) => socket.destroy());
        }
    }

    #isOpen(): boolean {
        if (this.#address === undefined) {
            return false;
        }
        const { freeSockets, sockets } = this.#agent;
        const busy = Object.keys(sockets).length > 0;
        if (!busy && this.world.clock.now() - this.#usedMs > idleMs) {
            this.#forget();
            return false;
        }
        return busy || Object.keys(freeSockets).length > 0;
    }

    async #resolve(): Promise<void> {
        [this.#address] = await this.options.resolver.resolve(this.options.host);
    }

    /** Loopback has no distance; the matrix that the latency policy decides by has. */
    #roundTripMs(to: string): number {
        const region = this.world.network.regionBehind(to, this.options.from);
        return region === undefined ? 0 : latencyMs(this.options.geography, region);
    }
}
