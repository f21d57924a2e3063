import http from "node:http";
import https from "node:https";
import net from "node:net";
import type { Duplex } from "node:stream";

import { HeldSockets } from "../heldSockets";
import type { World } from "../world";

export interface ListenerSocketOptions {
    readonly address: string;
    /** Port of the world, not of AWS. */
    readonly port: number;
    readonly tls?: {
        readonly key: string;
        readonly cert: string;
        readonly minVersion: "TLSv1.2" | "TLSv1.3";
    };
    readonly handler: (request: http.IncomingMessage, response: http.ServerResponse) => void;
}

/**
 * A server socket that faults can cut: while its place cannot be reached it accepts connections and
 * says nothing, not even a TLS handshake, as a network does that swallows packets. Connections that
 * were caught that way are broken when the fault heals.
 */
export class ListenerSocket {
    readonly #front: net.Server;
    readonly #inner: http.Server | https.Server;
    readonly #open = new Set<net.Socket>();
    readonly #held: HeldSockets;

    constructor(
        private readonly world: World,
        private readonly options: ListenerSocketOptions,
    ) {
        const { tls, handler } = options;
        this.#held = new HeldSockets(world.faults);
        this.#inner =
            tls === undefined
                ? http.createServer(handler)
                : https.createServer({ ...tls, ALPNProtocols: ["http/1.1"] }, handler);
        // A client that breaks off a handshake or a request is its own problem.
        this.#inner.on("tlsClientError", (_error: Error, socket: net.Socket) => socket.destroy());
        this.#inner.on("clientError", (_error: Error, socket: Duplex) => socket.destroy());
        this.#front = net.createServer((socket) => this.#accept(socket));
    }

    /** @throws Error when the address and port are taken */
    async listen(): Promise<void> {
        const { address, port } = this.options;
        await new Promise<void>((resolve, reject) => {
            this.#front.once("error", reject);
            this.#front.listen(port, address, resolve);
        });
    }

    async close(): Promise<void> {
        this.#held.stop();
        for (const socket of this.#open) {
            socket.destroy();
        }
        await new Promise<void>((resolve) => this.#front.close(() => resolve()));
        this.#inner.closeAllConnections();
    }

    /** Whether an answer to this address would arrive. */
    reaches(remoteAddress: string | undefined): boolean {
        return this.world.network.reachable(remoteAddress ?? "", this.options.address);
    }

    /** Never answers what came over this socket; breaks it when its peer can be reached again. */
    hold(socket: net.Socket): void {
        const { remoteAddress } = socket;
        this.#held.hold(socket, () => !this.reaches(remoteAddress));
    }

    #accept(socket: net.Socket): void {
        this.#open.add(socket);
        socket.once("close", () => this.#open.delete(socket));
        socket.on("error", () => socket.destroy());
        if (this.reaches(socket.remoteAddress)) {
            this.#inner.emit("connection", socket);
        } else {
            this.hold(socket);
        }
    }
}
