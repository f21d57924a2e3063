import type { Answer as PacketAnswer } from "dns-packet";

import type { ResourceRecord } from "./types";

/**
 * A record as `dns-packet` writes it. Undefined for a type that Route 53 has and this server does not
 * put on the wire (DS, HTTPS, NAPTR, SPF, SSHFP, SVCB, TLSA).
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html
 */
export function packetRecord({ name, type, ttl, value }: ResourceRecord): PacketAnswer | undefined {
    const base = { name, ttl, class: "IN" as const };
    const fields = value.trim().split(/\s+/);
    switch (type) {
        case "A":
        case "AAAA":
            return { ...base, type, data: value };
        case "CNAME":
        case "NS":
        case "PTR":
            return { ...base, type, data: undotted(value) };
        case "TXT":
            return {
                ...base,
                type,
                data: characterStrings(value).map((text) => Buffer.from(text, "latin1")),
            };
        case "MX":
            return {
                ...base,
                type,
                data: { preference: Number(fields[0]), exchange: undotted(fields[1]) },
            };
        case "SRV":
            return {
                ...base,
                type,
                data: {
                    priority: Number(fields[0]),
                    weight: Number(fields[1]),
                    port: Number(fields[2]),
                    target: undotted(fields[3]),
                },
            };
        case "CAA":
            return {
                ...base,
                type,
                data: {
                    flags: Number(fields[0]),
                    tag: fields[1] as "issue" | "issuewild" | "iodef",
                    value: characterStrings(fields.slice(2).join(" ")).join(""),
                },
            };
        case "SOA":
            return {
                ...base,
                type,
                data: {
                    mname: undotted(fields[0]),
                    rname: undotted(fields[1]),
                    serial: Number(fields[2]),
                    refresh: Number(fields[3]),
                    retry: Number(fields[4]),
                    expire: Number(fields[5]),
                    minimum: Number(fields[6]),
                },
            };
        default:
            return undefined;
    }
}

/** Strings in quotation marks, a character for each byte, with `\"`, `\\` and `\ooo` (octal) read as Route 53 does. */
export function characterStrings(value: string): readonly string[] {
    return [...value.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map(([, text = ""]) =>
        text.replace(/\\([0-7]{3}|.)/gs, (_, escaped: string) =>
            escaped.length === 3 ? String.fromCharCode(parseInt(escaped, 8)) : escaped,
        ),
    );
}

function undotted(name = ""): string {
    return name.length > 1 ? name.replace(/\.$/, "") : name;
}
