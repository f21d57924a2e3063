import { expect } from "chai";

import type { DeployedVotes } from "../../automation/deployedVotes";
import { rolesAsTheyAre, writerAwayFrom, writerBackIn } from "../../automation/writerMove";
import { topology } from "../../infra/topology";
import { votesAgainstRegions as out } from "./support/fakeVotes";

const roles = { writer: "us-east-1", standby: "eu-west-1", writerHome: "us-east-1" };

describe("the move of the writer", () => {
    const away = (of: typeof roles, region: string, votes: DeployedVotes, accept = false) =>
        writerAwayFrom(region, of, topology, votes, accept);

    it("swaps the writer and its standby, and remembers where it belongs", () => {
        expect(away(roles, "us-east-1", out("us-east-1"))).to.eql({
            writer: "eu-west-1",
            standby: "us-east-1",
            writerHome: "us-east-1",
            acceptDataLoss: undefined,
        });
    });

    it("says whose writes may be lost only when somebody accepted it", () => {
        const settings = away(roles, "us-east-1", out("us-east-1"), true);
        expect(settings?.acceptDataLoss).to.equal("us-east-1");
    });

    it("does nothing for a region that does not write", () => {
        expect(away(roles, "eu-west-1", out("eu-west-1"))).to.equal(undefined);
    });

    it("passes over a standby that is out, too, and leaves it the standby", () => {
        const settings = away(roles, "us-east-1", out("us-east-1", "eu-west-1"));
        expect(settings).to.include({ writer: "ap-south-1", standby: "eu-west-1" });
    });

    it("has no home to remember when the writer comes home", () => {
        const moved = { writer: "eu-west-1", standby: "us-east-1", writerHome: "us-east-1" };
        expect(away(moved, "eu-west-1", out("eu-west-1"))).to.eql({
            writer: "us-east-1",
            standby: "eu-west-1",
            writerHome: undefined,
            acceptDataLoss: undefined,
        });
    });

    it("keeps the first home when the writer moves on", () => {
        const moved = { writer: "eu-west-1", standby: "us-east-1", writerHome: "us-east-1" };
        expect(away(moved, "eu-west-1", out("eu-west-1", "us-east-1"))).to.include({
            writer: "ap-south-1",
            standby: "us-east-1",
            writerHome: "us-east-1",
        });
    });

    it("refuses when nobody is left to write", () => {
        const all = Object.keys(topology.regions);
        expect(() => away(roles, "us-east-1", out(...all))).to.throw(
            "no other region is in service to take over",
        );
    });

    for (const others of [[], ["eu-west-1"]]) {
        it(`is undone exactly, with ${others.join(", ") || "nobody else"} out`, () => {
            const moved = away(roles, "us-east-1", out("us-east-1", ...others), true);
            const deployed = {
                writer: moved?.writer ?? "",
                standby: moved?.standby ?? "",
                writerHome: moved?.writerHome ?? "",
            };
            expect(writerBackIn("us-east-1", deployed)).to.eql(rolesAsTheyAre(roles));
        });
    }

    it("has nothing to undo where the writer is, where it never was, and in an older stack", () => {
        expect(writerBackIn("us-east-1", roles)).to.equal(undefined);
        expect(writerBackIn("ap-east-1", { ...roles, writer: "eu-west-1" })).to.equal(undefined);
        expect(writerBackIn("us-east-1", undefined)).to.equal(undefined);
    });
});
