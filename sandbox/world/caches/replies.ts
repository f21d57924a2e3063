/**
 * What a cache answers with, before it is known which version of the protocol the client speaks.
 *
 * @see https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
export type Reply =
    | { readonly status: string }
    | { readonly error: string }
    | { readonly pairs: readonly (readonly [string, Reply])[] }
    | readonly Reply[]
    | Buffer
    | string
    | number
    | null;

export type ProtocolVersion = 2 | 3;

/** The reply as bytes of RESP2, or of RESP3 where that has a type of its own. */
export function encodeReply(reply: Reply, version: ProtocolVersion): Buffer {
    if (reply === null) {
        return Buffer.from(version === 3 ? "_\r\n" : "$-1\r\n");
    }
    if (typeof reply === "number") {
        return Buffer.from(`:${reply}\r\n`);
    }
    if (typeof reply === "string" || Buffer.isBuffer(reply)) {
        const bytes = Buffer.from(reply);
        return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n")]);
    }
    if ("status" in reply) {
        return Buffer.from(`+${reply.status}\r\n`);
    }
    if ("error" in reply) {
        return Buffer.from(`-${reply.error}\r\n`);
    }
    if ("pairs" in reply) {
        const head = version === 3 ? `%${reply.pairs.length}` : `*${reply.pairs.length * 2}`;
        return Buffer.concat([
            Buffer.from(`${head}\r\n`),
            ...reply.pairs.flat().map((entry) => encodeReply(entry, version)),
        ]);
    }
    return Buffer.concat([
        Buffer.from(`*${reply.length}\r\n`),
        ...reply.map((entry) => encodeReply(entry, version)),
    ]);
}
