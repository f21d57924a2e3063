import { expect } from "chai";
import * as packet from "dns-packet";
import fc from "fast-check";

import {
    type DnsQuery,
    fitUdp,
    readQuery,
    writeAnswer,
    writeFailure,
} from "../../../../sandbox/world/dns/message";
import type { DnsAnswer } from "../../../../sandbox/world/dns/resolver";

const answer: DnsAnswer = {
    rcode: "NOERROR",
    authoritative: true,
    answers: [{ name: "app.example.com", type: "A", ttl: 60, value: "192.0.2.1" }],
    authority: [],
    dependsOnClient: true,
    path: [],
    scope: 24,
};

/** A query with a client subnet, whose option carries the given bytes, and another option behind it. */
function withSubnet(option: Buffer): Buffer {
    const options = [
        { code: 8, data: option },
        { code: 10, data: Buffer.alloc(8) },
    ] as unknown as packet.PacketOpt[];
    return packet.encode({
        type: "query",
        id: 4711,
        questions: [{ name: "app.example.com", type: "A" }],
        additionals: [
            {
                type: "OPT",
                name: ".",
                udpPayloadSize: 1232,
                extendedRcode: 0,
                ednsVersion: 0,
                flags: 0,
                flag_do: false,
                options,
            },
        ],
    });
}

const wholeSubnet = Buffer.from([0, 1, 24, 0, 100, 64, 0]);

describe("DNS messages", () => {
    it("take a whole client subnet, and send it back with the scope", () => {
        const query = readQuery(withSubnet(wholeSubnet));
        expect(query.clientSubnet).to.deep.equal({ address: "100.64.0.0", prefixLength: 24 });
        const sent = writeAnswer(query, answer);
        expect(sent.subarray(-7)).to.deep.equal(Buffer.from([0, 1, 24, 24, 100, 64, 0]));
    });

    for (const length of [0, 1, 2, 3]) {
        it(`are malformed with a client subnet of ${length} bytes`, () => {
            const query = readQuery(withSubnet(wholeSubnet.subarray(0, length)));
            expect(query.question).to.equal(undefined);
            expect(query.clientSubnet).to.equal(undefined);
            const reply = packet.decode(writeFailure(query, "FORMERR"));
            expect(reply.id).to.equal(4711);
        });
    }

    it("of any bytes are either no query or one that can be answered", () => {
        const seed = withSubnet(wholeSubnet);
        const change = fc.tuple(fc.nat(seed.length - 1), fc.nat(255));
        fc.assert(
            fc.property(
                fc.array(change, { maxLength: 6 }),
                fc.integer({ min: 0, max: seed.length }),
                (changes, length) => {
                    const message = Buffer.from(seed);
                    changes.forEach(([at, value]) => message.writeUInt8(value, at));
                    let query: DnsQuery;
                    try {
                        query = readQuery(message.subarray(0, length));
                    } catch {
                        return;
                    }
                    const whole =
                        query.question === undefined
                            ? writeFailure(query, "FORMERR")
                            : writeAnswer(query, answer);
                    expect(fitUdp(query, whole).readUInt16BE(0)).to.equal(query.id);
                },
            ),
            { numRuns: 2000 },
        );
    });
});
