import { expect } from "chai";
import fc from "fast-check";

import type { Endpoint, EndpointGroup } from "../../../../sandbox/world/accelerator/model";
import { drawsOf, routeOf, type Flow } from "../../../../sandbox/world/accelerator/route";

const regions = ["us-east-1", "eu-west-1", "ap-south-1", "ap-east-1"];

function group(region: string, dialPercent = 100, ...weights: readonly number[]): EndpointGroup {
    const endpoints = (weights.length === 0 ? [128] : weights).map((weight, index) => ({
        id: `${region}/${index}`,
        weight,
        keepsClientAddress: true,
    }));
    return { region, dialPercent, endpoints, portOverrides: new Map() };
}

interface Case {
    /** @default "de": Ireland, then Virginia, Mumbai, Hong Kong */
    readonly from?: string;
    readonly sick?: readonly string[];
    readonly dial?: number;
    readonly endpoint?: number;
}

/** The endpoint that is chosen. */
function choose(groups: readonly EndpointGroup[], options: Case = {}): string | undefined {
    const { from = "de", sick = [], dial = 0, endpoint = 0 } = options;
    const healthy = ({ id }: Endpoint): boolean =>
        !sick.some((each) => id === each || id.startsWith(`${each}/`));
    return routeOf(groups, from, healthy, { dial, endpoint })?.endpoint.id;
}

describe("where an accelerator sends a connection", () => {
    const all = regions.map((region) => group(region));

    it("is the group nearest to the client", () => {
        for (const [from, region] of [
            ["us", "us-east-1"],
            ["de", "eu-west-1"],
            ["in", "ap-south-1"],
            ["hk", "ap-east-1"],
        ] as const) {
            expect(choose(all, { from })).to.equal(`${region}/0`);
        }
    });

    it("is nowhere without a group, or with every dial at 0", () => {
        expect(choose([])).to.equal(undefined);
        expect(choose(regions.map((region) => group(region, 0)))).to.equal(undefined);
    });

    describe("by the dials", () => {
        it("passes a group whose dial is 0", () => {
            const [, ireland, ...rest] = all;
            const dialled = [...rest, all[0] as EndpointGroup, { ...ireland!, dialPercent: 0 }];
            expect(choose(dialled)).to.equal("us-east-1/0");
        });

        it("mixes two groups at 50 % in equal shares", () => {
            const two = [group("us-east-1", 50), group("eu-west-1", 50)];
            for (const [from, near, far] of [
                ["us", "us-east-1/0", "eu-west-1/0"],
                ["de", "eu-west-1/0", "us-east-1/0"],
            ] as const) {
                expect(choose(two, { from, dial: 0.499 })).to.equal(near);
                expect(choose(two, { from, dial: 0.5 })).to.equal(far);
                expect(choose(two, { from, dial: 0.999 })).to.equal(far);
            }
        });

        it("takes a dial's share of what nearer groups left over", () => {
            const three = [group("eu-west-1", 60), group("us-east-1", 50), group("ap-south-1", 1)];
            const counts = new Map<string | undefined, number>();
            for (let step = 0; step < 1000; step++) {
                const chosen = choose(three, { dial: (step + 0.5) / 1000 });
                counts.set(chosen, (counts.get(chosen) ?? 0) + 1);
            }
            expect(Object.fromEntries(counts)).to.deep.equal({
                "eu-west-1/0": 600,
                "us-east-1/0": 200,
                "ap-south-1/0": 200,
            });
        });
    });

    describe("by health", () => {
        it("goes on to the nearest of the others when a group has nothing healthy", () => {
            expect(choose(all, { sick: ["eu-west-1"] })).to.equal("us-east-1/0");
            expect(choose(all, { sick: ["eu-west-1", "us-east-1"] })).to.equal("ap-south-1/0");
        });

        it("pays no heed to the dials of the others", () => {
            const closed = all.map((each) =>
                each.region === "us-east-1" ? { ...each, dialPercent: 0 } : each,
            );
            expect(choose(closed, { sick: ["eu-west-1"] })).to.equal("us-east-1/0");
        });

        it("tries three others, and then fails open to the nearest", () => {
            const five = [...all, group("ap-southeast-2")];
            const sick = ["eu-west-1", "us-east-1", "ap-south-1"];
            expect(choose(five, { sick })).to.equal("ap-east-1/0");
            expect(choose(five, { sick: [...sick, "ap-east-1"] })).to.equal("eu-west-1/0");
        });

        it("fails open to the nearest, though the dials had chosen another", () => {
            const dialled = [group("eu-west-1", 0), group("us-east-1")];
            expect(choose(dialled, { sick: ["eu-west-1", "us-east-1"] })).to.equal("eu-west-1/0");
        });

        it("fails open to an endpoint of weight 0 as well as to any", () => {
            const weightless = [group("eu-west-1", 100, 0, 0)];
            expect(choose(weightless, { endpoint: 0.4 })).to.equal("eu-west-1/0");
            expect(choose(weightless, { endpoint: 0.6 })).to.equal("eu-west-1/1");
        });
    });

    it("shares a group's connections by weight, and gives weight 0 none", () => {
        const weights = [group("eu-west-1", 100, 0, 1, 3)];
        expect(choose(weights, { endpoint: 0 })).to.equal("eu-west-1/1");
        expect(choose(weights, { endpoint: 0.24 })).to.equal("eu-west-1/1");
        expect(choose(weights, { endpoint: 0.25 })).to.equal("eu-west-1/2");
        expect(choose([...weights, group("us-east-1")], { sick: ["eu-west-1/1"] })).to.equal(
            "eu-west-1/2",
        );
        expect(choose([group("eu-west-1", 100, 0), group("us-east-1")])).to.equal("us-east-1/0");
    });

    it("is a healthy endpoint whenever one of the four groups has one", () => {
        const share = fc.double({ min: 0, max: 0.999_999, noNaN: true });
        fc.assert(
            fc.property(
                fc.constantFrom("us", "br", "de", "za", "in", "hk", "au"),
                fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 4, maxLength: 4 }),
                fc.subarray(regions),
                share,
                share,
                (from, dials, sick, dial, endpoint) => {
                    fc.pre(dials.some((each) => each > 0) && sick.length < regions.length);
                    const groups = regions.map((region, index) => group(region, dials[index]));
                    const chosen = choose(groups, { from, sick, dial, endpoint });
                    return chosen !== undefined && !sick.includes(chosen.split("/")[0] ?? "");
                },
            ),
        );
    });
});

