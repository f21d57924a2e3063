import dgram from "node:dgram";
import { once } from "node:events";

import { decode, encode, type Answer } from "dns-packet";

import { dnsAddress } from "../../../sandbox/world/network";

/** A DNS server that knows what it is told, and who asked. */
export interface StubDns {
    readonly addresses: Map<string, string>;
    readonly texts: Map<string, string>;
    /** Names that lead to other names. */
    readonly aliases: Map<string, string>;
    /** Source addresses of the questions. */
    readonly askers: string[];
    close(): void;
}

export async function stubDns(port: number): Promise<StubDns> {
    const addresses = new Map<string, string>();
    const texts = new Map<string, string>();
    const aliases = new Map<string, string>();
    const askers: string[] = [];
    const socket = dgram.createSocket("udp4");
    socket.on("message", (message, source) => {
        askers.push(source.address);
        const query = decode(message);
        const { name = "", type } = query.questions?.[0] ?? {};
        const address = addresses.get(name);
        const text = texts.get(name);
        const answers: Answer[] = [];
        if (type === "A" && address !== undefined) {
            answers.push({ name, type: "A", ttl: 10, data: address });
        }
        if (type === "AAAA" && address !== undefined) {
            answers.push({ name, type: "AAAA", ttl: 10, data: `::ffff:${address}` });
        }
        if (type === "TXT" && text !== undefined) {
            answers.push({ name, type: "TXT", ttl: 10, data: text });
        }
        const alias = aliases.get(name);
        if (type === "CNAME" && alias !== undefined) {
            answers.push({ name, type: "CNAME", ttl: 10, data: alias });
        }
        const known = alias !== undefined || address !== undefined || text !== undefined;
        const reply = encode({
            type: "response",
            id: query.id ?? 0,
            flags: known ? 0 : 3,
            questions: query.questions ?? [],
            answers,
        });
        socket.send(reply, source.port, source.address);
    });
    socket.bind(port, dnsAddress);
    await once(socket, "listening");
    return { addresses, texts, aliases, askers, close: () => socket.close() };
}
