import { expect } from "chai";

import { checkerRegionsFor } from "../../components/checkerRegions";
import { placeOf } from "../../components/geographyRecords";
import {
    RoutingPolicy,
    type RoutedRegion,
    type RoutingPolicyArgs,
} from "../../components/routingPolicy";
import { routingProblems } from "../../components/routingProblems";
import { setMocks, settled, valueOf, type Registrations } from "../support/mocks";

const recordType = "aws:route53/record:Record";
const checkType = "aws:route53/healthCheck:HealthCheck";

function routed(region: string, away: string, sharePercent?: number): RoutedRegion {
    return {
        region,
        away,
        ...(sharePercent === undefined ? {} : { sharePercent }),
        loadBalancerDnsName: `lb.${region}.elb.amazonaws.com`,
        loadBalancerZoneId: `ZLB-${region}`,
        votesHost: `votes.s3.${region}.amazonaws.com`,
    };
}

const args: RoutingPolicyArgs = {
    zoneId: "Z0123456789EXAMPLE",
    domain: "example.com",
    regions: [
        routed("us-east-1", "eu-west-1"),
        routed("eu-west-1", "us-east-1"),
        routed("ap-east-1", "ap-south-1"),
        routed("ap-south-1", "ap-east-1"),
    ],
    quorum: 2,
    writer: "us-east-1",
    standby: "eu-west-1",
    residency: [],
    healthPath: "/health",
    deletionProtection: true,
};

async function register(
    changes: Partial<RoutingPolicyArgs> = {},
): Promise<{ registered: Registrations; policy: RoutingPolicy }> {
    const registered = await setMocks({ stack: "global", region: "us-east-1" });
    const policy = new RoutingPolicy("routing", { ...args, ...changes });
    await settled();
    return { registered, policy };
}

describe("the health checks", () => {
    it("are an endpoint, as often as the quorum is large, and a lever per region, a vote per pair, and a sum", async () => {
        const { registered } = await register();
        const names = registered.names(checkType);
        const regions = ["ap-east-1", "ap-south-1", "eu-west-1", "us-east-1"];
        expect(names).to.have.members([
            ...regions.flatMap((region) => [
                `endpoint-${region}`,
                `endpoint-${region}-copy2`,
                `in-service-${region}`,
                `lever-${region}`,
                ...regions
                    .filter((candidate) => candidate !== region)
                    .map((candidate) => `vote-${region}-${candidate}`),
            ]),
        ]);
        expect(names).to.have.length(28);
    });

    it("ask a load balancer by its own name, three times before it is lost", async () => {
        const { registered } = await register();
        expect(registered.inputs(checkType, "endpoint-eu-west-1")).to.deep.equal({
            type: "HTTPS",
            fqdn: "lb.eu-west-1.elb.amazonaws.com",
            resourcePath: "/health",
            port: 443,
            enableSni: false,
            requestInterval: 10,
            failureThreshold: 3,
            regions: ["ap-southeast-1", "sa-east-1", "us-west-2"],
            tags: { Name: "endpoint-eu-west-1" },
        });
    });

    it("read a vote inverted, so that a region that cannot be read casts none", async () => {
        const { registered } = await register();
        expect(registered.inputs(checkType, "vote-eu-west-1-us-east-1")).to.deep.include({
            type: "HTTPS_STR_MATCH",
            fqdn: "votes.s3.eu-west-1.amazonaws.com",
            resourcePath: "/votes/us-east-1",
            searchString: "evacuate",
            invertHealthcheck: true,
            failureThreshold: 1,
            requestInterval: 10,
        });
    });

    it("read the self-test as it is: the lever is unhealthy when it cannot be read", async () => {
        const { registered } = await register();
        const lever = registered.inputs(checkType, "lever-eu-west-1");
        expect(lever).to.include({ resourcePath: "/votes/self-test", searchString: "evacuate" });
        expect(lever).not.to.have.property("invertHealthcheck");
    });

    for (const [count, quorum] of [
        [4, 2],
        [4, 3],
        [4, 1],
        [2, 1],
        [3, 2],
        [3, 1],
        [5, 3],
        [5, 4],
    ] as const) {
        it(`keep a region of ${count} in service while it answers and fewer than ${quorum} others say evacuate`, async () => {
            const names = ["a", "b", "c", "d", "e"].slice(0, count).map((name) => `xx-${name}-1`);
            const { registered } = await register({
                regions: names.map((region, index) =>
                    routed(region, names[(index + 1) % count] as string),
                ),
                quorum,
                writer: names[0] as string,
                standby: names[1] as string,
            });
            const sum = registered.inputs(checkType, "in-service-xx-a-1");
            expect(sum["type"]).to.equal("CALCULATED");
            const children = sum["childHealthchecks"] as readonly string[];
            expect(new Set(children).size).to.equal(children.length);
            const votes = names.slice(1).map((voter) => `vote-${voter}-xx-a-1-id`);
            const asks = children.filter((child) => !votes.includes(child));
            expect(children.filter((child) => votes.includes(child))).to.deep.equal(votes);
            const first = registered.inputs(checkType, "endpoint-xx-a-1");
            for (const ask of asks) {
                const asked = { ...registered.inputs(checkType, ask.replace(/-id$/, "")) };
                delete asked["tags"];
                expect(first, ask).to.deep.include(asked);
            }
            const healthy = (answers: boolean, against: number): boolean =>
                (answers ? asks.length : 0) + votes.length - against >=
                Number(sum["childHealthThreshold"]);
            for (let against = 0; against < count; against++) {
                expect(healthy(true, against), `${against} votes`).to.equal(against < quorum);
                expect(healthy(false, against), `silent, ${against} votes`).to.equal(false);
            }
        });
    }

    it("are protected where a new one would say evacuate until somebody has looked", async () => {
        const protectedBy = async (deletionProtection: boolean) => {
            const { registered } = await register({ deletionProtection });
            return registered
                .names(checkType)
                .filter((name) => registered.one(checkType, name).options.protect === true);
        };
        const votes = await protectedBy(true);
        expect(votes).to.have.length(12);
        expect(votes.every((name) => name.startsWith("vote-"))).to.equal(true);
        expect(await protectedBy(false)).to.deep.equal([]);
    });

    it("look from regions that do not fall with those they judge, while there are enough", () => {
        expect(checkerRegionsFor(["us-east-1", "eu-west-1"])).to.deep.equal([
            "ap-southeast-1",
            "sa-east-1",
            "us-west-2",
        ]);
        expect(checkerRegionsFor(["sa-east-1", "us-west-2"])).to.deep.equal([
            "ap-northeast-1",
            "ap-southeast-1",
            "ap-southeast-2",
        ]);
    });
});

