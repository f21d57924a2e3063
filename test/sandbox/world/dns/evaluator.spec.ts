import { expect } from "chai";

import { address, alias, ask, failover, latency, valuesOf, zoneId, zoneWith } from "./support";

describe("evaluator", () => {
    describe("names", () => {
        const zone = zoneWith([
            { name: "www", ttl: 30, records: ["192.0.2.1"] },
            { name: "*", ttl: 30, records: ["192.0.2.2"] },
            { name: "deep.down", ttl: 30, records: ["192.0.2.3"] },
            { name: "*.wild", type: "TXT", ttl: 30, records: ["text"] },
            { name: "mail", type: "CNAME", ttl: 30, records: ["www.example.com"] },
            { name: "out", type: "CNAME", ttl: 30, records: ["www.example.net."] },
            { name: "lost", type: "CNAME", ttl: 30, records: ["nobody.wild.www.example.com"] },
            { name: "ring", type: "CNAME", ttl: 30, records: ["gnir.example.com"] },
            { name: "gnir", type: "CNAME", ttl: 30, records: ["ring.example.com"] },
            { name: "sub", type: "NS", ttl: 300, records: ["ns.example.org."] },
        ]);

        it("prefers the exact name to the wildcard", () => {
            expect(valuesOf(zone, "www")).to.deep.equal(["192.0.2.1"]);
            expect(valuesOf(zone, "anything")).to.deep.equal(["192.0.2.2"]);
        });

        it("answers a wildcard under the name that was asked for, at any depth", () => {
            expect(ask(zone, "a.b").answers[0]).to.deep.include({
                name: "a.b.example.com",
                value: "192.0.2.2",
            });
        });

        it("has no data for a name that exists without the type, and the wildcard does not fill in", () => {
            for (const [name, type] of [
                ["www", "AAAA"],
                ["down", "A"],
                ["x.wild", "A"],
            ] as const) {
                const { rcode, answers, authority } = ask(zone, name, { type });
                expect(rcode, name).to.equal("NOERROR");
                expect(answers).to.deep.equal([]);
                expect(authority[0]).to.deep.include({
                    type: "SOA",
                    name: "example.com",
                    ttl: 900,
                });
            }
        });

        it("knows no name that neither is there nor matches the closest wildcard", () => {
            const { rcode, authority } = ask(zone, "up.down");
            expect(rcode).to.equal("NXDOMAIN");
            expect(authority[0]?.type).to.equal("SOA");
        });

        it("follows a CNAME within the zone, and leaves it at the border", () => {
            expect(ask(zone, "mail").answers.map(({ name, type }) => [name, type])).to.deep.equal([
                ["mail.example.com", "CNAME"],
                ["www.example.com", "A"],
            ]);
            expect(valuesOf(zone, "out")).to.deep.equal(["www.example.net."]);
            expect(valuesOf(zone, "mail", { type: "CNAME" })).to.deep.equal(["www.example.com"]);
        });

        it("answers a CNAME to nothing with the CNAME and NXDOMAIN", () => {
            const { rcode, answers } = ask(zone, "lost");
            expect(rcode).to.equal("NXDOMAIN");
            expect(answers.map(({ type }) => type)).to.deep.equal(["CNAME"]);
        });

        it("stops in a ring of CNAMEs", () => {
            expect(ask(zone, "ring").answers).to.have.length(2);
        });

        it("refers to the servers of a delegated name", () => {
            const { authoritative, answers, authority } = ask(zone, "www.sub");
            expect(authoritative).to.equal(false);
            expect(answers).to.deep.equal([]);
            expect(authority.map(({ value }) => value)).to.deep.equal(["ns.example.org."]);
        });

        it("has SOA and NS at the apex", () => {
            expect(valuesOf(zone, "", { type: "SOA" })[0]).to.match(/^ns-1\.example\.com\. /);
            expect(valuesOf(zone, "", { type: "NS" })).to.deep.equal(["ns-1.example.com."]);
        });
    });

    describe("health of a record", () => {
        const two = (first: object): ReturnType<typeof zoneWith> =>
            zoneWith([
                { ...alias("www", "first.example.com", failover("PRIMARY")), ...first },
                address("www", "192.0.2.9", failover("SECONDARY")),
                address("first", "192.0.2.1", { ...latency("us-east-1"), healthCheckId: "a" }),
                address("first", "192.0.2.2", { ...latency("eu-west-1"), healthCheckId: "b" }),
            ]);

        it("is its target's, while one member of the target's group is healthy", () => {
            const zone = two({});
            expect(valuesOf(zone, "www")).to.deep.equal(["192.0.2.1"]);
            expect(valuesOf(zone, "www", { down: ["a"] })).to.deep.equal(["192.0.2.2"]);
            expect(valuesOf(zone, "www", { down: ["a", "b"] })).to.deep.equal(["192.0.2.9"]);
        });

        it("needs the check and the target when it has both", () => {
            const zone = two({ healthCheckId: "own" });
            expect(valuesOf(zone, "www", { down: ["own"] })).to.deep.equal(["192.0.2.9"]);
            expect(valuesOf(zone, "www", { down: ["a", "b"] })).to.deep.equal(["192.0.2.9"]);
            expect(valuesOf(zone, "www")).to.deep.equal(["192.0.2.1"]);
        });

        it("is not the target's when the alias does not evaluate it: the branch must answer", () => {
            const aliases = [{ name: "first.example.com", zoneId, evaluateTargetHealth: false }];
            const zone = two({ aliases });
            expect(valuesOf(zone, "www", { down: ["a"] })).to.deep.equal(["192.0.2.2"]);
            expect(valuesOf(zone, "www", { down: ["a", "b"] })).to.deep.equal(["192.0.2.1"]);
        });

        it("is well for a leaf without a check, which shields its branch", () => {
            const zone = zoneWith([
                alias("www", "first.example.com", failover("PRIMARY")),
                address("www", "192.0.2.9", failover("SECONDARY")),
                address("first", "192.0.2.1", { ...latency("us-east-1"), healthCheckId: "a" }),
                address("first", "192.0.2.2", latency("eu-west-1")),
            ]);
            expect(valuesOf(zone, "www", { down: ["a"], from: "us" })).to.deep.equal(["192.0.2.2"]);
        });

        it("is bad for an alias to nothing and for a ring of aliases", () => {
            const zone = zoneWith([
                alias("www", "gone.example.com", failover("PRIMARY")),
                address("www", "192.0.2.9", failover("SECONDARY")),
                alias("round", "ring.example.com", failover("PRIMARY")),
                address("round", "192.0.2.8", failover("SECONDARY")),
                { name: "ring", aliases: alias("", "gnir.example.com")["aliases"] },
                { name: "gnir", aliases: alias("", "ring.example.com")["aliases"] },
            ]);
            expect(valuesOf(zone, "www")).to.deep.equal(["192.0.2.9"]);
            expect(valuesOf(zone, "round")).to.deep.equal(["192.0.2.8"]);
            expect(valuesOf(zone, "ring")).to.deep.equal([]);
        });
    });

    it("opens the outermost group first, and then the branch it chose", () => {
        const zone = zoneWith([
            alias("www", "first.example.com", failover("PRIMARY")),
            alias("www", "second.example.com", failover("SECONDARY")),
            ...["first", "second"].flatMap((name, index) => [
                address(name, `192.0.2.${index}1`, {
                    ...latency("us-east-1"),
                    healthCheckId: `${name}-us`,
                }),
                address(name, `192.0.2.${index}2`, {
                    ...latency("eu-west-1"),
                    healthCheckId: `${name}-eu`,
                }),
            ]),
        ]);
        const first = ["first-us", "first-eu"];
        expect(valuesOf(zone, "www", { from: "de", down: first })).to.deep.equal(["192.0.2.12"]);
        expect(
            valuesOf(zone, "www", { from: "de", down: [...first, "second-us", "second-eu"] }),
        ).to.deep.equal(["192.0.2.02"]);
    });

    it("gives an alias to a record that record's TTL", () => {
        const zone = zoneWith([
            { name: "www", aliases: [{ name: "origin.example.com", zoneId }] },
            { name: "origin", ttl: 17, records: ["192.0.2.1"] },
        ]);
        expect(ask(zone, "www").answers).to.deep.equal([
            { name: "www.example.com", type: "A", ttl: 17, value: "192.0.2.1" },
        ]);
    });
});
