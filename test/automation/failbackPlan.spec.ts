import { expect } from "chai";

import type { DeployedVotes } from "../../automation/deployedVotes";
import { failbackStages, planFailback, votesToClear } from "../../automation/failbackPlan";
import { regionNames, topology, votersFor } from "../../infra/topology";

const region = "us-east-1";

/** The first `count` voters say evacuate. */
function against(count: number): DeployedVotes {
    const voters = votersFor(region).slice(0, count);
    return Object.fromEntries(
        regionNames().map((name) => [
            name,
            {
                kind: "known" as const,
                votes: voters.includes(name) ? { [region]: "evacuate" as const } : {},
            },
        ]),
    );
}

function stages(
    count: number,
    share: number,
    unfinished = false,
    dial = 100,
    rolesAway = false,
): readonly string[] {
    return planFailback(
        region,
        topology,
        against(count),
        { share, dial, rolesAway },
        unfinished,
    ).map((stage) => stage.id);
}

describe("the plan of a failback", () => {
    const all = ["share-1", "votes", "share-10", "share-25", "share-50", "share-100"];

    it("drops the share before it takes the votes back, then rises", () => {
        expect(failbackStages.map((stage) => stage.id)).to.eql([...all, "dial-100", "writer"]);
        expect(stages(3, 100)).to.eql(all);
        expect(stages(2, 1)).to.eql(all);
    });

    it("goes on from the deployed share, and never lets it drop again", () => {
        expect(stages(0, 1)).to.eql(["votes", "share-10", "share-25", "share-50", "share-100"]);
        expect(stages(0, 10)).to.eql(["share-25", "share-50", "share-100"]);
        expect(stages(0, 50)).to.eql(["share-100"]);
    });

    it("opens the dial last, where it was turned down", () => {
        expect(stages(3, 100, false, 0)).to.eql([...all, "dial-100"]);
        expect(stages(0, 50, false, 0)).to.eql(["share-100", "dial-100"]);
        expect(stages(0, 100, false, 20)).to.eql(["dial-100"]);
    });

    it("brings the writer back after everything else, where it was moved away", () => {
        expect(stages(3, 100, false, 0, true)).to.eql([...all, "dial-100", "writer"]);
        expect(stages(0, 100, false, 20, true)).to.eql(["dial-100", "writer"]);
        expect(stages(0, 100, false, 100, true)).to.eql(["writer"]);
        expect(stages(0, 100, true, 100, true)).to.eql(["votes", "writer"]);
    });

    it("takes a straggling vote back without touching the share of a region in service", () => {
        expect(stages(1, 100)).to.eql(["votes"]);
        expect(stages(1, 25)).to.eql(["votes", "share-50", "share-100"]);
    });

    it("cleans up after a failover that never reached its quorum", () => {
        expect(stages(0, 100, true)).to.eql(["votes"]);
    });

    it("refuses when there is nothing to fail back", () => {
        expect(() => stages(0, 100)).to.throw("nothing to fail back");
        expect(() =>
            planFailback(
                "x",
                topology,
                against(0),
                { share: 100, dial: 100, rolesAway: false },
                false,
            ),
        ).to.throw('unknown region: "x"');
    });

    it("needs as many votes taken back as leave less than a quorum", () => {
        expect(votesToClear(region, topology)).to.equal(2);
    });
});
