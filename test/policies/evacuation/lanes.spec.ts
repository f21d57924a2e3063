import type { ResourceValidationPolicy } from "@pulumi/policy";
import { expect } from "chai";

import { direction } from "../../../policies/evacuation/rules/direction";
import { enoughRegions } from "../../../policies/evacuation/rules/enoughRegions";
import { exactInverse } from "../../../policies/evacuation/rules/exactInverse";
import { nothingElse } from "../../../policies/evacuation/rules/nothingElse";
import { nothingRemoved } from "../../../policies/evacuation/rules/nothingRemoved";
import { outsideRegion } from "../../../policies/evacuation/rules/outsideRegion";
import { type Given, judgeResource, judgeStack, unknown } from "../support/judge";
import { cachePrimary, dial, global, share, stack, urnOf, vote, writeName, writer } from "./lanes";

const region = "us-east-1";
const lanes = ["failover", "settle", "failback"] as const;
type Lane = (typeof lanes)[number];

/** Judges an update of one resource that was `before`. */
function judge(
    rule: ResourceValidationPolicy,
    lane: Lane | "",
    given: Given,
    before: Given | undefined,
    more: Readonly<Record<string, unknown>> = {},
): readonly string[] {
    const urn = urnOf(given);
    // Some other target keeps a creation apart from an update of which nothing is known.
    const other = { "urn:of:another": { writer: "somewhere" } };
    return judgeResource(rule, given, {
        lane,
        impairedRegion: region,
        targets: [urn],
        before: before === undefined ? other : { [urn]: before.props },
        ...more,
    });
}

/** What each lane moves: as it was, and as it is to be. */
const moves: readonly (readonly [Lane, Given, Given])[] = [
    ["failover", vote(region, "in-service"), vote(region, "evacuate")],
    ["settle", dial(region, 100), dial(region, 0)],
    ["settle", writer(region, []), writer("eu-west-1", [region])],
    ["settle", cachePrimary(region), cachePrimary("eu-west-1")],
    ["settle", writeName(region), writeName("eu-west-1")],
    ["failback", vote(region, "evacuate"), vote(region, "in-service")],
    ["failback", share(region, "home", 100), share(region, "home", 1)],
    ["failback", share(region, "away", 0), share(region, "away", 99)],
    ["failback", dial(region, 0), dial(region, 100)],
    ["failback", writer("eu-west-1", [region]), writer(region, [])],
    ["failback", cachePrimary("eu-west-1"), cachePrimary(region)],
    ["failback", writeName("eu-west-1"), writeName(region)],
];

