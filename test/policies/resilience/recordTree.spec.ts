import { expect } from "chai";
import fc from "fast-check";

import {
    answersUnder,
    type Health,
    sharesByRegion,
} from "../../../policies/resilience/routing/answers";
import { locations, locationsIn } from "../../../policies/resilience/routing/locations";
import {
    type PlainResource,
    regionInHost,
} from "../../../policies/resilience/routing/plainResource";
import { RecordTree } from "../../../policies/resilience/routing/recordTree";
import { healthIn, type RegionStates } from "../../../policies/resilience/routing/regionStates";
import { geographies, latencyMs } from "../../../sandbox/world/geography";
import type { Props } from "../../../sandbox/world/store";
import {
    address,
    ask,
    failover,
    geolocation,
    latency,
    multivalue,
    weight,
    zoneId,
    zoneName,
    zoneWith,
} from "../../sandbox/world/dns/support";

const record = (props: Props, index: number): PlainResource => ({
    urn: `record-${index}`,
    type: "aws:route53/record:Record",
    props: { zoneId, type: "A", ...props },
});
const check = (id: string, props: Props = {}): PlainResource => ({
    urn: `check-${id}`,
    type: "aws:route53/healthCheck:HealthCheck",
    props: { id, type: "HTTPS", ...props },
});
const zone: PlainResource = {
    urn: "zone",
    type: "aws:route53/zone:Zone",
    props: { zoneId, name: zoneName },
};
const treeOf = (records: readonly Props[], ...others: readonly PlainResource[]): RecordTree =>
    new RecordTree([zone, ...records.map(record), ...others]);

/** Checks of these ids see something wrong. */
const without = (...down: readonly string[]): Health => ({
    observe: ({ urn }) => !down.includes(urn.replace("check-", "")),
    targetHealthy: ({ name }) => !down.includes(name),
});
const location = (code: string) => locations.find((each) => each.code === code) ?? locations[0]!;

/** Where users of a place end up, with shares. */
function regionsFor(
    tree: RecordTree,
    states: RegionStates,
    from: string,
    name = "app.example.com",
): Record<string, number> {
    const ask = answersUnder(tree, healthIn(tree, states));
    return Object.fromEntries(sharesByRegion(ask({ name, type: "A", from: location(from) })));
}

