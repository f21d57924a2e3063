import { expect } from "chai";

import type { Zone } from "../../../../sandbox/world/dns/types";
import { geographies, latencyMs } from "../../../../sandbox/world/geography";
import type { Props } from "../../../../sandbox/world/store";
import {
    alias,
    ask,
    failover,
    geolocation,
    latency,
    valuesOf,
    weight,
    zoneId,
    zoneWith,
} from "./support";

/** Regions and where the users of each go while its share is below 100. */
const awayOf: Readonly<Record<string, string>> = {
    "us-east-1": "eu-west-1",
    "eu-west-1": "us-east-1",
    "ap-south-1": "ap-east-1",
    "ap-east-1": "ap-south-1",
};
const regions = Object.keys(awayOf);
const balancer = (region: string): string => `lb.${region}.elb.amazonaws.com`;
const inService = (region: string): string => `in-service-${region}`;

interface TreeOptions {
    readonly share?: Readonly<Record<string, number>>;
    /** Geography with strict residency, and the regions its users may use. */
    readonly strict?: Readonly<Record<string, readonly string[]>>;
}

/** A tree of four regions: geolocation, then latency, then a region's own weights. */
function tree({ share = {}, strict = {} }: TreeOptions = {}): Zone {
    const balanced = (name: string, region: string, policy: Props): Props => ({
        name,
        aliases: [{ name: balancer(region), zoneId: "ZBALANCER", evaluateTargetHealth: true }],
        ...policy,
    });
    const places: readonly (readonly [string, Props])[] = [
        ...geographies.map(({ code, country }) => [code, { country }] as const),
        ["world", { country: "*" }],
    ];
    return zoneWith([
        ...places.map(([code, place]) => {
            const target =
                code === "world" ? "world.app.example.com" : `geo-${code}.app.example.com`;
            return {
                ...alias("app", target, geolocation(place)),
                aliases: [
                    { name: target, zoneId, evaluateTargetHealth: strict[code] === undefined },
                ],
            };
        }),
        ...geographies.flatMap(({ code }) =>
            strict[code] === undefined
                ? [
                      {
                          ...alias(`geo-${code}.app`, "world.app.example.com"),
                          setIdentifier: undefined,
                      },
                  ]
                : strict[code].map((region) =>
                      alias(`geo-${code}.app`, `${region}.app.example.com`, {
                          ...latency(region),
                          healthCheckId: inService(region),
                      }),
                  ),
        ),
        ...regions.flatMap((region) => [
            alias("world.app", `${region}.app.example.com`, {
                ...latency(region),
                healthCheckId: inService(region),
            }),
            balanced(`${region}.app`, region, {
                ...weight(share[region] ?? 100),
                setIdentifier: "home",
            }),
            balanced(`${region}.app`, awayOf[region] ?? "", {
                ...weight(100 - (share[region] ?? 100)),
                setIdentifier: "away",
                healthCheckId: inService(awayOf[region] ?? ""),
            }),
        ]),
        balanced("write.app", "us-east-1", {
            ...failover("PRIMARY"),
            setIdentifier: "writer",
            healthCheckId: inService("us-east-1"),
        }),
        balanced("write.app", "eu-west-1", {
            ...failover("SECONDARY"),
            setIdentifier: "standby",
            healthCheckId: inService("eu-west-1"),
        }),
    ]);
}

function regionOf(zone: Zone, from: string, down: readonly string[] = [], draw = 0): string {
    return valuesOf(zone, "app", { from, down, random: () => draw })
        .join()
        .replace("lb:", "");
}

function nearest(from: string, among: readonly string[]): string {
    return [...among].sort((a, b) => latencyMs(from, a) - latencyMs(from, b))[0] ?? "";
}