describe("client affinity", () => {
    const flow: Flow = {
        sourceAddress: "127.30.1.1",
        sourcePort: 50_000,
        destinationAddress: "127.75.1.1",
        destinationPort: 443,
    };
    const draws = (clientAffinity: "NONE" | "SOURCE_IP", changes: Partial<Flow> = {}) =>
        drawsOf({ ...flow, ...changes }, { clientAffinity, protocol: "TCP" });

    it("draws the same for the same connection, from 0 up to 1", () => {
        for (const affinity of ["NONE", "SOURCE_IP"] as const) {
            expect(draws(affinity)).to.deep.equal(draws(affinity));
            expect(draws(affinity).dial).to.be.within(0, 1);
        }
    });

    it("draws anew for each port of a client without it, and once for a client with it", () => {
        const other = { sourcePort: 50_001 };
        expect(draws("NONE", other)).not.to.deep.equal(draws("NONE"));
        expect(draws("SOURCE_IP", other)).to.deep.equal(draws("SOURCE_IP"));
        const neighbour = { sourceAddress: "127.30.1.2" };
        expect(draws("SOURCE_IP", neighbour)).not.to.deep.equal(draws("SOURCE_IP"));
    });

    it("spreads clients evenly", () => {
        const low = Array.from({ length: 2000 }, (_, index) =>
            draws("SOURCE_IP", { sourceAddress: `127.30.${index >> 8}.${index & 255}` }),
        ).filter(({ dial }) => dial < 0.25);
        expect(low.length).to.be.within(400, 600);
    });
});
