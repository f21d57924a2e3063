import dgram from "node:dgram";
import net from "node:net";

import * as packet from "dns-packet";

import { dnsAddress } from "../network";
import type { World } from "../world";

/** Addresses of a name, and how long they may be kept. */
export interface AddressAnswer {
    /** IPv4 addresses, in the order of the answer; none when the name has none. */
    readonly addresses: readonly string[];
    /** Seconds. */
    readonly ttl: number;
}

export class DnsError extends Error {
    override readonly name = "DnsError";
}

/** World milliseconds until a question without an answer is given up; a stub resolver's usual patience. */
const timeoutMs = 5000;
/** What a client offers since the DNS flag day of 2020 (https://www.dnsflagday.net/2020/). */
const udpPayloadSize = 1232;

/**
 * Asks the world's DNS for a name's addresses, over UDP and, when the answer does not fit, over TCP.
 * The question carries the asker's subnet, as a public resolver's does (RFC 7871): that is what the
 * routing policies place it by.
 *
 * @param from address that the question leaves from
 * @throws DnsError when there is no answer, or it is not one
 */
export async function askForAddresses(
    world: World,
    from: string,
    name: string,
): Promise<AddressAnswer> {
    const id = Math.floor(world.random() * 65536);
    const question = encode(id, name, world.network.publicAddressOf(from));
    const reply = await world.clock.io(() => overUdp(world, from, id, question));
    const answer = reply.flag_tc
        ? await world.clock.io(() => overTcp(world, from, id, question))
        : reply;
    return read(name, answer);
}

function encode(id: number, name: string, publicAddress: string): Buffer {
    const query: packet.Packet = {
        type: "query",
        id,
        flags: packet.RECURSION_DESIRED,
        questions: [{ type: "A", name }],
        additionals: [
            {
                type: "OPT",
                name: ".",
                udpPayloadSize,
                extendedRcode: 0,
                ednsVersion: 0,
                flags: 0,
                flag_do: false,
                options: [
                    {
                        // CLIENT_SUBNET, RFC 7871.
                        code: 8,
                        family: 1,
                        // As much of the address as RFC 7871, section 11.1, lets a resolver tell.
                        sourcePrefixLength: 24,
                        scopePrefixLength: 0,
                        ip: publicAddress.replace(/\.\d+$/, ".0"),
                    },
                ],
            },
        ],
    };
    return packet.encode(query);
}

function overUdp(
    world: World,
    from: string,
    id: number,
    question: Buffer,
): Promise<packet.DecodedPacket> {
    return new Promise((resolve, reject) => {
        const socket = dgram.createSocket("udp4");
        const settle = (act: () => void): void => {
            giveUp();
            socket.close();
            act();
        };
        const giveUp = world.clock.after(timeoutMs, () =>
            settle(() => reject(new DnsError("no answer over UDP"))),
        );
        socket.on("error", (error) =>
            settle(() => reject(new DnsError(`cannot ask over UDP: ${error.message}`))),
        );
        socket.on("message", (message, sender) => {
            const reply = decode(() => packet.decode(message));
            if (reply?.id === id && sender.address === dnsAddress) {
                settle(() => resolve(reply));
            }
        });
        socket.bind({ address: from, port: 0 }, () =>
            socket.send(question, world.network.ports.dns, dnsAddress),
        );
    });
}

function overTcp(
    world: World,
    from: string,
    id: number,
    question: Buffer,
): Promise<packet.DecodedPacket> {
    return new Promise((resolve, reject) => {
        const socket = net.connect({
            host: dnsAddress,
            port: world.network.ports.dns,
            localAddress: from,
        });
        const fail = (message: string): void => {
            giveUp();
            socket.destroy();
            reject(new DnsError(message));
        };
        const giveUp = world.clock.after(timeoutMs, () => fail("no answer over TCP"));
        let received = Buffer.alloc(0);
        socket.on("error", (error) => fail(`cannot ask over TCP: ${error.message}`));
        socket.on("close", () => fail("connection closed before the answer"));
        socket.on("data", (bytes) => {
            received = Buffer.concat([received, bytes]);
            // Two bytes of length come first (RFC 1035, section 4.2.2).
            if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) {
                return;
            }
            const reply = decode(() => packet.decode(received, 2));
            if (reply?.id !== id) {
                fail("not the answer to the question");
                return;
            }
            giveUp();
            socket.removeAllListeners("close").destroy();
            resolve(reply);
        });
        const length = Buffer.alloc(2);
        length.writeUInt16BE(question.length);
        socket.write(Buffer.concat([length, question]));
    });
}

function decode(read: () => packet.DecodedPacket): packet.DecodedPacket | undefined {
    try {
        return read();
    } catch {
        return undefined;
    }
}

function read(name: string, reply: packet.DecodedPacket): AddressAnswer {
    const { rcode } = reply as { rcode?: string };
    if (rcode !== undefined && rcode !== "NOERROR") {
        throw new DnsError(`${name}: ${rcode}`);
    }
    const answers = (reply.answers ?? []).filter(
        (answer): answer is packet.StringAnswer => answer.type === "A" || answer.type === "CNAME",
    );
    const addresses = answers.filter(({ type }) => type === "A").map(({ data }) => data);
    if (addresses.length === 0) {
        throw new DnsError(`${name}: no address`);
    }
    return { addresses, ttl: Math.min(...answers.map(({ ttl }) => ttl ?? 0)) };
}
