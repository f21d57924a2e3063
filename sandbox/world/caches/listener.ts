import net from "node:net";
import tls from "node:tls";

import { Decoder, RESP_TYPES } from "@redis/client/dist/lib/RESP/decoder";

import type { Certificates } from "../certificates";
import { HeldSockets } from "../heldSockets";
import type { World } from "../world";
import { runCommand, type Cluster, type Session } from "./commands";
import { encodeReply } from "./replies";

/** An IAM user is disconnected after that long, unless it says again who it is. */
const mostSessionMs = 12 * 3600 * 1000;

export interface ListenerOptions {
    readonly region: string;
    readonly address: string;
    /** Names that the certificate is for. */
    readonly names: readonly string[];
    readonly encrypted: boolean;
    readonly cluster: Cluster;
    session(): Session;
}

/**
 * The Redis protocol of one cluster, over TLS where the cluster says so. A client that a fault cuts off
 * gets no answer; when the fault is over its connection breaks, as everything that it knew is gone.
 */
export class CacheListener {
    readonly #held: HeldSockets;
    readonly #sockets = new Set<net.Socket>();
    #server: net.Server | undefined;

    constructor(
        private readonly world: World,
        private readonly certificates: Certificates,
        readonly options: ListenerOptions,
    ) {
        this.#held = new HeldSockets(world.faults);
    }

    async start(): Promise<void> {
        const { address, names, encrypted } = this.options;
        const accept = (socket: net.Socket): void => this.#accept(socket);
        const server = encrypted
            ? tls.createServer(await this.certificates.for(names), accept)
            : net.createServer(accept);
        this.#server = server;
        const port = this.world.network.portFor(6379);
        await new Promise<void>((resolve, reject) => {
            server.once("error", (error: NodeJS.ErrnoException) =>
                reject(
                    error.code === "EADDRINUSE"
                        ? new Error(
                              `a cache cannot listen on ${address}:${port}: the port is in use; stop what uses it or choose another https port`,
                              { cause: error },
                          )
                        : error,
                ),
            );
            server.listen(port, address, resolve);
        });
        server.on("tlsClientError", () => undefined);
    }

    /** Breaks every connection, as when the cluster's nodes are switched off or change roles. */
    disconnect(): void {
        this.#sockets.forEach((socket) => socket.destroy());
    }

    async stop(): Promise<void> {
        this.#held.stop();
        this.disconnect();
        const server = this.#server;
        this.#server = undefined;
        await new Promise<void>((resolve) =>
            server === undefined ? resolve() : server.close(() => resolve()),
        );
    }

    #accept(socket: net.Socket): void {
        const { faults, network, clock, journal } = this.world;
        const { region, cluster } = this.options;
        const from = network.placeOf(socket.remoteAddress ?? "");
        const isCut = (): boolean => !faults.reachable(from.region, region);
        this.#sockets.add(socket);
        socket.on("close", () => this.#sockets.delete(socket));
        socket.on("error", () => socket.destroy());
        const session = this.options.session();
        let knownSinceMs = clock.now();
        const decoder = new Decoder({
            onReply: (words: unknown) => {
                if (!isRequest(words)) {
                    socket.end(encodeReply({ error: "ERR Protocol error" }, session.version));
                    return;
                }
                const action = words[0]?.toString("utf8").toUpperCase() ?? "";
                const reply = runCommand(words, cluster, session);
                const failed = typeof reply === "object" && reply !== null && "error" in reply;
                journal.add({
                    atMs: clock.now(),
                    caller: from.name,
                    plane: "data",
                    service: "elasticache",
                    action,
                    region,
                    outcome: failed ? "refused" : "ok",
                });
                knownSinceMs =
                    /^(AUTH|HELLO)$/.test(action) && !failed ? clock.now() : knownSinceMs;
                socket.write(encodeReply(reply, session.version));
                if (action === "QUIT" || clock.now() - knownSinceMs > mostSessionMs) {
                    socket.end();
                }
            },
            onErrorReply: () => socket.destroy(),
            onPush: () => socket.destroy(),
            getTypeMapping: () => ({ [RESP_TYPES.BLOB_STRING]: Buffer }),
        });
        socket.on("data", (chunk: Buffer) => {
            if (isCut()) {
                socket.removeAllListeners("data");
                this.#held.hold(socket, isCut);
                return;
            }
            try {
                decoder.write(chunk);
            } catch {
                // What the parser cannot read is no client of a cache.
                socket.destroy();
            }
        });
    }
}

/** A request is a list of texts, name first. */
function isRequest(words: unknown): words is readonly Buffer[] {
    return Array.isArray(words) && words.length > 0 && words.every((word) => Buffer.isBuffer(word));
}
