import dgram from "node:dgram";
import dns from "node:dns";
import net from "node:net";

import { expect } from "chai";
import * as packet from "dns-packet";

import { hostedZoneResource } from "../../../../sandbox/aws/route53/hostedZones";
import { DnsServer } from "../../../../sandbox/world/dns";
import { dnsAddress } from "../../../../sandbox/world/network";
import type { Props } from "../../../../sandbox/world/store";
import { type SmallWorld, smallWorld } from "../../../support/smallWorld";
import { geolocation } from "./support";

const zoneId = "Z0123456789EXAMPLE";
const balancer = "shop-1.eu-west-1.elb.amazonaws.com";

/** The library decodes more than its types say. */
type Decoded = packet.DecodedPacket & { readonly rcode: string };

interface Asked {
    readonly from?: string;
    readonly subnet?: { readonly ip: string; readonly sourcePrefixLength: number };
    readonly bufferSize?: number;
}

function queryFor(name: string, type: string, { subnet, bufferSize }: Asked): Buffer {
    return packet.encode({
        type: "query",
        id: 4711,
        flags: packet.RECURSION_DESIRED,
        questions: [{ name, type: type as packet.RecordType }],
        ...(subnet === undefined && bufferSize === undefined
            ? {}
            : {
                  additionals: [
                      {
                          type: "OPT",
                          name: ".",
                          udpPayloadSize: bufferSize ?? 1232,
                          extendedRcode: 0,
                          ednsVersion: 0,
                          flags: 0,
                          flag_do: false,
                          options: subnet === undefined ? [] : [{ code: 8, family: 1, ...subnet }],
                      },
                  ],
              }),
    });
}

