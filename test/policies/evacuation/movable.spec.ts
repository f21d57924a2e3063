import { expect } from "chai";

import { direction } from "../../../policies/evacuation/rules/direction";
import { exactInverse } from "../../../policies/evacuation/rules/exactInverse";
import { nothingElse } from "../../../policies/evacuation/rules/nothingElse";
import { outsideRegion } from "../../../policies/evacuation/rules/outsideRegion";
import { known } from "../../../policies/evacuation/votes";
import { type Given, judgeResource } from "../support/judge";
import { cachePrimary, dial, share, urnOf, vote, writeName, writer } from "./lanes";

const region = "us-east-1";

/** Judges a failback of one resource whose inputs were `before`. */
function changed(
    after: Given,
    before: Readonly<Record<string, unknown>>,
    more: Readonly<Record<string, unknown>> = {},
): readonly string[] {
    const urn = urnOf(after);
    return judgeResource(nothingElse, after, {
        lane: "failback",
        impairedRegion: region,
        targets: [urn],
        before: { [urn]: before },
        ...more,
    });
}

describe("the inputs that a lane may change", () => {
    /** All that each may; whatever else it has, and what any resource may have, it may not. */
    const all: readonly (readonly [Given, readonly string[]])[] = [
        [vote(region, "in-service"), ["content", "etag"]],
        [share(region, "home", 1), ["weightedRoutingPolicies"]],
        [dial(region, 100), ["trafficDialPercentage"]],
        [writer(region), ["writer", "outOfService", "acceptDataLoss"]],
        [cachePrimary(region), ["primary"]],
        [writeName(region), ["aliases", "healthCheckId"]],
    ];
    const others = ["bucket", "tags", "ttl", "endpointConfigurations", "region", "source"];

    for (const [given, may] of all) {
        it(`are, of ${given.name}, ${may.join(", ")}`, () => {
            const keys = new Set([...Object.keys(given.props), ...others, ...may]);
            const moved = [...keys].filter((key) => {
                const before = { ...given.props, [key]: "as it was" };
                return changed(given, before).length === 0;
            });
            expect(moved).to.have.members(may);
        });
    }

    it("are compared with those that were there, and are not any more", () => {
        const given = dial(region, 100);
        expect(changed(given, { ...given.props, tags: { a: "b" } })[0]).to.match(/change tags of/);
        expect(changed(given, { ...given.props, tags: null })).to.eql([]);
        const listed = { ...given, props: { ...given.props, tags: [] } };
        expect(changed(listed, { ...given.props, tags: {} })).to.have.length(1);
    });
});

describe("what no lane moves", () => {
    const like = (given: Given, props: Readonly<Record<string, unknown>>): Given => ({
        ...given,
        props: { ...given.props, ...props },
    });
    const weighted = share(region, "home", 1);
    for (const [what, given] of [
        ["the self-test, whichever region is impaired", vote("self-test", "evacuate")],
        ["another object of the region's name", like(vote(region, "x"), { key: `a/${region}` })],
        ["a name below the region's", like(weighted, { name: `a.${region}.app.example.com` })],
        [
            "a weight that is no number",
            like(weighted, { weightedRoutingPolicies: [{ weight: "1" }] }),
        ],
        ["another name to write to", like(writeName(region), { name: "write.example.com" })],
    ] as const) {
        it(`is ${what}`, () => {
            for (const impairedRegion of [region, ""]) {
                expect(changed(given, given.props, { impairedRegion })[0]).to.match(
                    /and nothing else$/,
                );
            }
        });
    }
});

describe("a lane's update of which not all is said", () => {
    const about = (given: Given, more: Readonly<Record<string, unknown>>) => ({
        ...{ lane: "failback", impairedRegion: "", targets: [urnOf(given)], before: {} },
        ...more,
    });

    it("may be about any region", () => {
        for (const given of [vote("ap-east-1", "in-service"), dial("ap-east-1", 100)]) {
            expect(judgeResource(nothingElse, given, about(given, {}))).to.eql([]);
        }
        const moved = writer("ap-east-1");
        expect(judgeResource(direction, moved, about(moved, {}))).to.eql([]);
    });

    it("may have had any inputs", () => {
        const given = dial(region, 100);
        expect(judgeResource(nothingElse, given, about(given, {}))).to.eql([]);
    });

    it("leads anywhere with what it is not limited to", () => {
        const given = dial(region, 50);
        expect(judgeResource(direction, given, about(given, { targets: [] }))).to.eql([]);
    });

    it("leads to a share of 0 as it does to any other", () => {
        const given = share(region, "home", 1);
        expect(judgeResource(direction, given, about(given, { share: 0 }))).to.have.length(1);
    });

    it("is of one of the three lanes", () => {
        for (const { configSchema } of [direction, exactInverse, nothingElse, outsideRegion]) {
            expect(configSchema?.properties["lane"]?.enum).to.have.members([
                "",
                "failover",
                "settle",
                "failback",
            ]);
        }
    });
});

describe("a value of a vote", () => {
    it("is unknown in a preview only, and not when something is broken", () => {
        const broken = (): never => {
            throw new TypeError("torn");
        };
        expect(() => known(broken)).to.throw(TypeError, "torn");
    });
});
