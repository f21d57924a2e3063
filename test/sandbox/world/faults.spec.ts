import { expect } from "chai";

import { Faults } from "../../../sandbox/world/faults";

describe("Faults", () => {
    let faults: Faults;

    beforeEach(() => {
        faults = new Faults();
    });

    it("cuts a lost region off in both directions, and its control planes with it", () => {
        faults.inject({ kind: "blackout", region: "us-east-1" });
        expect(faults.reachable("us-east-1", "eu-west-1")).to.equal(false);
        expect(faults.reachable(undefined, "us-east-1")).to.equal(false);
        expect(faults.reachable("ap-east-1", "eu-west-1")).to.equal(true);
        expect(faults.controlPlaneDown("us-east-1")).to.equal(true);
    });

    it("keeps packets flowing when only the control planes are gone", () => {
        faults.inject({ kind: "control-planes", region: "us-east-1" });
        expect(faults.controlPlaneDown("us-east-1")).to.equal(true);
        expect(faults.controlPlaneDown("eu-west-1")).to.equal(false);
        expect(faults.reachable(undefined, "us-east-1")).to.equal(true);
    });

    it("replaces a fault of the same kind and place instead of adding one", () => {
        faults.inject({ kind: "gray", region: "us-east-1", errorRate: 0.4, latencyMs: 0 });
        faults.inject({ kind: "gray", region: "us-east-1", errorRate: 0.1, latencyMs: 5 });
        expect(faults.active()).to.have.length(1);
        expect(faults.gray("us-east-1")).to.include({ errorRate: 0.1, latencyMs: 5 });
        expect(faults.gray("eu-west-1")).to.equal(undefined);
    });

    it("heals a partition whichever side is named first", () => {
        faults.inject({ kind: "partition", between: ["us-east-1", "eu-west-1"] });
        expect(faults.partitioned("eu-west-1", "us-east-1")).to.equal(true);
        expect(faults.partitioned("us-east-1", "us-east-1")).to.equal(false);
        faults.heal({ kind: "partition", between: ["eu-west-1", "us-east-1"] });
        expect(faults.active()).to.deep.equal([]);
    });

    it("adds lag to the region that has it", () => {
        faults.inject({ kind: "lag", region: "ap-east-1", seconds: 30 });
        expect(faults.lagSeconds("ap-east-1")).to.equal(30);
        expect(faults.lagSeconds("eu-west-1")).to.equal(0);
        faults.healAll();
        expect(faults.lagSeconds("ap-east-1")).to.equal(0);
    });
});