describe("DnsServer", () => {
    let world: SmallWorld;
    let server: DnsServer;
    const down = new Set<string>();

    const record = (name: string, inputs: Props): void => {
        const { type = "A", setIdentifier = "" } = inputs;
        world.declare(
            "aws:route53/record:Record",
            "global",
            `${name}_${String(type)}_${String(setIdentifier)}`,
            { zoneId, name, type, ttl: 30, ...inputs },
        );
    };

    beforeEach(async () => {
        world = await smallWorld();
        down.clear();
        world.store.put(hostedZoneResource({ id: zoneId, name: "example.com" }));
        world.network.register(balancer, ["127.10.6.1"]);
        server = new DnsServer(world, {
            health: { healthy: (id) => !down.has(id) },
            loadBalancers: { targetsHealthy: (name) => !down.has(name) },
        });
        await server.start();
    });

    afterEach(async () => {
        await server.stop();
        world.end();
    });

    function exchange(query: Buffer, from = "127.30.3.1"): Promise<Decoded> {
        return new Promise((resolve, reject) => {
            const socket = dgram.createSocket("udp4");
            socket.once("error", reject);
            socket.once("message", (message) => {
                socket.close();
                resolve(packet.decode(message) as Decoded);
            });
            socket.bind(0, from, () => socket.send(query, world.network.ports.dns, dnsAddress));
        });
    }

    const ask = (name: string, type = "A", options: Asked = {}): Promise<Decoded> =>
        exchange(queryFor(name, type, options), options.from);
    const data = ({ answers }: Decoded): readonly unknown[] =>
        (answers ?? []).map((answer) => ("data" in answer ? answer.data : undefined));

    it("answers the account's records, and follows their changes at once", async () => {
        record("www", { records: ["192.0.2.1"] });
        const answer = await ask("WWW.example.com");
        expect(answer).to.deep.include({ id: 4711, rcode: "NOERROR", flag_aa: true });
        expect(answer.answers).to.have.length(1);
        expect(answer.answers?.[0]).to.deep.include({ type: "A", ttl: 30, data: "192.0.2.1" });

        record("www", { records: ["192.0.2.2"] });
        expect(data(await ask("www.example.com"))).to.deep.equal(["192.0.2.2"]);
        world.store.delete("aws:route53/record:Record", "global", "www_A_");
        const gone = await ask("www.example.com");
        expect(gone.rcode).to.equal("NXDOMAIN");
        expect(gone.authorities?.[0]).to.deep.include({ type: "SOA", ttl: 900 });
    });

    it("leads an alias to a balancer's address, for both families", async () => {
        for (const type of ["A", "AAAA"]) {
            record("app", {
                type,
                ttl: undefined,
                aliases: [
                    { name: `dualstack.${balancer}`, zoneId: "Z", evaluateTargetHealth: true },
                ],
            });
        }
        const four = await ask("app.example.com");
        expect(four.answers?.[0]).to.deep.include({ ttl: 60, data: "127.10.6.1" });
        expect(data(await ask("app.example.com", "AAAA"))).to.deep.equal(["::ffff:7f0a:601"]);
    });

    it("answers the names that AWS owns and refuses everybody else's", async () => {
        expect(data(await ask(balancer))).to.deep.equal(["127.10.6.1"]);
        expect((await ask(balancer, "AAAA")).answers).to.have.length(1);
        expect((await ask("gone-2.eu-west-1.elb.amazonaws.com")).rcode).to.equal("NXDOMAIN");
        expect((await ask("www.example.org")).rcode).to.equal("REFUSED");
    });

    it("follows a CNAME of the zone to a name that AWS owns", async () => {
        record("old", { type: "CNAME", records: [balancer] });
        expect(data(await ask("old.example.com"))).to.deep.equal([balancer, "127.10.6.1"]);
    });

    describe("the client's place", () => {
        beforeEach(() => {
            const place = (country: string, value: string): void =>
                record("geo", {
                    records: [value],
                    setIdentifier: country,
                    ...geolocation({ country }),
                });
            place("DE", "192.0.2.1");
            place("IN", "192.0.2.2");
            place("*", "192.0.2.3");
        });

        it("is the resolver's, without a client subnet", async () => {
            expect(data(await ask("geo.example.com", "A", { from: "127.30.3.9" }))).to.deep.equal([
                "192.0.2.1",
            ]);
            expect(data(await ask("geo.example.com", "A", { from: "127.0.0.1" }))).to.deep.equal([
                "192.0.2.3",
            ]);
        });

        it("is the client subnet's, whoever asks, and the answer says for how much of it", async () => {
            const subnet = { ip: "100.68.0.0", sourcePrefixLength: 24 };
            const answer = await ask("geo.example.com", "A", { subnet });
            expect(data(answer)).to.deep.equal(["192.0.2.2"]);
            const opt = answer.additionals?.find((extra) => extra.type === "OPT");
            expect(opt?.options[0]).to.deep.include({
                ip: "100.68.0.0",
                sourcePrefixLength: 24,
                scopePrefixLength: 24,
            });
        });

        it("does not matter to other records: the scope is 0", async () => {
            record("www", { records: ["192.0.2.9"] });
            const subnet = { ip: "100.68.0.0", sourcePrefixLength: 24 };
            const answer = await ask("www.example.com", "A", { subnet });
            const opt = answer.additionals?.find((extra) => extra.type === "OPT");
            expect(opt?.options[0]).to.deep.include({ scopePrefixLength: 0 });
        });
    });

    describe("a big answer", () => {
        const values = Array.from({ length: 60 }, (_, index) => `192.0.2.${index + 1}`);
        beforeEach(() => record("big", { records: values }));

        it("is truncated by UDP and whole by TCP", async () => {
            const cut = await ask("big.example.com");
            expect(cut.flag_tc).to.equal(true);
            expect(cut.answers).to.deep.equal([]);
            const whole = await overTcp([queryFor("big.example.com", "A", {})]);
            expect(data(whole[0] as Decoded)).to.have.members(values);
        });

        it("fits a bigger buffer", async () => {
            const whole = await ask("big.example.com", "A", { bufferSize: 4096 });
            expect(whole.flag_tc).to.equal(false);
            expect(whole.answers).to.have.length(60);
        });

        it("reaches a resolver, which asks again by TCP by itself", async () => {
            const resolver = new dns.promises.Resolver();
            resolver.setServers([`${dnsAddress}:${world.network.ports.dns}`]);
            expect(await resolver.resolve4("big.example.com")).to.have.members(values);
        });
    });

    it("answers several queries on one TCP connection, however they are cut", async () => {
        record("a", { records: ["192.0.2.1"] });
        record("b", { records: ["192.0.2.2"] });
        const names = ["a.example.com", "b.example.com", "a.example.com"];
        const answers = await overTcp(
            names.map((name) => queryFor(name, "A", {})),
            3,
        );
        expect(answers.map((answer) => data(answer)[0])).to.deep.equal([
            "192.0.2.1",
            "192.0.2.2",
            "192.0.2.1",
        ]);
    });

    it("answers many at once", async () => {
        record("www", { records: ["192.0.2.1"] });
        const all = await Promise.all(Array.from({ length: 50 }, () => ask("www.example.com")));
        expect(all.every((answer) => data(answer)[0] === "192.0.2.1")).to.equal(true);
    });

    it("writes the types that people use", async () => {
        const long = "x".repeat(200);
        record("t", { type: "TXT", records: [`one\\"two" "${long}`] });
        record("m", { type: "MX", records: ["10 mail.example.com."] });
        record("s", { type: "SRV", records: ["1 2 443 www.example.com"] });
        record("c", { type: "CAA", records: ['0 issue "amazon.com"'] });
        const [text] = data(await ask("t.example.com", "TXT")) as readonly Buffer[][];
        expect(text?.map(String)).to.deep.equal(['one"two', long]);
        expect(data(await ask("m.example.com", "MX"))[0]).to.deep.include({
            preference: 10,
            exchange: "mail.example.com",
        });
        expect(data(await ask("s.example.com", "SRV"))[0]).to.deep.include({ port: 443 });
        expect(data(await ask("c.example.com", "CAA"))[0]).to.deep.include({ value: "amazon.com" });
        expect((await ask("example.com", "NS")).answers).to.have.length(2);
    });

    it("writes bytes as they were given, and fails a record that has no form on the wire", async () => {
        record("bytes", { type: "TXT", records: ["a\\303\\274"] });
        const [text] = data(await ask("bytes.example.com", "TXT")) as readonly Buffer[][];
        expect(text?.[0]?.toString("utf8")).to.equal("aü");
        record("bad", { type: "MX", records: ["70000 mail.example.com."] });
        expect((await ask("bad.example.com", "MX")).rcode).to.equal("SERVFAIL");
        expect((await ask("example.com", "SOA")).rcode).to.equal("NOERROR");
    });

    it("asks the account's health at the time of the query", async () => {
        for (const [role, value] of [
            ["PRIMARY", "192.0.2.1"],
            ["SECONDARY", "192.0.2.2"],
        ] as const) {
            record("ha", {
                records: [value],
                setIdentifier: role,
                failoverRoutingPolicies: [{ type: role }],
                ...(role === "PRIMARY" ? { healthCheckId: "check" } : {}),
            });
        }
        expect(data(await ask("ha.example.com"))).to.deep.equal(["192.0.2.1"]);
        down.add("check");
        expect(data(await ask("ha.example.com"))).to.deep.equal(["192.0.2.2"]);
        expect(server.resolve("ha.example.com", "A").answers[0]?.value).to.equal("192.0.2.2");
    });

    it("records who asked what, as a call to a plane that is everywhere", async () => {
        record("www", { records: ["192.0.2.1"] });
        await ask("www.example.com");
        await ask("www.example.org", "A", { from: world.network.egressAddress("eu-west-1") });
        expect(world.journal.since(0).map((call) => ({ ...call, atMs: 0 }))).to.deep.equal([
            {
                atMs: 0,
                caller: "shopper:3",
                plane: "data",
                service: "route53",
                action: "A www.example.com",
                region: "global",
                outcome: "ok",
            },
            {
                atMs: 0,
                caller: "region:eu-west-1",
                plane: "data",
                service: "route53",
                action: "A www.example.org",
                region: "global",
                outcome: "refused",
            },
        ]);
    });

    it("answers while every control plane is down, but nobody in a region that is lost", async () => {
        record("www", { records: ["192.0.2.1"] });
        world.faults.inject({ kind: "control-planes", region: "us-east-1" });
        world.faults.inject({ kind: "blackout", region: "us-east-1" });
        expect(data(await ask("www.example.com"))).to.deep.equal(["192.0.2.1"]);

        const socket = dgram.createSocket("udp4");
        socket.bind(0, world.network.egressAddress("us-east-1"), () =>
            socket.send(queryFor("www.example.com", "A", {}), world.network.ports.dns, dnsAddress),
        );
        await world.until(() =>
            world.journal.since(0).some(({ outcome }) => outcome === "timeout"),
        );
        socket.close();
    });

    it("says what is wrong with a query it cannot answer, and nothing to what is none", async () => {
        const several = packet.encode({
            type: "query",
            id: 1,
            questions: [
                { name: "a.example.com", type: "A" },
                { name: "b.example.com", type: "A" },
            ],
        });
        expect((await exchange(several)).rcode).to.equal("FORMERR");
        const update = packet.encode({ type: "query", id: 1, flags: 5 << 11, questions: [] });
        expect((await exchange(update)).rcode).to.equal("NOTIMP");

        const socket = dgram.createSocket("udp4");
        await new Promise<void>((resolve) =>
            socket.send("nonsense", world.network.ports.dns, dnsAddress, () => resolve()),
        );
        socket.close();
        expect((await ask("example.com", "SOA")).answers).to.have.length(1);
    });

    it("says which port is in use", async () => {
        const second = new DnsServer(world, {
            health: { healthy: () => true },
            loadBalancers: { targetsHealthy: () => true },
        });
        const error = await second.start().then(
            () => undefined,
            (reason: Error) => reason,
        );
        expect(error?.message).to.include(`${dnsAddress}:${world.network.ports.dns}`);
        expect(data(await ask("example.com", "SOA"))).to.have.length(1);
    });

    /** Sends length-prefixed queries on one connection, in pieces, and reads as many answers. */
    function overTcp(queries: readonly Buffer[], piece = 65_535): Promise<Decoded[]> {
        return new Promise((resolve, reject) => {
            const socket = net.connect(world.network.ports.dns, dnsAddress);
            const answers: Decoded[] = [];
            let received = Buffer.alloc(0);
            socket.setNoDelay(true);
            socket.on("error", reject);
            socket.on("data", (chunk: Buffer) => {
                received = Buffer.concat([received, chunk]);
                while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
                    const end = 2 + received.readUInt16BE(0);
                    answers.push(packet.decode(received.subarray(2, end)) as Decoded);
                    received = received.subarray(end);
                }
                if (answers.length === queries.length) {
                    socket.destroy();
                    resolve(answers);
                }
            });
            const bytes = Buffer.concat(
                queries.flatMap((query) => {
                    const length = Buffer.alloc(2);
                    length.writeUInt16BE(query.length);
                    return [length, query];
                }),
            );
            for (let at = 0; at < bytes.length; at += piece) {
                socket.write(bytes.subarray(at, at + piece));
            }
        });
    }
});
