import { expect } from "chai";

import { forbiddenCalls, quorumVotedAt } from "../../../automation/drill/calls";
import type { RecordedCall } from "../../../automation/rehearsal";

function call(over: Partial<RecordedCall>): RecordedCall {
    return {
        atMs: 0,
        caller: "pulumi:eu-west-1",
        plane: "data",
        service: "s3",
        action: "PutObject",
        region: "eu-west-1",
        outcome: "ok",
        ...over,
    };
}

describe("the calls of the evacuate lane", () => {
    it("may go to the survivors", () => {
        expect(forbiddenCalls([call({})], "ap-south-1", "us-east-1")).to.eql({
            toImpairedRegion: 0,
            toDownControlPlanes: 0,
            examples: [],
            made: { "s3 PutObject eu-west-1": 1 },
        });
    });

    it("may go to a survivor that is the home of dead control planes, as long as they are not to those", () => {
        const calls = [call({ caller: "pulumi:us-east-1", region: "us-east-1" })];
        expect(forbiddenCalls(calls, "ap-south-1", "us-east-1")).to.include({
            toImpairedRegion: 0,
            toDownControlPlanes: 0,
        });
    });

    it("must not go to the impaired region", () => {
        const calls = [call({ region: "ap-south-1", outcome: "timeout" })];
        const found = forbiddenCalls(calls, "ap-south-1", "us-east-1");
        expect(found.toImpairedRegion).to.equal(1);
        expect(found.examples).to.eql(["pulumi:eu-west-1 -> s3 PutObject (ap-south-1, timeout)"]);
    });

    it("must not go to a global control plane that is down, by whoever asks for us", () => {
        const change = { plane: "control" as const, service: "route53", region: "us-east-1" };
        const calls = [call(change), call({ ...change, caller: "operator" })];
        expect(forbiddenCalls(calls, "ap-south-1", "us-east-1").toDownControlPlanes).to.equal(2);
    });

    it("must not go to a surviving region's own control plane where that one is down as well", () => {
        const calls = [call({ plane: "control", service: "ecs", region: "us-east-1" })];
        expect(forbiddenCalls(calls, "ap-south-1", "us-east-1")).to.include({
            toImpairedRegion: 0,
            toDownControlPlanes: 1,
        });
    });

    it("are the automation's own: shoppers and checkers call whom they like", () => {
        const calls = [
            "shopper:us",
            "checker:eu-west-1",
            "service:us-east-1",
            "function:us-east-1",
        ].map((caller) => call({ caller, region: "us-east-1" }));
        expect(forbiddenCalls(calls, "us-east-1", "us-east-1")).to.deep.include({
            toImpairedRegion: 0,
            made: {},
        });
    });
});

describe("the moment of the quorum", () => {
    const vote = (atMs: number, over: Partial<RecordedCall> = {}): RecordedCall =>
        call({ atMs, ...over });

    it("is when the vote was written that made it, not when the last one was", () => {
        expect(quorumVotedAt([vote(30), vote(10), vote(20)], 2)).to.equal(20);
    });

    it("is not made of writes that failed, or of somebody else's", () => {
        const calls = [
            vote(10),
            vote(11, { outcome: "timeout" }),
            vote(12, { caller: "service:eu-west-1" }),
            vote(13, { action: "GetObject" }),
        ];
        expect(quorumVotedAt(calls, 2)).to.equal(undefined);
    });
});
