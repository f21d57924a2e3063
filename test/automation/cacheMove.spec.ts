import { expect } from "chai";

import { endsStandIn, standInWithout } from "../../automation/cacheMove";
import type { DeployedCache } from "../../automation/deployedGlobal";
import { topology } from "../../infra/topology";
import { votesAgainstRegions as out } from "./support/fakeVotes";

const datastore = ["us-east-1", "eu-west-1", "ap-south-1"];
const follows: DeployedCache = { datastore, primary: undefined, standIn: undefined };
const apart: DeployedCache = { ...follows, primary: "ap-south-1" };

describe("the move of the caches' primary", () => {
    const standIn = (
        region: string,
        cache: DeployedCache,
        writer: readonly [before: string, after: string],
        lost: readonly string[] = [region],
    ) =>
        standInWithout(
            region,
            cache,
            { before: writer[0], after: writer[1] },
            topology,
            out(...lost),
        );

    it("needs nobody where it follows the writer to a member", () => {
        expect(standIn("us-east-1", follows, ["us-east-1", "eu-west-1"])).to.equal(undefined);
    });

    it("leads to the datastore's first member in service where the writer's new region is none", () => {
        expect(standIn("us-east-1", follows, ["us-east-1", "ap-east-1"])).to.equal("eu-west-1");
        const both = ["us-east-1", "eu-west-1"];
        expect(standIn("us-east-1", follows, ["us-east-1", "ap-east-1"], both)).to.equal(
            "ap-south-1",
        );
    });

    it("leads away from a lost region that has it apart, to the writer", () => {
        expect(standIn("ap-south-1", apart, ["us-east-1", "us-east-1"])).to.equal("us-east-1");
        expect(standIn("ap-south-1", apart, ["eu-west-1", "eu-west-1"])).to.equal("eu-west-1");
    });

    it("leads to a member in service when the writer is none", () => {
        expect(standIn("ap-south-1", apart, ["ap-east-1", "ap-east-1"])).to.equal("us-east-1");
    });

    it("leaves it apart where it is well", () => {
        expect(standIn("us-east-1", apart, ["us-east-1", "eu-west-1"])).to.equal(undefined);
        const standing = { ...apart, standIn: "eu-west-1" };
        expect(
            standIn("us-east-1", standing, ["us-east-1", "eu-west-1"], ["us-east-1", "ap-south-1"]),
        ).to.equal("eu-west-1");
    });

    it("moves on when the stand-in is lost, or home when home is well", () => {
        const standing = { ...apart, standIn: "eu-west-1" };
        expect(
            standIn("eu-west-1", standing, ["us-east-1", "us-east-1"], ["eu-west-1", "ap-south-1"]),
        ).to.equal("us-east-1");
        expect(standIn("eu-west-1", standing, ["us-east-1", "us-east-1"])).to.equal(undefined);
    });

    it("stays with who has it when no member is in service", () => {
        expect(standIn("ap-south-1", apart, ["ap-east-1", "ap-east-1"], datastore)).to.equal(
            undefined,
        );
        expect(standIn("us-east-1", follows, ["us-east-1", "ap-east-1"], datastore)).to.equal(
            "us-east-1",
        );
    });

    it("is over when the region comes back that has it, and not before", () => {
        const standing = { ...apart, standIn: "us-east-1" };
        expect(endsStandIn("ap-south-1", standing, "us-east-1")).to.equal(true);
        expect(endsStandIn("us-east-1", standing, "us-east-1")).to.equal(false);
        expect(endsStandIn("ap-south-1", apart, "us-east-1")).to.equal(false);
        expect(endsStandIn("ap-south-1", undefined, "us-east-1")).to.equal(false);
        expect(
            endsStandIn("us-east-1", { ...follows, standIn: "eu-west-1" }, "us-east-1"),
        ).to.equal(true);
    });
});
