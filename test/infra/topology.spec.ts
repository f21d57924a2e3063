import { expect } from "chai";
import fc from "fast-check";

import {
    defaultEstate,
    estateNames,
    globalStack,
    isRegion,
    majorityQuorum,
    readsFrom,
    regionNames,
    stackNames,
    topology,
    topologyOf,
    topologyProblems,
    votersFor,
} from "../../infra/topology";

describe("the topology", () => {
    it("is sound", () => {
        expect(topologyProblems(topology)).to.deep.equal([]);
        expect(topology.quorum).to.equal(2);
    });

    for (const name of estateNames) {
        it(`of the ${name} estate is sound, with a majority of the others as its quorum`, () => {
            const of = topologyOf(name);
            expect(topologyProblems(of)).to.deep.equal([]);
            expect(of.quorum).to.equal(majorityQuorum(regionNames(of).length));
        });
    }

    it("of two regions lets the one vote the other out by itself", () => {
        const small = topologyOf("small");
        expect(regionNames(small)).to.deep.equal(["eu-west-1", "us-east-1"]);
        expect(small.quorum).to.equal(1);
        expect(topologyOf(defaultEstate)).to.deep.equal(topology);
    });

    it("names its regions in an order that a newcomer does not change", () => {
        const names = regionNames();
        const more = regionNames({
            ...topology,
            regions: { "aa-first-1": { away: "us-east-1" }, ...topology.regions },
        });
        expect(more.filter((name) => name !== "aa-first-1")).to.deep.equal(names);
    });

    it("puts every stack after the stacks it reads", () => {
        const order = stackNames();
        for (const stack of order) {
            for (const read of readsFrom(stack)) {
                expect(order.indexOf(read)).to.be.within(0, order.indexOf(stack) - 1);
            }
        }
        expect(order.at(-1)).to.equal(globalStack);
    });

    it("lets no region read another, so that they deploy and fail by themselves", () => {
        for (const region of regionNames()) {
            expect(readsFrom(region)).to.deep.equal([]);
        }
    });

    it("lets every other region vote on a region", () => {
        expect(votersFor("eu-west-1")).to.deep.equal(["ap-east-1", "ap-south-1", "us-east-1"]);
    });

    it("knows a region by its own name only", () => {
        expect(isRegion("eu-west-1")).to.be.true;
        expect(isRegion("toString")).to.be.false;
        expect(isRegion(globalStack)).to.be.false;
    });

    it("never has voters enough to take two regions out when each votes once", () => {
        fc.assert(
            fc.property(fc.integer({ min: 2, max: 50 }), (count) => {
                const quorum = majorityQuorum(count);
                // Two regions out need two disjoint quorums among at most `count` voters.
                expect(quorum).to.be.within(1, count - 1);
                if (count > 2) {
                    expect(2 * quorum).to.be.above(count - 1);
                }
            }),
        );
    });

    it("tells everything that is wrong with it", () => {
        expect(
            topologyProblems({
                regions: { "eu-west-1": { away: "mars-1" } },
                quorum: 0,
            }),
        ).to.deep.equal([
            "`regions`: must name at least 2 regions, got 1",
            '`regions.eu-west-1.away`: must be another region of the topology (), got "mars-1"',
            "`quorum`: must be a whole number from 1 to 0, got 0",
        ]);
    });
});
