import { expect } from "chai";

import type { DeployedVotes, VotesOf } from "../../automation/deployedVotes";
import { AutomationError } from "../../automation/errors";
import { planFailover } from "../../automation/failoverPlan";
import { majorityQuorum, regionNames, topology, type Topology } from "../../infra/topology";

function says(votes: Record<string, "in-service" | "evacuate"> = {}): VotesOf {
    return { kind: "known", votes };
}

function everyone(over: DeployedVotes = {}, of: Topology = topology): DeployedVotes {
    return { ...Object.fromEntries(regionNames(of).map((region) => [region, says()])), ...over };
}

function refusal(region: string, votes: DeployedVotes, of: Topology = topology): AutomationError {
    try {
        planFailover(region, of, votes, false);
    } catch (error) {
        expect(error).to.be.instanceOf(AutomationError);
        return error as AutomationError;
    }
    throw new Error("it was not refused");
}

function topologyOf(...names: readonly string[]): Topology {
    const regions = Object.fromEntries(
        names.map((name, i) => [name, { away: names[(i + 1) % names.length] as string }]),
    );
    return { regions, quorum: majorityQuorum(names.length) };
}

describe("the plan of a failover", () => {
    for (const region of regionNames()) {
        it(`asks every other region to vote on ${region}`, () => {
            const plan = planFailover(region, topology, everyone(), false);
            expect(plan.voters).to.eql(regionNames().filter((name) => name !== region));
            expect(plan).to.deep.include({ quorum: 2, unavailable: [] });
        });
    }

    it("refuses an unknown region and the global stack", () => {
        const unknown = refusal("mars-1", everyone());
        expect(unknown.exitCode).to.equal(2);
        expect(unknown.message).to.equal(
            'unknown region: "mars-1"; the regions are ap-east-1, ap-south-1, eu-west-1, us-east-1',
        );
        expect(refusal("global", everyone()).message).to.contain(
            "the global stack is not a region",
        );
    });

    const out = {
        "eu-west-1": says({ "us-east-1": "evacuate" }),
        "ap-south-1": says({ "us-east-1": "evacuate" }),
    };

    it("refuses a region that is out already, and says how to bring it back", () => {
        const error = refusal("us-east-1", everyone(out));
        expect(error.exitCode).to.equal(2);
        expect(error.message)
            .to.contain("us-east-1 is already evacuated: ap-south-1, eu-west-1 voted it out")
            .and.to.contain("meridian failback us-east-1");
    });

    it("finishes one that was begun, even when the region is out already", () => {
        const plan = planFailover("us-east-1", topology, everyone(out), true);
        expect(plan.voters).to.have.length(3);
    });

    it("counts a single vote as no evacuation", () => {
        const votes = everyone({ "eu-west-1": says({ "us-east-1": "evacuate" }) });
        expect(planFailover("us-east-1", topology, votes, false).voters).to.have.length(3);
    });

    it("refuses when too few votes are free, and says what to do instead", () => {
        const error = refusal("ap-east-1", everyone(out));
        expect(error.message)
            .to.contain("ap-east-1 needs 2 votes to be evacuated and only 1 can be cast")
            .and.to.contain("eu-west-1: it already votes against us-east-1")
            .and.to.contain("meridian failback us-east-1");
    });

    it("names a stack once, whether its reason does or not", () => {
        const unknown = (reason: string) => ({ kind: "unknown" as const, reason });
        const { message } = refusal(
            "us-east-1",
            everyone({
                "eu-west-1": unknown("eu-west-1: the state is corrupt"),
                "ap-east-1": unknown("nobody answers"),
            }),
        );
        expect(message).to.contain("  - eu-west-1: the state is corrupt\n");
        expect(message).to.contain("  - ap-east-1: nobody answers\n");
    });

    it("leaves out a region whose votes cannot be read, as long as a quorum is left", () => {
        const votes = everyone({
            "eu-west-1": { kind: "unknown", reason: "its state is corrupt" },
        });
        const plan = planFailover("us-east-1", topology, votes, false);
        expect(plan.voters).to.eql(["ap-east-1", "ap-south-1"]);
        expect(plan.unavailable).to.eql([{ region: "eu-west-1", reason: "its state is corrupt" }]);
    });

    it("refuses the last region in service", () => {
        const two = topologyOf("a-1", "b-1");
        const votes = everyone({ "a-1": says({ "b-1": "evacuate" }) }, two);
        expect(refusal("a-1", votes, two).message)
            .to.contain("a-1 is the last region in service (evacuated: b-1)")
            .and.to.contain("meridian failback b-1");
    });

    it("works for five regions, where three of four have to agree", () => {
        const five = topologyOf("a-1", "b-1", "c-1", "d-1", "e-1");
        const plan = planFailover("c-1", five, everyone({}, five), false);
        expect(plan).to.deep.include({ quorum: 3, voters: ["a-1", "b-1", "d-1", "e-1"] });
    });
});