describe("a record tree of four regions", () => {
    const zone = tree();

    for (const { code } of geographies) {
        it(`sends ${code} to the nearest region, and without it to the next nearest`, () => {
            const first = nearest(code, regions);
            expect(regionOf(zone, code)).to.equal(first);
            const left = regions.filter((region) => region !== first);
            expect(regionOf(zone, code, [inService(first)])).to.equal(nearest(code, left));
        });

        it(`sends ${code} on when the balancer has no healthy targets, whatever the checks say`, () => {
            const first = nearest(code, regions);
            const left = regions.filter((region) => region !== first);
            expect(regionOf(zone, code, [balancer(first)])).to.equal(nearest(code, left));
        });
    }

    it("sends everybody to the last region that is in service", () => {
        for (const last of regions) {
            const down = regions.filter((region) => region !== last).map(inService);
            for (const { code } of geographies) {
                expect(regionOf(zone, code, down), `${code}, only ${last}`).to.equal(last);
            }
        }
    });

    it("answers as if all were healthy when none is", () => {
        for (const { code } of geographies) {
            expect(regionOf(zone, code, regions.map(inService))).to.equal(regionOf(zone, code));
            expect(regionOf(zone, code, regions.map(balancer))).to.equal(regionOf(zone, code));
        }
    });

    it("has the balancer's TTL under the name that was asked for, and goes by the client's place", () => {
        const { answers, dependsOnClient, path } = ask(zone, "app", { from: "de" });
        expect(answers).to.deep.equal([
            { name: "app.example.com", type: "A", ttl: 60, value: "lb:eu-west-1" },
        ]);
        expect(dependsOnClient).to.equal(true);
        expect(path.map(({ name }) => name)).to.deep.equal([
            "app.example.com",
            "geo-de.app.example.com",
            "world.app.example.com",
            "eu-west-1.app.example.com",
        ]);
    });

    it("answers somebody it cannot place through the default", () => {
        const [first] = ask(zone, "app").path;
        expect(first?.setIdentifier).to.equal("world.app.example.com");
    });

    describe("with a share below 100", () => {
        const staged = tree({ share: { "eu-west-1": 10 } });

        it("sends the rest of the region's users away", () => {
            expect(regionOf(staged, "de", [], 0.05)).to.equal("eu-west-1");
            expect(regionOf(staged, "de", [], 0.5)).to.equal("us-east-1");
        });

        it("keeps them home when the other region is out of service", () => {
            expect(regionOf(staged, "de", [inService("us-east-1")], 0.5)).to.equal("eu-west-1");
        });

        it("sends all of them away when home has no healthy targets", () => {
            expect(regionOf(staged, "de", [balancer("eu-west-1")], 0.05)).to.equal("us-east-1");
        });

        it("backs out of the region when neither is healthy", () => {
            const down = [balancer("eu-west-1"), inService("us-east-1"), balancer("us-east-1")];
            expect(regionOf(staged, "de", down, 0.05)).to.equal(
                nearest("de", ["ap-south-1", "ap-east-1"]),
            );
        });

        it("does not touch anybody else", () => {
            expect(regionOf(staged, "in", [], 0.99)).to.equal("ap-south-1");
        });
    });

    it("uses a share of 0 only when the other way out is dead", () => {
        const drained = tree({ share: { "eu-west-1": 0 } });
        expect(regionOf(drained, "de", [], 0.99)).to.equal("us-east-1");
        expect(regionOf(drained, "de", [inService("us-east-1")], 0.99)).to.equal("eu-west-1");
    });

    describe("with strict residency", () => {
        const resident = tree({ strict: { in: ["ap-south-1", "ap-east-1"] } });

        it("keeps the users within the allowed regions", () => {
            expect(regionOf(resident, "in")).to.equal("ap-south-1");
            expect(regionOf(resident, "in", [inService("ap-south-1")])).to.equal("ap-east-1");
        });

        it("never lets them leave, even when nothing allowed is healthy", () => {
            const down = ["ap-south-1", "ap-east-1"].flatMap((region) => [
                inService(region),
                balancer(region),
            ]);
            expect(regionOf(resident, "in", down)).to.equal("ap-south-1");
            expect(regionOf(resident, "hk", down)).to.equal("us-east-1");
        });
    });

    it("moves the writer to the standby, and back when both are down", () => {
        const writer = (...down: string[]): readonly string[] =>
            valuesOf(zone, "write.app", { down });
        expect(writer()).to.deep.equal(["lb:us-east-1"]);
        expect(writer(inService("us-east-1"))).to.deep.equal(["lb:eu-west-1"]);
        expect(writer(inService("us-east-1"), inService("eu-west-1"))).to.deep.equal([
            "lb:us-east-1",
        ]);
        expect(ask(zone, "write.app").dependsOnClient).to.equal(false);
    });

    it("answers AAAA with the mapped address", () => {
        const six = zoneWith([
            {
                name: "www",
                type: "AAAA",
                aliases: [{ name: balancer("eu-west-1"), zoneId: "Z", evaluateTargetHealth: true }],
            },
        ]);
        expect(valuesOf(six, "www", { type: "AAAA" })).to.deep.equal(["::ffff:lb:eu-west-1"]);
    });
});