describe("what a lane may move", () => {
    for (const [lane, before, after] of moves) {
        const what = `${after.name} in a ${lane}`;

        it(`lets ${what} change as it must`, () => {
            for (const rule of [nothingElse, direction, outsideRegion]) {
                expect(judge(rule, lane, after, before, { share: 1 }), rule.name).to.eql([]);
            }
        });

        it(`refuses to let anything else of ${what} change`, () => {
            const more = { ...after, props: { ...after.props, tags: { a: "b" } } };
            expect(judge(nothingElse, lane, more, before)).to.have.length(1);
            expect(judge(nothingElse, lane, more, before)[0]).to.match(/also change tags of/);
        });

        it(`refuses to create ${what}`, () => {
            expect(judge(nothingElse, lane, after, undefined)[0]).to.match(/would create/);
        });
    }

    it("refuses in a lane what another one moves", () => {
        const refused = (lane: Lane, given: Given): readonly string[] =>
            judge(nothingElse, lane, given, given);
        expect(refused("failover", dial(region, 0))[0]).to.match(
            /may change dial-us-east-1, but a failover changes votes and nothing else/,
        );
        expect(refused("settle", vote(region, "evacuate"))).to.have.length(1);
        expect(refused("settle", share(region, "home", 1))).to.have.length(1);
    });

    it("refuses in every lane what none moves", () => {
        const others: readonly Given[] = [
            vote("self-test", "evacuate"),
            { type: "aws:lb/listener:Listener", name: "https", props: {} },
            // A record of the region's name without a weight, and one of another name.
            { ...share(region, "home", 1), props: { name: `${region}.app.example.com` } },
            { ...share(region, "home", 1), props: { name: "app.example.com" } },
        ];
        for (const lane of lanes) {
            for (const other of others) {
                expect(judge(nothingElse, lane, other, other), lane).to.have.length(1);
            }
        }
    });

    it("refuses two regions at a time", () => {
        for (const [lane, other] of [
            ["failover", vote("eu-west-1", "evacuate")],
            ["settle", dial("eu-west-1", 0)],
            ["failback", share("eu-west-1", "home", 1)],
        ] as const) {
            expect(judge(nothingElse, lane, other, other)[0]).to.match(
                /of eu-west-1, but it is about us-east-1; one region at a time/,
            );
        }
    });

    it("has no say in other updates and in what the update may not change", () => {
        const listener = { type: "aws:lb/listener:Listener", props: {} };
        const there = { type: "aws:lb/listener:Listener", props: { region } };
        expect(judge(nothingElse, "", listener, undefined)).to.eql([]);
        expect(judge(nothingElse, "failover", listener, undefined, { targets: [] })).to.eql([]);
        expect(judge(outsideRegion, "", there, undefined)).to.eql([]);
        expect(judge(outsideRegion, "settle", there, undefined, { targets: [] })).to.eql([]);
        expect(judge(direction, "", dial(region, 50), undefined)).to.eql([]);
    });

    it("compares by value, whatever the order, and without what the engine adds", () => {
        const before = { ...writer("eu-west-1", []).props, members: { a: "1", b: "2" } };
        const after = {
            ...writer("eu-west-1", []),
            props: { ...before, members: { b: "2", __defaults: [], a: "1" }, __provider: "code" },
        };
        expect(judge(nothingElse, "settle", after, { ...after, props: before })).to.eql([]);
    });

    it("says nothing of values that a preview does not know", () => {
        const later = { ...dial(region, 0), props: { endpointGroupRegion: unknown } };
        for (const rule of [nothingElse, direction]) {
            expect(() => judge(rule, "settle", later, undefined), rule.name).to.throw(
                /can't be known during preview/i,
            );
        }
    });
});

describe("the way that a lane leads", () => {
    it("refuses what leads the other way, or half of it", () => {
        const refused = (lane: Lane, after: Given, share = 10): string =>
            judge(direction, lane, after, undefined, { share }).join();
        expect(refused("failover", vote(region, "in-service"))).to.match(/must be "evacuate"/);
        expect(refused("failback", vote(region, "evacuate"))).to.match(/must be "in-service"/);
        expect(refused("settle", dial(region, 50))).to.match(/dial would be 50; .* must be 0/);
        expect(refused("failback", dial(region, 50))).to.match(/must be 100/);
        expect(refused("failback", share(region, "home", 50))).to.match(
            /weight would be 50; in a failback to 10 % it must be 10/,
        );
        expect(refused("failback", share(region, "away", 50))).to.match(/must be 90/);
    });

    it("takes a dial that is not set for an open one, as AWS does", () => {
        const open = { ...dial(region, 0), props: { endpointGroupRegion: region } };
        expect(judge(direction, "settle", open, undefined)).to.have.length(1);
        expect(judge(direction, "failback", open, undefined)).to.eql([]);
    });

    it("gives the impaired region no role, and takes one nowhere but to the region that is back", () => {
        for (const role of [writer, cachePrimary]) {
            const here = role(region);
            const there = role("ap-east-1");
            expect(judge(direction, "settle", here, here)[0]).to.match(/which is impaired/);
            expect(judge(direction, "failback", there, here)[0]).to.match(/moves it there or/);
            expect(judge(direction, "failback", there, there)).to.eql([]);
        }
    });

    it("changes nothing in the region that is to be left", () => {
        const inside = { ...vote(region, "evacuate"), props: { region } };
        expect(judge(outsideRegion, "failover", inside, undefined)[0]).to.match(
            /is in us-east-1, which is impaired/,
        );
        expect(judge(outsideRegion, "settle", inside, undefined)).to.have.length(1);
        expect(judge(outsideRegion, "failback", inside, undefined)).to.eql([]);
    });

    it("knows what is in the region by its provider, too, but for services that have no regions", () => {
        const through = (given: Given): Given => ({ ...given, provider: { region } });
        const inside = through({
            type: "aws:s3/bucketObjectv2:BucketObjectv2",
            props: { key: "votes/eu-west-1", content: "evacuate" },
        });
        expect(judge(outsideRegion, "failover", inside, undefined)).to.have.length(1);
        for (const anywhere of [
            vote(region, "evacuate"),
            dial(region, 0),
            writeName("ap-east-1"),
        ]) {
            expect(judge(outsideRegion, "settle", through(anywhere), undefined)).to.eql([]);
        }
    });
});

