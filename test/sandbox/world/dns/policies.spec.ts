import { expect } from "chai";

import { biased } from "../../../../sandbox/world/dns/policies/geoproximity";
import type { Props } from "../../../../sandbox/world/store";
import {
    address,
    ask,
    failover,
    geolocation,
    latency,
    multivalue,
    valuesOf,
    weight,
    zoneWith,
} from "./support";

/** Shares of the values over an even spread of draws. */
function shares(
    zone: ReturnType<typeof zoneWith>,
    name: string,
    down: readonly string[] = [],
): Record<string, number> {
    const draws = 1000;
    const counts: Record<string, number> = {};
    for (let draw = 0; draw < draws; draw++) {
        const [value = "none"] = valuesOf(zone, name, { down, random: () => draw / draws });
        counts[value] = (counts[value] ?? 0) + 1 / draws;
    }
    return Object.fromEntries(
        Object.entries(counts).map(([value, share]) => [value, Math.round(share * 100) / 100]),
    );
}

describe("routing policies", () => {
    describe("simple", () => {
        it("answers all values, in an order that the draw decides", () => {
            const zone = zoneWith([{ name: "www", ttl: 30, records: ["192.0.2.1", "192.0.2.2"] }]);
            expect(valuesOf(zone, "www", { random: () => 0 })).to.deep.equal([
                "192.0.2.2",
                "192.0.2.1",
            ]);
            expect(valuesOf(zone, "www", { random: () => 0.99 })).to.deep.equal([
                "192.0.2.1",
                "192.0.2.2",
            ]);
        });
    });

    describe("weighted", () => {
        const zone = zoneWith([
            address("www", "192.0.2.1", { ...weight(60), healthCheckId: "one" }),
            address("www", "192.0.2.2", { ...weight(20), healthCheckId: "two" }),
            address("www", "192.0.2.3", { ...weight(0), healthCheckId: "three" }),
            address("www", "192.0.2.4", { ...weight(0), healthCheckId: "four" }),
        ]);

        it("draws by weight and leaves out the zero weights", () => {
            expect(shares(zone, "www")).to.deep.equal({ "192.0.2.1": 0.75, "192.0.2.2": 0.25 });
        });

        it("divides an unhealthy record's share among the rest", () => {
            expect(shares(zone, "www", ["one"])).to.deep.equal({ "192.0.2.2": 1 });
        });

        it("considers the zero weights, alike, once all others are unhealthy", () => {
            expect(shares(zone, "www", ["one", "two"])).to.deep.equal({
                "192.0.2.3": 0.5,
                "192.0.2.4": 0.5,
            });
            expect(shares(zone, "www", ["one", "two", "three"])).to.deep.equal({ "192.0.2.4": 1 });
        });

        it("goes by weight again when none is healthy", () => {
            expect(shares(zone, "www", ["one", "two", "three", "four"])).to.deep.equal({
                "192.0.2.1": 0.75,
                "192.0.2.2": 0.25,
            });
        });

        it("gives all the same probability when all weights are zero", () => {
            const zeros = zoneWith([
                address("www", "192.0.2.1", { ...weight(0), healthCheckId: "one" }),
                address("www", "192.0.2.2", weight(0)),
            ]);
            expect(shares(zeros, "www")).to.deep.equal({ "192.0.2.1": 0.5, "192.0.2.2": 0.5 });
            expect(shares(zeros, "www", ["one"])).to.deep.equal({ "192.0.2.2": 1 });
        });
    });

    describe("latency", () => {
        const zone = zoneWith([
            address("www", "192.0.2.1", { ...latency("us-east-1"), healthCheckId: "us" }),
            address("www", "192.0.2.2", { ...latency("eu-west-1"), healthCheckId: "eu" }),
            address("www", "192.0.2.3", { ...latency("ap-east-1"), healthCheckId: "ap" }),
        ]);

        it("answers the nearest region, and the next nearest when it is unhealthy", () => {
            expect(valuesOf(zone, "www", { from: "za" })).to.deep.equal(["192.0.2.2"]);
            expect(valuesOf(zone, "www", { from: "za", down: ["eu"] })).to.deep.equal([
                "192.0.2.1",
            ]);
            expect(valuesOf(zone, "www", { from: "za", down: ["eu", "us"] })).to.deep.equal([
                "192.0.2.3",
            ]);
        });

        it("answers the nearest when none is healthy", () => {
            expect(valuesOf(zone, "www", { from: "hk", down: ["us", "eu", "ap"] })).to.deep.equal([
                "192.0.2.3",
            ]);
        });

        it("answers somebody it cannot place, and always the same", () => {
            expect(valuesOf(zone, "www")).to.deep.equal(["192.0.2.1"]);
        });
    });

    describe("failover", () => {
        const zone = zoneWith([
            address("www", "192.0.2.2", { ...failover("SECONDARY"), healthCheckId: "second" }),
            address("www", "192.0.2.1", { ...failover("PRIMARY"), healthCheckId: "first" }),
        ]);
        for (const [down, expected] of [
            [[], "192.0.2.1"],
            [["second"], "192.0.2.1"],
            [["first"], "192.0.2.2"],
            [["first", "second"], "192.0.2.1"],
        ] as const) {
            it(`answers ${expected} with ${down.join(" and ") || "nothing"} down`, () => {
                expect(valuesOf(zone, "www", { down })).to.deep.equal([expected]);
            });
        }

        it("takes a secondary without a check for healthy", () => {
            const unchecked = zoneWith([
                address("www", "192.0.2.1", { ...failover("PRIMARY"), healthCheckId: "first" }),
                address("www", "192.0.2.2", failover("SECONDARY")),
            ]);
            expect(valuesOf(unchecked, "www", { down: ["first"] })).to.deep.equal(["192.0.2.2"]);
        });
    });

    describe("geolocation", () => {
        const places: readonly (readonly [string, Record<string, string>])[] = [
            ["192.0.2.1", { country: "US", subdivision: "VA" }],
            ["192.0.2.2", { country: "US" }],
            ["192.0.2.3", { continent: "NA" }],
            ["192.0.2.4", { country: "*" }],
            ["192.0.2.5", { continent: "EU" }],
        ];
        const zone = zoneWith(
            places.map(([value, place]) =>
                address("www", value, { ...geolocation(place), healthCheckId: value }),
            ),
        );

        it("answers for the smallest place, and for the next larger when it is unhealthy", () => {
            const values = places.slice(0, 4).map(([value]) => value);
            values.forEach((value, index) => {
                const down = values.slice(0, index);
                expect(valuesOf(zone, "www", { from: "us", down })).to.deep.equal([value]);
            });
        });

        it("answers for the smallest place, not the default, when all that apply are unhealthy", () => {
            const down = places.slice(0, 4).map(([value]) => value);
            expect(valuesOf(zone, "www", { from: "us", down })).to.deep.equal(["192.0.2.1"]);
        });

        it("answers a continent's country, the rest of the world and the unplaced", () => {
            expect(valuesOf(zone, "www", { from: "de" })).to.deep.equal(["192.0.2.5"]);
            expect(valuesOf(zone, "www", { from: "au" })).to.deep.equal(["192.0.2.4"]);
            expect(valuesOf(zone, "www")).to.deep.equal(["192.0.2.4"]);
        });

        it("has no answer where nothing matches and there is no default", () => {
            const only = zoneWith([address("www", "192.0.2.5", geolocation({ continent: "EU" }))]);
            const nothing = ask(only, "www", { from: "in" });
            expect(nothing.rcode).to.equal("NOERROR");
            expect(nothing.answers).to.deep.equal([]);
            expect(nothing.authority[0]?.type).to.equal("SOA");
        });
    });

    describe("geoproximity", () => {
        const near = (region: string, bias: number, coordinates?: Props): Props => ({
            geoproximityRoutingPolicy: {
                ...(coordinates === undefined
                    ? { awsRegion: region }
                    : { coordinates: [coordinates] }),
                bias,
            },
        });

        it("answers the nearest, as the biases have it", () => {
            const even = [
                address("www", "192.0.2.1", { ...near("eu-west-1", 0), healthCheckId: "ie" }),
                address("www", "192.0.2.2", near("ap-south-1", 0)),
            ];
            expect(valuesOf(zoneWith(even), "www", { from: "de" })).to.deep.equal(["192.0.2.1"]);
            expect(valuesOf(zoneWith(even), "www", { from: "de", down: ["ie"] })).to.deep.equal([
                "192.0.2.2",
            ]);
            const drawn = [even[0] ?? {}, address("www", "192.0.2.2", near("ap-south-1", 90))];
            expect(valuesOf(zoneWith(drawn), "www", { from: "de" })).to.deep.equal(["192.0.2.2"]);
        });

        it("takes coordinates", () => {
            const zone = zoneWith([
                address("www", "192.0.2.1", near("eu-west-1", 0)),
                address("www", "192.0.2.2", near("", 0, { latitude: "48.1", longitude: "11.6" })),
            ]);
            expect(valuesOf(zone, "www", { from: "de" })).to.deep.equal(["192.0.2.2"]);
        });

        it("shrinks and stretches distances as AWS's formula does", () => {
            expect(biased(1000, 50)).to.equal(500);
            expect(biased(1000, -50)).to.equal(2000);
            expect(biased(1000, 0)).to.equal(1000);
        });
    });

    describe("IP-based", () => {
        const location = (name: string): Props => ({
            cidrRoutingPolicy: { collectionId: "offices", locationName: name },
        });
        const blocks: Record<string, readonly string[]> = {
            wide: ["100.0.0.0/8", "2001:db8::/32"],
            narrow: ["100.66.0.0/16"],
            tiny: ["100.66.0.128/25"],
        };
        const zone = zoneWith(
            [
                address("www", "192.0.2.1", location("wide")),
                address("www", "192.0.2.2", { ...location("narrow"), healthCheckId: "narrow" }),
                address("www", "192.0.2.3", location("*")),
                address("www", "192.0.2.4", location("tiny")),
            ],
            (collection, name) => (collection === "offices" ? (blocks[name] ?? []) : []),
        );
        const from = (client: string, prefixLength: number): readonly string[] =>
            valuesOf(zone, "www", { client: { address: client, prefixLength } });

        it("answers for the longest block that holds the client's prefix", () => {
            expect(from("100.66.0.0", 24)).to.deep.equal(["192.0.2.2"]);
            expect(from("100.67.0.0", 24)).to.deep.equal(["192.0.2.1"]);
            expect(from("2001:db8:1::", 48)).to.deep.equal(["192.0.2.1"]);
            expect(from("100.66.0.129", 32)).to.deep.equal(["192.0.2.4"]);
        });

        it("does not match a block longer than the prefix", () => {
            expect(from("100.66.0.128", 24)).to.deep.equal(["192.0.2.2"]);
            expect(from("100.0.0.0", 7)).to.deep.equal(["192.0.2.3"]);
        });

        it("falls back on the default, and on a wider block when the best is unhealthy", () => {
            expect(from("8.8.8.0", 24)).to.deep.equal(["192.0.2.3"]);
            expect(
                valuesOf(zone, "www", {
                    client: { address: "100.66.0.0", prefixLength: 24 },
                    down: ["narrow"],
                }),
            ).to.deep.equal(["192.0.2.1"]);
        });
    });

    describe("multivalue", () => {
        const values = Array.from({ length: 10 }, (_, index) => `192.0.2.${index + 1}`);
        const zone = zoneWith(
            values.map((value) => address("www", value, { ...multivalue, healthCheckId: value })),
        );

        it("answers eight healthy values", () => {
            const found = valuesOf(zone, "www", { down: ["192.0.2.1"] });
            expect(new Set(found).size).to.equal(8);
            expect(found).to.not.include("192.0.2.1");
        });

        it("answers all healthy ones when they are fewer", () => {
            expect([...valuesOf(zone, "www", { down: values.slice(2) })].sort()).to.deep.equal(
                values.slice(0, 2),
            );
        });

        it("answers eight of the unhealthy when all are", () => {
            expect(new Set(valuesOf(zone, "www", { down: values })).size).to.equal(8);
        });
    });
});