describe("the records", () => {
    const sharesOfType = (registered: Registrations) =>
        registered.of(recordType).map(({ inputs }) => inputs);

    it("have one policy per name and type, and the same for both address families", async () => {
        const { registered } = await register({
            residency: [{ code: "EU", mode: "strict", regions: ["eu-west-1"] }],
        });
        const policies = new Map<string, Set<string>>();
        const families = { A: [] as string[], AAAA: [] as string[] };
        for (const inputs of sharesOfType(registered)) {
            const policy = Object.keys(inputs).find((key) => key.endsWith("RoutingPolicies"));
            const key = `${String(inputs["name"])} ${String(inputs["type"])}`;
            policies.set(key, (policies.get(key) ?? new Set()).add(policy ?? "simple"));
            if (inputs["type"] === "A" || inputs["type"] === "AAAA") {
                const { type, ...rest } = inputs;
                families[type].push(JSON.stringify(rest));
            }
        }
        for (const [name, kinds] of policies) {
            expect([...kinds], name).to.have.length(1);
        }
        expect(families.A).to.have.members(families.AAAA);
    });

    it("lead everybody to the nearest region that is in service", async () => {
        const { registered } = await register();
        expect(registered.inputs(recordType, "app-default-a")).to.deep.equal({
            zoneId: args.zoneId,
            name: "app.example.com",
            type: "A",
            setIdentifier: "default",
            geolocationRoutingPolicies: [{ country: "*" }],
            aliases: [
                {
                    name: "world.app.example.com",
                    zoneId: args.zoneId,
                    evaluateTargetHealth: true,
                },
            ],
        });
        expect(registered.inputs(recordType, "world-eu-west-1-aaaa")).to.deep.equal({
            zoneId: args.zoneId,
            name: "world.app.example.com",
            type: "AAAA",
            setIdentifier: "eu-west-1",
            latencyRoutingPolicies: [{ region: "eu-west-1" }],
            healthCheckId: "in-service-eu-west-1-id",
            aliases: [
                {
                    name: "eu-west-1.app.example.com",
                    zoneId: args.zoneId,
                    evaluateTargetHealth: true,
                },
            ],
        });
    });

    it("split a region's users between it and the one that stands in", async () => {
        const regions = args.regions.map((region) =>
            region.region === "us-east-1" ? { ...region, sharePercent: 25 } : region,
        );
        const { registered } = await register({ regions });
        expect(registered.inputs(recordType, "us-east-1-home-a")).to.deep.equal({
            zoneId: args.zoneId,
            name: "us-east-1.app.example.com",
            type: "A",
            setIdentifier: "home",
            weightedRoutingPolicies: [{ weight: 25 }],
            aliases: [
                {
                    name: "lb.us-east-1.elb.amazonaws.com",
                    zoneId: "ZLB-us-east-1",
                    evaluateTargetHealth: true,
                },
            ],
        });
        expect(registered.inputs(recordType, "us-east-1-away-a")).to.deep.include({
            setIdentifier: "away",
            weightedRoutingPolicies: [{ weight: 75 }],
            healthCheckId: "in-service-eu-west-1-id",
            aliases: [
                {
                    name: "lb.eu-west-1.elb.amazonaws.com",
                    zoneId: "ZLB-eu-west-1",
                    evaluateTargetHealth: true,
                },
            ],
        });
    });

    it("latch a share: one that nobody configured is left as it is, all of it to begin with", async () => {
        const regions = args.regions.map((region) =>
            region.region === "us-east-1" ? { ...region, sharePercent: 25 } : region,
        );
        const { registered, policy } = await register({ regions });
        for (const side of ["home-a", "home-aaaa", "away-a", "away-aaaa"]) {
            const ignored = (region: string) =>
                registered.one(recordType, `${region}-${side}`).options.ignoreChanges;
            expect(ignored("us-east-1"), side).to.deep.equal([]);
            expect(ignored("eu-west-1"), side).to.deep.equal(["weightedRoutingPolicies"]);
        }
        expect(await valueOf({ ...policy.shares })).to.deep.equal({
            "ap-east-1": 100,
            "ap-south-1": 100,
            "eu-west-1": 100,
            "us-east-1": 25,
        });
    });

    it("let the users of a preferring place leave", async () => {
        const { registered } = await register({ residency: [{ code: "EU", mode: "prefer" }] });
        expect(registered.inputs(recordType, "app-eu-a")).to.deep.include({
            geolocationRoutingPolicies: [{ continent: "EU" }],
            aliases: [
                {
                    name: "geo-eu.app.example.com",
                    zoneId: args.zoneId,
                    evaluateTargetHealth: true,
                },
            ],
        });
        expect(registered.inputs(recordType, "geo-eu-a")["aliases"]).to.deep.equal([
            { name: "world.app.example.com", zoneId: args.zoneId, evaluateTargetHealth: true },
        ]);
    });

    it("keep the users of a strict place in its regions, whatever their health", async () => {
        const { registered } = await register({
            residency: [{ code: "DE", mode: "strict", regions: ["eu-west-1", "us-east-1"] }],
        });
        expect(registered.inputs(recordType, "app-de-a")).to.deep.include({
            geolocationRoutingPolicies: [{ country: "DE" }],
            aliases: [
                {
                    name: "geo-de.app.example.com",
                    zoneId: args.zoneId,
                    evaluateTargetHealth: false,
                },
            ],
        });
        expect(
            registered
                .of(recordType)
                .filter(({ name }) => /^geo-de-.*-a$/.test(name))
                .map(({ inputs }) => [
                    inputs["latencyRoutingPolicies"],
                    inputs["healthCheckId"],
                    (inputs["aliases"] as { name: string }[])[0]?.name,
                ]),
        ).to.deep.equal(
            // Not to a region's own name: a share of its users may be sent elsewhere.
            ["eu-west-1", "us-east-1"].map((region) => [
                [{ region }],
                `in-service-${region}-id`,
                `lb.${region}.elb.amazonaws.com`,
            ]),
        );
    });

    it("send what must have one writer to the writer, then to the standby", async () => {
        const { registered } = await register();
        expect(
            ["write-primary-a", "write-secondary-a"].map((name) => {
                const inputs = registered.inputs(recordType, name);
                return [
                    inputs["name"],
                    inputs["failoverRoutingPolicies"],
                    inputs["healthCheckId"],
                    inputs["aliases"],
                ];
            }),
        ).to.deep.equal(
            [
                ["PRIMARY", "us-east-1"],
                ["SECONDARY", "eu-west-1"],
            ].map(([type, region]) => [
                "write.app.example.com",
                [{ type }],
                `in-service-${region}-id`,
                [
                    {
                        name: `lb.${region}.elb.amazonaws.com`,
                        zoneId: `ZLB-${region}`,
                        evaluateTargetHealth: true,
                    },
                ],
            ]),
        );
    });

    it("tell a region's tasks within seconds whether it is in service", async () => {
        const { registered } = await register();
        expect(registered.inputs(recordType, "state-us-east-1-primary")).to.deep.equal({
            zoneId: args.zoneId,
            name: "_state.us-east-1.app.example.com",
            type: "TXT",
            ttl: 10,
            records: ["in-service"],
            setIdentifier: "in-service",
            failoverRoutingPolicies: [{ type: "PRIMARY" }],
            healthCheckId: "in-service-us-east-1-id",
        });
        const secondary = registered.inputs(recordType, "state-us-east-1-secondary");
        expect(secondary).to.deep.include({
            records: ["evacuated"],
            failoverRoutingPolicies: [{ type: "SECONDARY" }],
        });
        expect(secondary).not.to.have.property("healthCheckId");
    });

    it("come after what they lead to, because Route 53 refuses an alias to nothing", async () => {
        const { registered } = await register({ residency: [{ code: "EU", mode: "prefer" }] });
        const after = (name: string) => registered.one(recordType, name).options.dependsOn;
        expect(after("app-default-a")).to.include.members(["world-eu-west-1-a"]);
        expect(after("app-eu-a")).to.include.members(["geo-eu-a"]);
        expect(after("geo-eu-a")).to.include.members(["world-us-east-1-a"]);
        expect(after("world-eu-west-1-a")).to.include.members(["eu-west-1-home-a"]);
    });

    it("of a region stay as they are when another region joins", async () => {
        const before = (await register()).registered.of(recordType);
        const after = (
            await register({ regions: [...args.regions, routed("sa-east-1", "us-east-1")] })
        ).registered.of(recordType);
        for (const { name, inputs } of before) {
            expect(after.find((record) => record.name === name)?.inputs, name).to.deep.equal(
                inputs,
            );
        }
        expect(after.length).to.equal(before.length + 8);
    });
});

