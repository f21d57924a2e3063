import dgram from "node:dgram";
import net from "node:net";

import * as packet from "dns-packet";

import { dnsAddress } from "../../../../sandbox/world/network";

/** A DNS server with one answer for all names but a few, over UDP and TCP, that remembers who asked how. */
export class FakeDns {
    addresses: readonly string[] = [];
    /** Addresses of names that have their own. */
    readonly named = new Map<string, readonly string[]>();
    ttl = 60;
    /** Whether an answer over UDP says that it does not fit. */
    truncates = false;
    rcode: "NOERROR" | "NXDOMAIN" = "NOERROR";
    readonly asked: { readonly over: "udp" | "tcp"; readonly subnet: string | undefined }[] = [];
    readonly #udp = dgram.createSocket("udp4");
    readonly #tcp = net.createServer((socket) => {
        socket.on("data", (bytes) => {
            const reply = this.#reply(bytes.subarray(2), "tcp");
            const length = Buffer.alloc(2);
            length.writeUInt16BE(reply.length);
            // In two pieces, as TCP may.
            socket.write(length);
            setImmediate(() => socket.end(reply));
        });
    });

    async listen(port: number): Promise<void> {
        this.#udp.on("message", (message, from) =>
            this.#udp.send(this.#reply(message, "udp"), from.port, from.address),
        );
        await new Promise<void>((resolve) => this.#udp.bind(port, dnsAddress, resolve));
        await new Promise<void>((resolve) => this.#tcp.listen(port, dnsAddress, resolve));
    }

    close(): void {
        this.#udp.close();
        this.#tcp.close();
    }

    #reply(message: Buffer, over: "udp" | "tcp"): Buffer {
        const query = packet.decode(message);
        const question = query.questions?.[0];
        const opt = query.additionals?.find(({ type }) => type === "OPT") as
            packet.OptAnswer | undefined;
        const subnet = opt?.options.find((option) => "sourcePrefixLength" in option);
        this.asked.push({
            over,
            subnet:
                subnet !== undefined && "ip" in subnet
                    ? `${subnet.ip}/${subnet.sourcePrefixLength}`
                    : undefined,
        });
        const truncated = over === "udp" && this.truncates;
        return packet.encode({
            type: "response",
            id: query.id ?? 0,
            flags:
                (truncated ? packet.TRUNCATED_RESPONSE : 0) | (this.rcode === "NXDOMAIN" ? 3 : 0),
            questions: query.questions ?? [],
            answers:
                truncated || this.rcode !== "NOERROR" || question === undefined
                    ? []
                    : (this.named.get(question.name) ?? this.addresses).map((data) => ({
                          type: "A",
                          name: question.name,
                          ttl: this.ttl,
                          data,
                      })),
        });
    }
}
