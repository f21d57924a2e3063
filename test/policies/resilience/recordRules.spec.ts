import { expect } from "chai";

import { globalStack } from "../../../infra/topology";
import { aliasTargets } from "../../../policies/resilience/rules/routing/aliasTargets";
import { evacuatedRegions } from "../../../policies/resilience/rules/routing/evacuatedRegions";
import { onePolicy } from "../../../policies/resilience/rules/routing/onePolicy";
import { reachable } from "../../../policies/resilience/rules/routing/reachable";
import { residency } from "../../../policies/resilience/rules/routing/residency";
import { uniqueRecords } from "../../../policies/resilience/rules/routing/uniqueRecords";
import type { Registrations } from "../../support/mocks";
import { type Given, judgeStack, unknown } from "../support/judge";
import { ownStacks, seenInUpdate } from "../support/ownStacks";
import {
    byLatency,
    byPlace,
    byRole,
    byWeight,
    healthCheck,
    record,
    toBalancer,
    toName,
} from "../support/records";

const rules = { aliasTargets, evacuatedRegions, onePolicy, reachable, residency, uniqueRecords };
const regions = ["us-east-1", "eu-west-1"];
const world = (name = "world.example.com", others = {}): Given[] =>
    regions.map((region) =>
        record(name, { ...byLatency(region), ...toBalancer(region), ...others }),
    );

