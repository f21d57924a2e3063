import dgram from "node:dgram";
import net from "node:net";

import { dnsAddress } from "../network";
import type { Part, World } from "../world";
import { fitUdp, readQuery, writeAnswer, writeFailure } from "./message";
import { type Asker, type DnsAnswer, Resolver, type ResolverOptions } from "./resolver";

/** How long a TCP connection may stay silent, milliseconds of real time. */
const idleMs = 30_000;
const mostTcpBytes = 65_535;

/**
 * Route 53's data plane: DNS over UDP and TCP for the account's zones and the names that AWS owns;
 * anything else is refused. Every query is recorded as one of a plane that is everywhere; no fault of
 * a control plane reaches it, and a region that is cut off gets no answer.
 */
export class DnsServer implements Part {
    readonly #resolver: Resolver;
    readonly #connections = new Set<net.Socket>();
    #udp: dgram.Socket | undefined;
    #tcp: net.Server | undefined;

    constructor(
        private readonly world: World,
        options: ResolverOptions,
    ) {
        this.#resolver = new Resolver(world, options);
    }

    async start(): Promise<void> {
        try {
            await this.world.clock.io(() => Promise.all([this.#listenUdp(), this.#listenTcp()]));
        } catch (error) {
            await this.stop();
            throw error;
        }
    }

    async stop(): Promise<void> {
        this.#resolver.stop();
        const udp = this.#udp;
        const tcp = this.#tcp;
        this.#udp = undefined;
        this.#tcp = undefined;
        this.#connections.forEach((connection) => connection.destroy());
        await Promise.all([
            new Promise<void>((resolve) => (udp === undefined ? resolve() : udp.close(resolve))),
            new Promise<void>((resolve) =>
                tcp === undefined ? resolve() : tcp.close(() => resolve()),
            ),
        ]);
    }

    /** The answer that the wire would carry, without it; not recorded. */
    resolve(name: string, type: string, asker: Asker = {}): DnsAnswer {
        return this.#resolver.resolve(name, type, asker);
    }

    #listenUdp(): Promise<void> {
        const socket = dgram.createSocket("udp4");
        socket.on("message", (message, from) => {
            const reply = this.#reply(message, from.address, true);
            if (reply !== undefined) {
                socket.send(reply, from.port, from.address);
            }
        });
        return new Promise((resolve, reject) => {
            socket.once("error", (error: NodeJS.ErrnoException) => reject(this.#named(error)));
            socket.bind(this.world.network.ports.dns, dnsAddress, () => {
                this.#udp = socket;
                socket.removeAllListeners("error");
                // Somebody who stopped waiting for the answer is no fault of the server's.
                socket.on("error", () => undefined);
                resolve();
            });
        });
    }

    #listenTcp(): Promise<void> {
        const server = net.createServer((socket) => this.#serveTcp(socket));
        return new Promise((resolve, reject) => {
            server.once("error", (error: NodeJS.ErrnoException) => reject(this.#named(error)));
            server.listen(this.world.network.ports.dns, dnsAddress, () => {
                this.#tcp = server;
                resolve();
            });
        });
    }

    /** Queries come with their length in front (RFC 1035, 4.2.2), any number on a connection (RFC 7766). */
    #serveTcp(socket: net.Socket): void {
        this.#connections.add(socket);
        socket.setTimeout(idleMs, () => socket.destroy());
        socket.on("error", () => socket.destroy());
        socket.on("close", () => this.#connections.delete(socket));
        let received = Buffer.alloc(0);
        socket.on("data", (chunk: Buffer) => {
            received = Buffer.concat([received, chunk]);
            while (received.length >= 2) {
                const end = 2 + received.readUInt16BE(0);
                if (received.length < end) {
                    return;
                }
                const message = received.subarray(2, end);
                received = received.subarray(end);
                const reply = this.#reply(message, socket.remoteAddress ?? "", false);
                if (reply !== undefined && reply.length <= mostTcpBytes) {
                    const length = Buffer.alloc(2);
                    length.writeUInt16BE(reply.length);
                    socket.write(Buffer.concat([length, reply]));
                }
            }
        });
    }

    /** Bytes to send back; undefined to say nothing. */
    #reply(message: Buffer, source: string, udp: boolean): Buffer | undefined {
        const { network, faults, journal, clock } = this.world;
        let query;
        try {
            query = readQuery(message);
        } catch {
            return undefined;
        }
        if (query.opcode !== "QUERY") {
            return writeFailure(query, "NOTIMP");
        }
        const { question } = query;
        if (question === undefined) {
            return writeFailure(query, "FORMERR");
        }
        const place = network.placeOf(source);
        const record = (outcome: "ok" | "refused" | "timeout"): void =>
            journal.add({
                atMs: clock.now(),
                caller: place.name,
                plane: "data",
                service: "route53",
                action: `${question.type} ${question.name}`,
                region: "global",
                outcome,
            });
        if (!faults.reachable(place.region, undefined)) {
            record("timeout");
            return undefined;
        }
        const answer = this.#resolver.resolve(question.name, question.type, {
            sourceAddress: source,
            ...(query.clientSubnet === undefined ? {} : { clientSubnet: query.clientSubnet }),
        });
        record(answer.rcode === "REFUSED" ? "refused" : "ok");
        const whole = writeAnswer(query, answer);
        return udp ? fitUdp(query, whole) : whole;
    }

    #named(error: NodeJS.ErrnoException): Error {
        const { dns } = this.world.network.ports;
        return error.code === "EADDRINUSE"
            ? new Error(
                  `the DNS server cannot listen on ${dnsAddress}:${dns}: the port is in use; stop what uses it or choose another dns port`,
                  { cause: error },
              )
            : error;
    }
}
