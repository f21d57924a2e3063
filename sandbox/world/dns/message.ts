import * as packet from "dns-packet";

import { packetRecord } from "./recordData";
import type { ClientSubnet, DnsAnswer } from "./resolver";

/** Biggest UDP answer without EDNS (RFC 1035) and the most that is sent with it. */
const plainLimit = 512;
const ednsLimit = 4096;
const subnetHeadBytes = 4;

const rcodes = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5 };
type Rcode = keyof typeof rcodes;

/** A query, as far as this server goes into it. */
export interface DnsQuery {
    readonly id: number;
    readonly flags: number;
    /** Undefined when the query is malformed: not exactly one question, or half a client subnet. */
    readonly question: packet.Question | undefined;
    readonly opcode: string;
    readonly edns: Edns | undefined;
    readonly clientSubnet: ClientSubnet | undefined;
}

interface Edns {
    readonly udpPayloadSize: number;
    readonly subnet: SubnetOption | undefined;
}

type SubnetOption = Extract<packet.PacketOpt, { ip: string | undefined }>;

/** @throws when the bytes are no DNS query */
export function readQuery(message: Buffer): DnsQuery {
    const decoded = packet.decode(message) as packet.DecodedPacket & { opcode?: string };
    if (decoded.type !== "query") {
        throw new Error("not a query");
    }
    const opt = decoded.additionals?.find((extra) => extra.type === "OPT");
    const subnet = opt?.options.find(
        (option): option is SubnetOption => Number(option.code) === 8 && "ip" in option,
    );
    // Family and both prefix lengths are always there (RFC 7871, 6).
    const whole = subnet === undefined || (subnet.data?.length ?? 0) >= subnetHeadBytes;
    return {
        id: decoded.id ?? 0,
        flags: decoded.flags ?? 0,
        question: decoded.questions?.length === 1 && whole ? decoded.questions[0] : undefined,
        opcode: decoded.opcode ?? "QUERY",
        edns:
            opt === undefined
                ? undefined
                : {
                      udpPayloadSize: Math.max(plainLimit, opt.udpPayloadSize),
                      subnet: whole ? subnet : undefined,
                  },
        // A prefix of 0 bits says: do not tell.
        clientSubnet:
            whole && subnet?.ip !== undefined && (subnet.sourcePrefixLength ?? 0) > 0
                ? { address: subnet.ip, prefixLength: subnet.sourcePrefixLength ?? 0 }
                : undefined,
    };
}

/** The answer's bytes. A record that cannot be put on the wire makes it SERVFAIL. */
export function writeAnswer(query: DnsQuery, answer: DnsAnswer): Buffer {
    const answers = answer.answers.map(packetRecord);
    const authorities = answer.authority.map(packetRecord);
    const known = (record: packet.Answer | undefined): record is packet.Answer =>
        record !== undefined;
    if (!answers.every(known) || !authorities.every(known)) {
        return writeFailure(query, "SERVFAIL");
    }
    try {
        return write(query, answer.rcode, {
            flags: answer.authoritative ? packet.AUTHORITATIVE_ANSWER : 0,
            answers,
            authorities,
            scope: answer.scope,
        });
    } catch {
        return writeFailure(query, "SERVFAIL");
    }
}

/** An answer that has nothing but a reason. */
export function writeFailure(query: DnsQuery, rcode: Rcode): Buffer {
    return write(query, rcode, { flags: 0, answers: [], authorities: [], scope: 0 });
}

/** What goes out by UDP: the answer, or an empty one marked as truncated, to be asked again by TCP. */
export function fitUdp(query: DnsQuery, message: Buffer): Buffer {
    const limit = Math.min(query.edns?.udpPayloadSize ?? plainLimit, ednsLimit);
    if (message.length <= limit) {
        return message;
    }
    return write(query, "NOERROR", {
        flags: packet.AUTHORITATIVE_ANSWER | packet.TRUNCATED_RESPONSE,
        answers: [],
        authorities: [],
        scope: 0,
    });
}

function write(
    query: DnsQuery,
    rcode: Rcode,
    body: {
        readonly flags: number;
        readonly answers: packet.Answer[];
        readonly authorities: packet.Answer[];
        readonly scope: number;
    },
): Buffer {
    return packet.encode({
        type: "response",
        id: query.id,
        // The asker's wish for recursion is repeated; the answer does not offer it, but for names of this server none is needed.
        flags: body.flags | (query.flags & packet.RECURSION_DESIRED) | rcodes[rcode],
        questions: query.question === undefined ? [] : [query.question],
        answers: body.answers,
        authorities: body.authorities,
        additionals: query.edns === undefined ? [] : [optRecord(query.edns, body.scope)],
    });
}

function optRecord({ subnet }: Edns, scope: number): packet.OptAnswer {
    return {
        type: "OPT",
        name: ".",
        udpPayloadSize: ednsLimit,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options:
            subnet?.data === undefined ? [] : [{ ...subnet, data: withScope(subnet.data, scope) }],
    };
}

/** The client subnet is sent back as it came, but for the scope in its fourth byte (RFC 7871, 6). */
function withScope(option: Buffer, scope: number): Buffer {
    const answered = Buffer.from(option);
    answered.writeUInt8(scope, 3);
    return answered;
}
