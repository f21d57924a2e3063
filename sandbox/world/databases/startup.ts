/** The first messages of PostgreSQL's protocol, as the server sees them: https://www.postgresql.org/docs/current/protocol-message-formats.html */

const sslRequest = 80_877_103;
const version3 = 196_608;
/** Longest first message that PostgreSQL itself reads, bytes. */
const mostBytes = 10_000;

/** What a client says before anything else. */
export type Opening =
    | { readonly kind: "ssl" }
    | { readonly kind: "startup"; readonly parameters: Readonly<Record<string, string>> }
    /** A request to cancel, or no PostgreSQL client at all. */
    | { readonly kind: "other" };

/** The opening at the start of the bytes, with its length; undefined while it is not all there. */
export function readOpening(
    bytes: Buffer,
): { readonly opening: Opening; readonly length: number } | undefined {
    if (bytes.length < 4) {
        return undefined;
    }
    const length = bytes.readInt32BE(0);
    if (length < 8 || length > mostBytes) {
        return { opening: { kind: "other" }, length: bytes.length };
    }
    if (bytes.length < length) {
        return undefined;
    }
    const code = bytes.readInt32BE(4);
    const opening: Opening =
        code === sslRequest
            ? { kind: "ssl" }
            : code === version3
              ? { kind: "startup", parameters: parametersOf(bytes.subarray(8, length)) }
              : { kind: "other" };
    return { opening, length };
}

/** The text of a password message at the start of the bytes; undefined while it is not all there. */
export function readPassword(bytes: Buffer): string | undefined {
    if (bytes.length < 5 || bytes.length < 1 + bytes.readInt32BE(1)) {
        return undefined;
    }
    return bytes[0] === "p".charCodeAt(0)
        ? bytes.toString("utf8", 5, bytes.readInt32BE(1)).replace(/\0$/, "")
        : "";
}

export function startupMessage(parameters: Readonly<Record<string, string>>): Buffer {
    const body = Buffer.from(
        `${Object.entries(parameters)
            .map(([name, value]) => `${name}\0${value}\0`)
            .join("")}\0`,
    );
    const head = Buffer.alloc(8);
    head.writeInt32BE(head.length + body.length, 0);
    head.writeInt32BE(version3, 4);
    return Buffer.concat([head, body]);
}

/** AuthenticationCleartextPassword: how RDS asks for a token, which is why it wants TLS. */
export const askForPassword = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);

/** A FATAL error, after which a server ends the connection. */
export function fatal(code: string, message: string): Buffer {
    const body = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
    const head = Buffer.alloc(5);
    head.write("E");
    head.writeInt32BE(4 + body.length, 1);
    return Buffer.concat([head, body]);
}

function parametersOf(bytes: Buffer): Readonly<Record<string, string>> {
    const words = bytes.toString("utf8").split("\0");
    const parameters: Record<string, string> = {};
    for (let at = 0; at + 1 < words.length && words[at] !== ""; at += 2) {
        parameters[words[at] ?? ""] = words[at + 1] ?? "";
    }
    return parameters;
}