describe("a stack after a lane's update", () => {
    it("still has what the update was limited to", () => {
        const given = global();
        const targets = [urnOf(dial(region, 0)), "urn:pulumi:test::meridian::a:b/c:C::gone"];
        expect(judgeStack(nothingRemoved, given, { targets })).to.eql([
            "gone: the update may change gone, which is no part of the stack, or not any more; a lane removes nothing",
        ]);
        expect(judgeStack(nothingRemoved, given)).to.eql([]);
    });

    it("has regions enough by the accelerator, and by the weights of their records", () => {
        expect(judgeStack(enoughRegions, global())).to.eql([]);
        const closed = ["us-east-1", "eu-west-1", "ap-east-1"].map((each) => dial(each, 0));
        expect(judgeStack(enoughRegions, [...closed, dial("ap-south-1", 100)])[0]).to.match(
            /1 of 4 regions would be left in service at the accelerator/,
        );
        expect(
            judgeStack(enoughRegions, [...closed.slice(1), dial("a", 100), dial("b", unknown)]),
        ).to.eql([]);
        const weighed = [share(region, "home", 0), share("eu-west-1", "home", 1)];
        expect(judgeStack(enoughRegions, weighed)[0]).to.match(/1 of 2 .* by the weights/);
        expect(judgeStack(enoughRegions, weighed, { minimumInService: 1 })).to.eql([]);
        // Two records of each name are of one region.
        const both = weighed.flatMap((one) => [one, { ...one, name: `${String(one.name)}aaa` }]);
        expect(judgeStack(enoughRegions, both)[0]).to.match(/1 of 2 .* by the weights/);
    });

    const settled = { writer: "eu-west-1", standby: region, writerHome: region };
    const restored = { writer: region, standby: "eu-west-1", writerHome: region };
    const inverse = (
        lane: Lane,
        roles: Record<string, unknown>,
        after: Record<string, unknown>,
        targets = [urnOf(writer(region))],
    ): readonly string[] =>
        judgeStack(
            exactInverse,
            [stack(after), writer(region), writeName(region), dial(region, 100)],
            { lane, impairedRegion: region, targets, roles },
        );

    it("has the roles that there were, once the region is back", () => {
        expect(inverse("failback", settled, restored)).to.eql([]);
        expect(inverse("failback", settled, { ...restored, standby: "ap-east-1" })).to.eql([
            "meridian-global: standby would be ap-east-1; after a failback of us-east-1 it must be eu-west-1, as it was before the failover",
        ]);
        expect(inverse("failback", settled, settled)).to.have.length(2);
        expect(inverse("failback", settled, { ...restored, writerHome: "eu-west-1" })[0]).to.match(
            /writerHome would be eu-west-1/,
        );
        // The standby was out, too, when the writer left: it stayed the standby.
        const third = { ...settled, writer: "ap-east-1", standby: "eu-west-1" };
        expect(inverse("failback", third, restored)).to.eql([]);
        // A second run, after the roles were back already.
        const name = [urnOf(writeName(region))];
        expect(inverse("failback", restored, restored, name)).to.eql([]);
        expect(inverse("failback", restored, settled, name)).to.have.length(2);
    });

    it("still knows where the writer belongs, while it is elsewhere", () => {
        expect(inverse("settle", restored, settled)).to.eql([]);
        expect(inverse("settle", restored, { ...settled, writerHome: "eu-west-1" })).to.have.length(
            1,
        );
    });

    it("may have any roles where the update moves none, or nobody says what they were", () => {
        expect(inverse("failback", settled, {}, [urnOf(dial(region, 0))])).to.eql([]);
        expect(inverse("failback", {}, {})).to.eql([]);
        expect(inverse("failback", { writer: "eu-west-1", writerHome: region }, {})).to.eql([]);
        expect(inverse("failover", restored, { ...settled, writerHome: "eu-west-1" })).to.eql([]);
        expect(judgeStack(exactInverse, [writer(region)], { lane: "settle" })).to.eql([]);
        // Another region's failback is not the one that brings the writer home.
        const elsewhere = { ...settled, writerHome: "ap-east-1" };
        expect(inverse("failback", elsewhere, elsewhere)).to.eql([]);
    });
});