describe("record tree", () => {
    describe("against the rehearsal cloud's Route 53", () => {
        const regions = ["us-east-1", "eu-west-1", "ap-south-1", "ap-east-1"];
        const policies: fc.Arbitrary<readonly Props[]> = fc.oneof(
            fc
                .array(fc.constantFrom(0, 50, 100), { minLength: 1, maxLength: 4 })
                .map((weights) => weights.map(weight)),
            fc.subarray(regions, { minLength: 1 }).map((some) => some.map(latency)),
            fc.subarray(["PRIMARY", "SECONDARY"], { minLength: 1 }).map((all) => all.map(failover)),
            fc
                .subarray(
                    [
                        { country: "US", subdivision: "VA" },
                        { country: "US" },
                        { continent: "NA" },
                        { country: "IN" },
                        { continent: "AS" },
                        { continent: "EU" },
                        { country: "*" },
                    ],
                    { minLength: 1 },
                )
                .map((places) => places.map(geolocation)),
            fc.constant([{ ...multivalue }, { ...multivalue }]),
        );
        /** Records of a name and of all below it, up to three levels deep; leaves have a check each. */
        const group = (name: string, depth: number): fc.Arbitrary<readonly Props[]> =>
            policies.chain((members) =>
                fc
                    .tuple(
                        ...members.map((policy, index) => {
                            const id = `${name}-${index}`;
                            const leaf = fc.constant([
                                address(name, id, { ...policy, healthCheckId: id }),
                            ] as readonly Props[]);
                            if (depth === 0 || "multivalueAnswerRoutingPolicy" in policy) {
                                return leaf;
                            }
                            const nested = fc
                                .tuple(group(id, depth - 1), fc.boolean())
                                .map(([below, evaluateTargetHealth]) => [
                                    {
                                        name,
                                        setIdentifier: id,
                                        ...policy,
                                        aliases: [
                                            {
                                                name: `${id}.${zoneName}`,
                                                zoneId,
                                                evaluateTargetHealth,
                                            },
                                        ],
                                    },
                                    ...below,
                                ]);
                            return fc.oneof(leaf, nested);
                        }),
                    )
                    .map((parts) => parts.flat()),
            );
        const situation = group("app", 2).chain((records) => {
            const leaves = records.flatMap((each) =>
                "healthCheckId" in each ? [String(each["healthCheckId"])] : [],
            );
            return fc.record({
                records: fc.constant(records),
                leaves: fc.constant(leaves),
                down: fc.subarray(leaves),
                from: fc.constantFrom(...geographies.map(({ code }) => code)),
                seed: fc.integer(),
            });
        });

        it("answers the same, for any tree, any failure and any place", () => {
            fc.assert(
                fc.property(situation, ({ records, leaves, down, from, seed }) => {
                    const tree = treeOf(records, ...leaves.map((id) => check(id)));
                    const answers = answersUnder(
                        tree,
                        without(...down),
                    )({ name: "app.example.com", type: "A", from: location(from) });
                    const total = answers.reduce((sum, { share }) => sum + share, 0);
                    const answered = records.every(
                        ({ name, geolocationRoutingPolicies: places }) =>
                            places === undefined ||
                            records.some(
                                (other) =>
                                    other["name"] === name &&
                                    JSON.stringify(other["geolocationRoutingPolicies"]) ===
                                        JSON.stringify([{ country: "*" }]),
                            ),
                    );
                    expect(total).to.be.within(answered ? 1 - 1e-9 : 0, 1 + 1e-9);
                    const modelled = new Map(
                        answers.map(({ record: of, share }) => [of.setIdentifier, share]),
                    );
                    const real = zoneWith(records);
                    const random = numbers(seed);
                    const seen = new Set<string>();
                    for (let draw = 0; draw < 2000; draw++) {
                        const { answers: values } = ask(real, "app", { from, down, random });
                        for (const { value } of values) {
                            seen.add(value);
                        }
                    }
                    expect([...modelled.keys()]).to.include.members([...seen]);
                    // A share of 1/50 stays unseen in 2,000 draws once in 10^17.
                    const frequent = [...modelled].filter(([, share]) => share >= 0.02);
                    expect([...seen]).to.include.members(frequent.map(([id]) => id));
                }),
                { numRuns: 60 },
            );
        }).timeout(60_000);

        it("puts regions in the same order, from everywhere", () => {
            expect(locations.map(({ code }) => code)).to.deep.equal(
                geographies.map(({ code }) => code),
            );
            for (const { code, roundTripsMs } of locations) {
                for (const [region, ms] of Object.entries(roundTripsMs)) {
                    expect(ms, `${code} ${region}`).to.equal(latencyMs(code, region));
                }
            }
        });
    });

    it("splits by weight among the healthy, and asks those of weight 0 last", () => {
        const tree = treeOf(
            [1, 3, 0].map((value, index) =>
                address("app", `v${index}`, { ...weight(value), healthCheckId: `v${index}` }),
            ),
            ...["v0", "v1", "v2"].map((id) => check(id)),
        );
        const shares = (...down: string[]) =>
            answersUnder(
                tree,
                without(...down),
            )({ name: "app.example.com", type: "A", from: location("us") }).map(
                ({ record: of, share }) => [of.setIdentifier, share],
            );
        expect(shares()).to.deep.equal([
            ["v0", 0.25],
            ["v1", 0.75],
        ]);
        expect(shares("v1")).to.deep.equal([["v0", 1]]);
        expect(shares("v0", "v1")).to.deep.equal([["v2", 1]]);
        expect(shares("v0", "v1", "v2")).to.deep.equal([
            ["v0", 0.25],
            ["v1", 0.75],
        ]);
    });

    describe("health checks", () => {
        const healthy = (props: Props, ...down: string[]) => {
            const checks = treeOf(
                [],
                check("it", props),
                ...["a", "b", "c"].map((id) => check(id)),
            ).checks;
            return checks.isHealthy("it", without(...down).observe);
        };
        const calculated = (childHealthThreshold: number, others: Props = {}): Props => ({
            type: "CALCULATED",
            childHealthchecks: ["a", "b", "c"],
            childHealthThreshold,
            ...others,
        });

        it("count healthy children", () => {
            expect(healthy(calculated(2), "a")).to.equal(true);
            expect(healthy(calculated(2), "a", "b")).to.equal(false);
            expect(healthy(calculated(0), "a", "b", "c")).to.equal(true);
            expect(healthy(calculated(4))).to.equal(false);
        });

        it("are the other way round when inverted, and healthy when disabled, before that", () => {
            expect(healthy({ invertHealthcheck: true })).to.equal(false);
            expect(healthy({ invertHealthcheck: true }, "it")).to.equal(true);
            expect(healthy(calculated(3, { invertHealthcheck: true }), "a")).to.equal(true);
            expect(healthy({ disabled: true }, "it")).to.equal(true);
            expect(healthy({ disabled: true, invertHealthcheck: true }, "it")).to.equal(false);
        });

        it("know which status they can ever have", () => {
            const can = (props: Props) => {
                const { checks } = treeOf([], check("it", props), check("a"), check("b"));
                return [checks.canBe("it", "healthy"), checks.canBe("it", "unhealthy")];
            };
            const two = (childHealthThreshold: number): Props => ({
                ...calculated(childHealthThreshold),
                childHealthchecks: ["a", "b"],
            });
            expect(can({})).to.deep.equal([true, true]);
            expect(can({ disabled: true })).to.deep.equal([true, false]);
            expect(can(two(0))).to.deep.equal([true, false]);
            expect(can(two(2))).to.deep.equal([true, true]);
            expect(can(two(3))).to.deep.equal([false, true]);
            expect(can({ ...two(3), invertHealthcheck: true })).to.deep.equal([true, false]);
        });
    });

    describe("regions", () => {
        const balancer = (name: string, region: string, others: Props = {}): Props => ({
            name,
            aliases: [
                {
                    name: `dualstack.my-app-lb-1.${region}.elb.amazonaws.com`,
                    zoneId: "Z35SXDOTRQ7X7K",
                    evaluateTargetHealth: true,
                },
            ],
            setIdentifier: region,
            ...latency(region),
            ...others,
        });

        it("are read out of names of AWS's, and of nobody else's", () => {
            expect(regionInHost("my-app-lb-1.eu-west-1.elb.amazonaws.com")).to.equal("eu-west-1");
            expect(regionInHost("net-1f.elb.us-gov-west-1.amazonaws.com")).to.equal(
                "us-gov-west-1",
            );
            expect(regionInHost("api-us-east-1.ap-southeast-2.elb.amazonaws.com")).to.equal(
                "ap-southeast-2",
            );
            expect(regionInHost("b.s3-website-us-east-1.amazonaws.com")).to.equal("us-east-1");
            expect(regionInHost("eu-west-1.example.com")).to.equal(undefined);
        });

        it("leave the answers when they are lost, nearest ones first, and come back when all are", () => {
            const tree = treeOf(
                ["us-east-1", "eu-west-1"].map((region) => balancer("app", region)),
            );
            expect(regionsFor(tree, {}, "us")).to.deep.equal({ "us-east-1": 1 });
            expect(regionsFor(tree, { "us-east-1": "lost" }, "us")).to.deep.equal({
                "eu-west-1": 1,
            });
            const all = { "us-east-1": "lost", "eu-west-1": "lost" } as const;
            expect(regionsFor(tree, all, "us")).to.deep.equal({ "us-east-1": 1 });
        });

        it("leave by a switch that another region keeps, while that one can be read", () => {
            const tree = treeOf(
                ["us-east-1", "eu-west-1"].map((region) =>
                    balancer("app", region, { healthCheckId: `switch-${region}` }),
                ),
                check("switch-us-east-1", {
                    type: "HTTPS_STR_MATCH",
                    fqdn: "votes.s3.eu-west-1.amazonaws.com",
                    resourcePath: "/votes/us-east-1",
                    searchString: "evacuate",
                    invertHealthcheck: true,
                }),
                check("switch-eu-west-1", {
                    type: "HTTPS_STR_MATCH",
                    fqdn: "votes.s3.us-east-1.amazonaws.com",
                    resourcePath: "/in-service/eu-west-1",
                    searchString: "in-service",
                }),
            );
            const out = { "us-east-1": "evacuated" } as const;
            expect(regionsFor(tree, {}, "us")).to.deep.equal({ "us-east-1": 1 });
            expect(regionsFor(tree, out, "us")).to.deep.equal({ "eu-west-1": 1 });
            expect(regionsFor(tree, { ...out, "eu-west-1": "lost" }, "us")).to.deep.equal({
                "us-east-1": 1,
            });
            expect(regionsFor(tree, { "eu-west-1": "evacuated" }, "de")).to.deep.equal({
                "us-east-1": 1,
            });
            // What cannot be read keeps nobody in service: none is healthy, so all count as if they were.
            expect(regionsFor(tree, { "us-east-1": "lost" }, "us")).to.deep.equal({
                "us-east-1": 1,
            });
        });

        it("are known of resources whose names a preview does not know yet", () => {
            const tree = new RecordTree([
                ...["us-east-1", "eu-west-1"].flatMap((region, index): PlainResource[] => [
                    {
                        urn: `lb-${region}`,
                        type: "aws:lb/loadBalancer:LoadBalancer",
                        props: { region },
                    },
                    { ...check(region, { ipAddress: undefined }), props: { type: "HTTPS" } },
                    {
                        ...record({ ...balancer("app.example.com", region), aliases: [{}] }, index),
                        from: { aliases: [`lb-${region}`], healthCheckId: [`check-${region}`] },
                    },
                ]),
            ]);
            expect(tree.regions()).to.deep.equal(["eu-west-1", "us-east-1"]);
            expect(regionsFor(tree, { "us-east-1": "lost" }, "us")).to.deep.equal({
                "eu-west-1": 1,
            });
        });

        it("count for addresses as the latency record says, and for CNAMEs as the name does", () => {
            const tree = treeOf([
                address("app", "192.0.2.1", { ...latency("us-east-1"), healthCheckId: "one" }),
                address("app", "192.0.2.2", { ...latency("eu-west-1"), healthCheckId: "two" }),
                {
                    name: "www",
                    type: "CNAME",
                    ttl: 60,
                    records: ["lb-1.sa-east-1.elb.amazonaws.com"],
                    setIdentifier: "a",
                    ...weight(1),
                },
                { name: "old", type: "CNAME", ttl: 60, records: ["www.example.com."] },
            ]);
            expect(regionsFor(tree, {}, "de")).to.deep.equal({ "eu-west-1": 1 });
            expect(regionsFor(tree, {}, "de", "old.example.com")).to.deep.equal({ "sa-east-1": 1 });
            expect(tree.entries().map(({ name }) => name)).to.deep.equal([
                "app.example.com",
                "old.example.com",
            ]);
        });

        it("of an accelerator or a distribution are none in particular", () => {
            const tree = treeOf([
                {
                    name: "app",
                    aliases: [
                        {
                            name: "a1.awsglobalaccelerator.com",
                            zoneId: "Z2BJ6XQ5FK7U4H",
                            evaluateTargetHealth: true,
                        },
                    ],
                },
            ]);
            expect(regionsFor(tree, {}, "us")).to.deep.equal({});
        });
    });

    it("takes users of a place for everybody there, near to any region of the continent", () => {
        expect(
            locationsIn({ country: "JP" }).map(({ code, continent, country }) => [
                code,
                continent,
                country,
            ]),
        ).to.deep.equal([
            ["JP by in", "AS", "JP"],
            ["JP by hk", "AS", "JP"],
        ]);
        expect(locationsIn({ country: "*" })).to.deep.equal(locations);
    });
});

/** Uniform in [0, 1), the same for the same seed. */
function numbers(seed: number): () => number {
    let state = seed >>> 0;
    return () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return state / 2 ** 32;
    };
}