describe("a place", () => {
    it("is a continent where its letters are one's, unless it says otherwise", () => {
        expect(placeOf({ code: "EU" })).to.deep.equal({ continent: "EU" });
        expect(placeOf({ code: "DE" })).to.deep.equal({ country: "DE" });
        expect(placeOf({ code: "SA" })).to.deep.equal({ continent: "SA" });
        expect(placeOf({ code: "SA", kind: "country" })).to.deep.equal({ country: "SA" });
    });
});

describe("routing problems", () => {
    it("are none where the arguments are sound", () => {
        expect(routingProblems(args)).to.deep.equal([]);
    });

    it("are all told at once, before anything is registered", async () => {
        const registered = await setMocks();
        expect(
            () =>
                new RoutingPolicy("routing", {
                    ...args,
                    regions: [routed("eu-west-1", "eu-west-1", 120), routed("us-east-1", "mars-1")],
                    quorum: 2,
                    writer: "mars-1",
                    standby: "mars-1",
                    residency: [
                        { code: "EU", mode: "strict" },
                        { code: "EU", mode: "prefer", regions: ["us-east-1"] },
                        { code: "Germany", mode: "strict", regions: ["mars-1"] },
                    ],
                }),
        ).to.throw(
            [
                "routing policy cannot be created:",
                "  - `quorum`: must be a whole number from 1 to 1, got 2",
                "  - `eu-west-1.away`: must be another region (eu-west-1, us-east-1), got eu-west-1",
                "  - `eu-west-1.sharePercent`: must be a whole number from 0 to 100, got 120",
                "  - `us-east-1.away`: must be another region (eu-west-1, us-east-1), got mars-1",
                "  - `writer`: must be one of eu-west-1, us-east-1, got mars-1",
                "  - `standby`: must be one of eu-west-1, us-east-1, got mars-1",
                "  - `standby`: must be another region than the writer, got mars-1",
                "  - `residency`: must name each place once, got EU more often",
                "  - `residency.EU.regions`: must name the regions that its users may be served from (eu-west-1, us-east-1)",
                "  - `residency.EU.regions`: only a strict place has them, got us-east-1; say mode strict or remove them",
                "  - `residency.Germany`: must be two capital letters, such as EU for Europe or DE for Germany",
                "  - `residency.Germany.regions`: must be of eu-west-1, us-east-1, got mars-1",
            ].join("\n"),
        );
        await settled();
        expect(registered.all.filter(({ custom }) => custom)).to.deep.equal([]);
    });
});
