import { expect } from "chai";

import { defaultGeolocation } from "../../../policies/resilience/rules/routing/defaultGeolocation";
import { followsHealth } from "../../../policies/resilience/rules/routing/followsHealth";
import { ttl } from "../../../policies/resilience/rules/routing/ttl";
import { type Given, judgeStack, unknown } from "../support/judge";

const record = (
    name: string,
    props: Record<string, unknown> & { setIdentifier?: string },
): Given => ({
    type: "aws:route53/record:Record",
    name: `${name} ${props.setIdentifier ?? ""}`.trim(),
    props: { name, type: "A", ...props },
});
const alias = (name: string, evaluateTargetHealth: unknown) => [
    { name, zoneId: "Z1", evaluateTargetHealth },
];
const place = (part: Record<string, string>) => [part];

describe("routing rules", () => {
    describe("default geolocation", () => {
        const app = (setIdentifier: string, part: Record<string, string>) =>
            record("app.example.com", {
                setIdentifier,
                geolocationRoutingPolicies: place(part),
                aliases: alias("world.app.example.com", true),
            });

        it("accepts a group with a default", () => {
            expect(
                judgeStack(defaultGeolocation, [
                    app("eu", { continent: "EU" }),
                    app("default", { country: "*" }),
                ]),
            ).to.deep.equal([]);
        });

        it("refuses a group without one, and says who would be left out", () => {
            const violations = judgeStack(defaultGeolocation, [app("eu", { continent: "EU" })]);
            expect(violations).to.have.length(1);
            expect(violations[0])
                .to.match(/app\.example\.com A/)
                .and.to.match(/EU/);
        });

        it("says the same of the same records, whichever came first", () => {
            const two = [
                { ...app("eu", { continent: "EU" }), name: "eu" },
                { ...app("na", { continent: "NA" }), name: "na" },
            ];
            const [violation] = judgeStack(defaultGeolocation, two);
            expect(violation).to.match(/^eu: .*"EU", "NA"/);
            expect(judgeStack(defaultGeolocation, [...two].reverse())).to.deep.equal([violation]);
        });

        it("judges each zone by itself: a private zone's default is none for the public one", () => {
            const inZone = (zoneId: unknown, given: Given): Given => ({
                ...given,
                props: { ...given.props, zoneId },
            });
            expect(
                judgeStack(defaultGeolocation, [
                    inZone("Z1", app("eu", { continent: "EU" })),
                    inZone("Z2", app("default", { country: "*" })),
                ]),
            ).to.have.length(1);
        });

        it("judges each type by itself and takes a final dot for what it is", () => {
            const violations = judgeStack(defaultGeolocation, [
                app("default", { country: "*" }),
                {
                    ...app("eu", { continent: "EU" }),
                    props: { ...app("eu", { continent: "EU" }).props, name: "app.example.com." },
                },
                {
                    ...app("eu6", { continent: "EU" }),
                    props: { ...app("eu6", { continent: "EU" }).props, type: "AAAA" },
                },
            ]);
            expect(violations).to.have.length(1);
            expect(violations[0]).to.match(/AAAA/);
        });
    });

    describe("health", () => {
        const latency = { latencyRoutingPolicies: [{ region: "eu-west-1" }] };

        it("accepts a check, or an alias that evaluates its target", () => {
            expect(
                judgeStack(followsHealth, [
                    record("a", { ...latency, setIdentifier: "1", healthCheckId: "x" }),
                    record("a", { ...latency, setIdentifier: "2", healthCheckId: unknown }),
                    record("a", { ...latency, setIdentifier: "3", aliases: alias("b", true) }),
                    record("b", { records: ["192.0.2.1"], ttl: 300 }),
                ]),
            ).to.deep.equal([]);
        });

        it("refuses a routed record that follows nothing", () => {
            const violations = judgeStack(followsHealth, [
                record("a", { ...latency, setIdentifier: "1", aliases: alias("b", false) }),
                record("a", { ...latency, setIdentifier: "2", records: ["192.0.2.1"] }),
            ]);
            expect(violations).to.have.length(2);
        });

        it("lets a failover pair end in a last resort, but only its secondary", () => {
            const pair = (type: string) =>
                record("s", {
                    setIdentifier: type,
                    failoverRoutingPolicies: [{ type }],
                    records: ["x"],
                    ttl: 10,
                });
            expect(judgeStack(followsHealth, [pair("SECONDARY")])).to.deep.equal([]);
            expect(judgeStack(followsHealth, [pair("PRIMARY")])).to.have.length(1);
        });

        it("waits for the update where a geography's target is not known yet", () => {
            const strict = record("app.example.com", {
                setIdentifier: "de",
                geolocationRoutingPolicies: place({ country: "DE" }),
                aliases: [{ name: unknown, zoneId: "Z1", evaluateTargetHealth: false }],
            });
            const weighted = { setIdentifier: "x", weightedRoutingPolicies: [{ weight: 1 }] };
            const bad = record("b.example.com", weighted);
            const nameless = { ...bad, props: { ...bad.props, name: unknown } };
            // The other record is judged by itself, and not taken for the geography's target.
            expect(judgeStack(followsHealth, [strict])).to.deep.equal([]);
            expect(judgeStack(followsHealth, [strict, nameless])).to.have.length(1);
        });

        it("lets a strict geography keep its users as long as all below follows health", () => {
            const strict = record("app", {
                setIdentifier: "in",
                geolocationRoutingPolicies: place({ country: "IN" }),
                aliases: alias("geo-in.app", false),
            });
            const below = (healthCheckId?: string) =>
                record("geo-in.app", {
                    ...latency,
                    setIdentifier: healthCheckId ?? "none",
                    ...(healthCheckId === undefined ? {} : { healthCheckId }),
                });
            expect(judgeStack(followsHealth, [strict, below("x")])).to.deep.equal([]);
            expect(judgeStack(followsHealth, [strict])).to.have.length(1);
            expect(judgeStack(followsHealth, [strict, below("x"), below()])).to.have.length(2);
        });
    });

    it("keep TTLs of routed records short", () => {
        const weighted = { weightedRoutingPolicies: [{ weight: 1 }], setIdentifier: "w" };
        expect(judgeStack(ttl, [record("a", { ...weighted, ttl: 60 })])).to.deep.equal([]);
        expect(judgeStack(ttl, [record("a", { ...weighted, ttl: 61 })])).to.have.length(1);
        expect(judgeStack(ttl, [record("a", { ttl: 3600 })])).to.deep.equal([]);
        expect(
            judgeStack(ttl, [record("a", { ...weighted, ttl: 20 })], { maximumTtl: 10 }),
        ).to.have.length(1);
    });
});