describe("rules on the tree of records", () => {
    for (const [name, rule] of Object.entries(rules)) {
        it(`${name} accepts a tree that is sound, simple records, and what is not known yet`, () => {
            const sound = [
                record("app.example.com", {
                    ...byPlace("default", { country: "*" }),
                    ...toName("world.example.com"),
                }),
                ...world(),
                record("example.com", { type: "MX", ttl: 300, records: ["10 mail.example.org"] }),
            ];
            expect(judgeStack(rule, sound)).to.deep.equal([]);
            expect(judgeStack(rule, [])).to.deep.equal([]);
            for (const property of ["name", "zoneId", "aliases", "setIdentifier", "type"]) {
                for (const index of sound.keys()) {
                    const changed = sound.map((given, at) =>
                        at === index
                            ? { ...given, props: { ...given.props, [property]: unknown } }
                            : given,
                    );
                    expect(
                        judgeStack(rule, changed),
                        `${property} of ${sound[index]?.name}`,
                    ).to.deep.equal([]);
                }
            }
        });
    }

    describe("one policy", () => {
        it("refuses two policies on a name and type, and two on a record", () => {
            const weighted = record("app.example.com", {
                ...byWeight("w", 1),
                ...toBalancer("eu-west-1"),
            });
            const [latency] = world("app.example.com.");
            expect(judgeStack(onePolicy, [weighted, latency as Given])[0]).to.match(
                /app\.example\.com A has the policies latency, weighted/,
            );
            const simple = record("app.example.com", { ttl: 60, records: ["192.0.2.1"] });
            expect(judgeStack(onePolicy, [weighted, simple])).to.have.length(1);
            const both = record("b.example.com", { ...byWeight("w", 1), ...byRole("PRIMARY") });
            expect(judgeStack(onePolicy, [both])).to.have.length(1);
        });

        it("judges each type and each zone by itself", () => {
            const weighted = (others: object) =>
                record("app.example.com", { ...byWeight("w", 1), ...others });
            expect(
                judgeStack(onePolicy, [
                    ...world("app.example.com"),
                    weighted({ type: "AAAA" }),
                    weighted({ zoneId: "Z2" }),
                ]),
            ).to.deep.equal([]);
        });
    });

    describe("unique records", () => {
        const found = (...props: object[]) =>
            judgeStack(
                uniqueRecords,
                props.map((each) => record("app.example.com", { ...each })),
            );

        it("refuses a second record with the same identifier, region, place or role", () => {
            expect(found(byWeight("a", 1), byWeight("a", 2))[0]).to.match(/setIdentifier a/);
            const latency = { ...byLatency("eu-west-1"), setIdentifier: "other" };
            expect(found(byLatency("eu-west-1"), latency)[0]).to.match(/region eu-west-1/);
            expect(
                found(byPlace("a", { continent: "EU" }), byPlace("b", { continent: "EU" }))[0],
            ).to.match(/place EU/);
            const second = { ...byRole("PRIMARY"), setIdentifier: "b" };
            expect(found(byRole("PRIMARY"), second)[0]).to.match(/role PRIMARY/);
            expect(found({ ttl: 60 }, { ttl: 60 })).to.have.length(1);
        });

        it("takes a country and a state of it for two places", () => {
            expect(
                found(
                    byPlace("a", { country: "US" }),
                    byPlace("b", { country: "US", subdivision: "VA" }),
                ),
            ).to.deep.equal([]);
        });
    });

    describe("alias targets", () => {
        it("refuses an alias to a name that has no such record, unless another stack makes it", () => {
            const app = record("app.example.com", toName("world.example.com"));
            expect(judgeStack(aliasTargets, [app])[0]).to.match(
                /alias to world\.example\.com, which has no A record/,
            );
            const elsewhere = [
                {
                    name: "world.example.com",
                    reason: "made by the network team's stack",
                    until: "9999-12-31",
                },
            ];
            expect(judgeStack(aliasTargets, [app], { elsewhere })).to.deep.equal([]);
            const ipv6 = world().map((given) => ({
                ...given,
                props: { ...given.props, type: "AAAA" },
            }));
            expect(judgeStack(aliasTargets, [app, ...ipv6])).to.have.length(1);
        });

        it("takes a name without the zone's for what it becomes", () => {
            const app = record("app", toName("world.example.com"));
            expect(judgeStack(aliasTargets, [app, ...world("world")])).to.deep.equal([]);
            const zone = {
                type: "aws:route53/zone:Zone",
                name: "zone",
                props: { zoneId: "Z1", name: "example.com" },
            };
            expect(judgeStack(aliasTargets, [zone, app, ...world("world")])).to.deep.equal([]);
        });

        it("refuses a ring once, of any length, and what leads into it has no part in it", () => {
            const self = record("a.example.com", toName("a.example.com"));
            expect(judgeStack(aliasTargets, [self])).to.have.length(1);
            const ring = [
                record("in.example.com", toName("a.example.com")),
                record("a.example.com", toName("b.example.com")),
                record("b.example.com", toName("c.example.com")),
                record("c.example.com", toName("a.example.com")),
            ];
            expect(judgeStack(aliasTargets, ring)).to.have.length(1);
            expect(judgeStack(aliasTargets, ring)[0]).to.match(
                /: a\.example\.com A leads to b\.example\.com A leads to c\.example\.com A leads to a\.example\.com A/,
            );
        });

        it("leaves aliases to other zones alone", () => {
            const cdn = record("app.example.com", {
                aliases: [
                    { name: "d1.cloudfront.net", zoneId: "Z2FDTN", evaluateTargetHealth: false },
                ],
            });
            expect(judgeStack(aliasTargets, [cdn])).to.deep.equal([]);
        });
    });

    describe("reachable", () => {
        const values = { ttl: 60, records: ["192.0.2.1"] };
        const app = (props: object) => record("app.example.com", { ...props });

        it("refuses a standby behind a primary that never fails", () => {
            const pair = (healthCheckId?: unknown) => [
                app({ ...byRole("PRIMARY"), ...values, healthCheckId }),
                app({ ...byRole("SECONDARY"), ...values }),
            ];
            expect(judgeStack(reachable, pair())[0]).to.match(
                /"secondary"\) is never the answer: "primary" comes first/,
            );
            expect(judgeStack(reachable, pair("of another stack"))).to.deep.equal([]);
            expect(judgeStack(reachable, pair(unknown))).to.deep.equal([]);
        });

        it("takes a primary for one that never fails while anything that it leads to never does", () => {
            const pair = (...checks: unknown[]) => [
                app({ ...byRole("PRIMARY"), ...toName("pool.example.com") }),
                app({ ...byRole("SECONDARY"), ...values }),
                ...checks.map((healthCheckId, index) =>
                    record("pool.example.com", {
                        ...byWeight(`member-${index}`, 1),
                        ...values,
                        healthCheckId,
                    }),
                ),
            ];
            expect(judgeStack(reachable, pair("a", "b"))).to.deep.equal([]);
            expect(judgeStack(reachable, pair("a", null))).to.have.length(1);
        });

        it("refuses a spare of weight 0 beside a record that never fails", () => {
            const split = (spare: number, others: object) => [
                app({ ...byWeight("live", 100), ...values, ...others }),
                app({ ...byWeight("spare", spare), ...values }),
            ];
            expect(judgeStack(reachable, split(0, {}))).to.have.length(1);
            expect(judgeStack(reachable, split(1, {}))).to.deep.equal([]);
            expect(judgeStack(reachable, split(0, { healthCheckId: "x" }))).to.deep.equal([]);
        });

        it("refuses a region that comes after others for everybody, if they never fail", () => {
            const latency = (region: string, others: object = {}) =>
                app({ ...byLatency(region), ...values, ...others });
            const behind = [
                latency("us-east-1"),
                latency("eu-west-3"),
                latency("eu-north-1", { healthCheckId: "x" }),
                latency("ap-south-1"),
                latency("sa-east-1"),
            ];
            const violations = judgeStack(reachable, behind);
            expect(violations).to.have.length(1);
            expect(violations[0]).to.match(/eu-north-1/);
        });

        it("refuses a record whose check can never pass", () => {
            const children = ["a", "b"].map((name) => healthCheck(name, {}));
            const never = healthCheck("never", {
                type: "CALCULATED",
                childHealthchecks: ["a", "b"],
                childHealthThreshold: 3,
            });
            const given = app({ ...byWeight("x", 1), ...values, healthCheckId: "never" });
            expect(judgeStack(reachable, [...children, never, given])[0]).to.match(
                /can never be healthy/,
            );
        });
    });

    describe("residency", () => {
        const app = (evaluate: boolean, target = "geo-de.example.com") => [
            record("app.example.com", {
                ...byPlace("default", { country: "*" }),
                ...toName("world.example.com"),
            }),
            record("app.example.com", {
                ...byPlace("de", { country: "DE" }),
                ...toName(target, evaluate),
            }),
            ...world(),
        ];
        const germany = (...of: string[]) =>
            of.map((region) =>
                record("geo-de.example.com", { ...byLatency(region), ...toBalancer(region) }),
            );
        const strict = [{ code: "DE", regions: ["eu-west-1"] }];

        it("accepts a geography that never leaves its regions", () => {
            expect(
                judgeStack(residency, [...app(false), ...germany("eu-west-1")], { strict }),
            ).to.deep.equal([]);
        });

        it("refuses one that may leave when its regions are lost", () => {
            const [violation, ...others] = judgeStack(
                residency,
                [...app(true), ...germany("eu-west-1")],
                { strict },
            );
            expect(others).to.deep.equal([]);
            expect(violation).to.match(
                /app\.example\.com A answers users of DE with us-east-1 while eu-west-1 is lost; they may be answered by eu-west-1 alone/,
            );
        });

        it("refuses a region that is not allowed, and a geography without a record", () => {
            expect(
                judgeStack(residency, [...app(false), ...germany("eu-west-1", "us-east-1")], {
                    strict,
                })[0],
            ).to.match(/users of DE with us-east-1 while eu-west-1 is lost/);
            const france = [{ code: "FR", regions: ["eu-west-3"] }];
            expect(
                judgeStack(residency, [...app(false), ...germany("eu-west-1")], { strict: france }),
            ).to.have.length(1);
        });

        it("refuses what is in no region", () => {
            const anywhere = record("geo-de.example.com", {
                aliases: [
                    {
                        name: "a1.awsglobalaccelerator.com",
                        zoneId: "Z2BJ6",
                        evaluateTargetHealth: true,
                    },
                ],
            });
            expect(judgeStack(residency, [...app(false), anywhere], { strict })[0]).to.match(
                /an accelerator/,
            );
        });

        it("reads of the records themselves what is strict: a share that is sent away leaves", () => {
            const split = (weights: Record<string, number>) => [
                ...app(false),
                record("geo-de.example.com", {
                    ...byLatency("eu-west-1"),
                    ...toName("eu-west-1.example.com"),
                }),
                ...Object.entries(weights).map(([region, weight]) =>
                    record("eu-west-1.example.com", {
                        ...byWeight(region, weight),
                        ...toBalancer(region),
                    }),
                ),
            ];
            expect(judgeStack(residency, split({ "eu-west-1": 100 }))).to.deep.equal([]);
            expect(judgeStack(residency, split({ "eu-west-1": 90, "us-east-1": 10 }))[0]).to.match(
                /with us-east-1 while every region is up/,
            );
            // A weight of 0 is asked when the load balancer of the other has no healthy target.
            expect(
                judgeStack(residency, split({ "eu-west-1": 100, "us-east-1": 0 })),
            ).to.have.length(1);
        });

        it("binds a name that is given, whatever its policy, and says what is no place", () => {
            const named = [{ code: "DE", regions: ["eu-west-1"], name: "world.example.com" }];
            expect(judgeStack(residency, world(), { strict: named })).to.have.length(1);
            expect(
                judgeStack(residency, world(), { strict: [{ code: "XX", regions: ["a"] }] })[0],
            ).to.match(/"XX", which is no place; use a continent/);
        });
    });

    describe("evacuated regions", () => {
        const out = (region: string, voter: string) =>
            healthCheck(`in-service-${region}`, {
                type: "HTTPS_STR_MATCH",
                fqdn: `votes.s3.${voter}.amazonaws.com`,
                resourcePath: `/votes/${region}`,
                searchString: "evacuate",
                invertHealthcheck: true,
            });
        const checks = [out("us-east-1", "eu-west-1"), out("eu-west-1", "us-east-1")];
        const checked = (region: string, healthCheckId: unknown = `in-service-${region}`) =>
            record("app.example.com", {
                ...byLatency(region),
                ...toBalancer(region),
                healthCheckId,
            });

        it("accepts records that carry what takes their region out", () => {
            expect(
                judgeStack(evacuatedRegions, [...checks, ...regions.map((r) => checked(r))]),
            ).to.deep.equal([]);
        });

        it("refuses a record that goes on answering with a region that is out", () => {
            const given = [...checks, checked("us-east-1", null), checked("eu-west-1")];
            expect(judgeStack(evacuatedRegions, given)[0]).to.match(
                /users near Virginia with us-east-1 while us-east-1 is evacuated/,
            );
        });

        it("refuses a geography that is all out and follows no health, if others could answer it", () => {
            const given = [
                ...checks,
                ...regions.map((region) => ({
                    ...checked(region),
                    name: `world ${region}`,
                    props: { ...checked(region).props, name: "world.example.com" },
                })),
                record("app.example.com", {
                    ...byPlace("default", { country: "*" }),
                    ...toName("world.example.com"),
                }),
                record("app.example.com", {
                    ...byPlace("eu", { continent: "EU" }),
                    ...toBalancer("eu-west-1"),
                }),
            ];
            expect(judgeStack(evacuatedRegions, given)[0]).to.match(
                /users near Frankfurt with eu-west-1 while eu-west-1 is evacuated/,
            );
        });

        it("lets a geography stay in its own region, which is all it has", () => {
            const given = [
                ...checks,
                checked("us-east-1"),
                record("only.example.com", toBalancer("us-east-1")),
            ];
            expect(judgeStack(evacuatedRegions, given)).to.deep.equal([]);
        });

        it("knows a routing control for a switch", () => {
            const control = healthCheck("control", { type: "RECOVERY_CONTROL" });
            const given = (of: unknown) => [
                control,
                checked("us-east-1", "control"),
                checked("eu-west-1", of),
            ];
            expect(judgeStack(evacuatedRegions, given("control"))).to.deep.equal([]);
            const without = [
                ...given(null),
                record("by.example.com", { ...byWeight("a", 1), ...toBalancer("us-east-1") }),
                record("by.example.com", { ...byWeight("b", 1), ...toBalancer("eu-west-1") }),
            ];
            expect(judgeStack(evacuatedRegions, without)[0]).to.match(/by\.example\.com A/);
        });
    });

    describe("on the global stack of our own, with one thing broken", () => {
        let resources: readonly Given[];
        before(async () => {
            const stacks = await ownStacks("full");
            resources = seenInUpdate(stacks.get(globalStack) as Registrations).map(
                ({ outputs }) => outputs,
            );
        });
        const broken = (name: string, change: (props: Record<string, unknown>) => object) =>
            resources.map((given) =>
                given.name === name ? { ...given, props: { ...change(given.props) } } : given,
            );
        const without = (names: readonly string[], property: string) =>
            names.reduce<readonly Given[]>(
                (all, name) =>
                    all.map((given) =>
                        given.name === name
                            ? { ...given, props: { ...given.props, [property]: undefined } }
                            : given,
                    ),
                resources,
            );

        it("objects to a region's entry without its check", () => {
            const names = ["world-us-east-1-a", "world-us-east-1-aaaa"];
            const violations = judgeStack(evacuatedRegions, without(names, "healthCheckId"));
            expect(violations).to.have.length(2);
            expect(violations[0]).to.match(/us-east-1 while us-east-1 is evacuated/);
        });

        it("objects to an entry that does not follow its target", () => {
            const changed = broken("app-default-a", (props) => ({
                ...props,
                aliases: [{ name: "nowhere.app.example.com", zoneId: props["zoneId"] }],
            }));
            expect(judgeStack(aliasTargets, changed)).to.have.length(1);
        });

        it("objects to Europe leaving, once that is forbidden", () => {
            const strict = [{ code: "EU", regions: ["eu-west-1"] }];
            expect(judgeStack(residency, resources, { strict })).to.have.length(2);
        });
    });
});
