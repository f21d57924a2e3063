import { expect } from "chai";

import { proveChange, type ChangeProof } from "../../automation/changeProof";
import { AutomationError } from "../../automation/errors";
import type { ResourceChange } from "../../automation/stacks";
import {
    dialChange,
    updateOf,
    voteChange,
    writeNameChange,
    writerChange,
} from "./support/fakeStacks";

const region = "us-east-1";
const stack = "eu-west-1";
const evacuate = { kind: "vote", on: region, vote: "evacuate" } as const;

function problems(proof: ChangeProof): string {
    expect(proof.kind).to.equal("refused");
    return proof.kind === "refused" ? proof.problems.join("\n") : "";
}

function prove(...changes: readonly ResourceChange[]): ChangeProof {
    return proveChange(updateOf(stack, { changes }), evacuate);
}

describe("the proof of a vote", () => {
    it("passes the vote and nothing else, and names what may be touched", () => {
        const change = voteChange(stack, region, "evacuate");
        expect(prove(change)).to.eql({ kind: "proven", targets: [change.urn], pending: true });
    });

    it("passes an update with nothing left to do", () => {
        expect(prove()).to.eql({ kind: "proven", targets: [], pending: false });
    });

    it("has something to do when only an output is behind", () => {
        const preview = updateOf(stack, {
            outputs: { votes: { [region]: "evacuate" } },
            previousOutputs: { votes: { [region]: "in-service" } },
        });
        expect(proveChange(preview, evacuate)).to.include({ kind: "proven", pending: true });
    });

    it("does not take the order of keys for a difference", () => {
        const preview = updateOf(stack, {
            outputs: { a: 1, b: { c: 2, d: 3 } },
            previousOutputs: { b: { d: 3, c: 2 }, a: 1 },
        });
        expect(proveChange(preview, evacuate)).to.include({ pending: false });
    });

    it("refuses another word", () => {
        expect(problems(prove(voteChange(stack, region, "in-service")))).to.contain(
            'would say "in-service", must say "evacuate"',
        );
    });

    it("refuses a vote on another region", () => {
        expect(problems(prove(voteChange(stack, "ap-south-1", "evacuate")))).to.contain(
            "only the vote votes-us-east-1 may change",
        );
    });

    it("refuses a resource that only has the vote's name", () => {
        const change = voteChange(stack, region, "evacuate", { type: "aws:sns/topic:Topic" });
        expect(problems(prove(change))).to.contain("aws:sns/topic:Topic");
    });

    for (const operation of ["create", "delete", "replace", "create-replacement"]) {
        it(`refuses to ${operation} the vote`, () => {
            const change = voteChange(stack, region, "evacuate", { operation });
            expect(problems(prove(change))).to.contain("may only be updated in place");
        });
    }

    it("refuses a change of the vote's key beside its content", () => {
        const change = voteChange(stack, region, "evacuate", {
            newInputs: { key: "elsewhere", content: "evacuate" },
        });
        expect(problems(prove(change))).to.contain("would also change key");
    });

    it("refuses what else would change, and lists it", () => {
        const other = voteChange(stack, region, "x", {
            type: "aws:ecs/service:Service",
            name: "storefront",
        });
        const text = problems(prove(voteChange(stack, region, "evacuate"), other));
        expect(text).to.contain("aws:ecs/service:Service storefront: would update");
        expect(text).to.contain("2 resources would change");
    });

    it("refuses a preview that failed", () => {
        const error = new AutomationError("failed", "eu-west-1: no");
        expect(problems(proveChange(updateOf(stack, { error }), evacuate))).to.equal(
            "eu-west-1: no",
        );
    });
});

describe("the proof of a share", () => {
    const share = { kind: "share", of: region } as const;

    function weight(over: Partial<ResourceChange> = {}): ResourceChange {
        return {
            urn: "urn:pulumi:global::meridian::aws:route53/record:Record::home",
            type: "aws:route53/record:Record",
            name: "home",
            operation: "update",
            paths: ["weightedRoutingPolicies[0].weight"],
            oldInputs: {
                name: `${region}.app.example.com`,
                weightedRoutingPolicies: [{ weight: 100 }],
            },
            newInputs: {
                name: `${region}.app.example.com`,
                weightedRoutingPolicies: [{ weight: 1 }],
            },
            ...over,
        };
    }

    it("passes the weights of the region's records", () => {
        const changes = [weight(), weight({ urn: "urn:other", name: "away" })];
        const proof = proveChange(updateOf("global", { changes }), share);
        expect(proof).to.deep.include({
            kind: "proven",
            targets: changes.map((change) => change.urn),
        });
    });

    it("refuses the weights of another region, whose name may begin alike", () => {
        for (const name of ["eu-west-1.app.example.com", "us-east-1a.app.example.com"]) {
            const change = weight({ newInputs: { name } });
            const proof = proveChange(updateOf("global", { changes: [change] }), share);
            expect(problems(proof)).to.contain("only the weighted records of us-east-1");
        }
    });

    it("refuses another property of the record", () => {
        const change = weight({
            newInputs: { ...weight().newInputs, healthCheckId: "none" },
        });
        const proof = proveChange(updateOf("global", { changes: [change] }), share);
        expect(problems(proof)).to.contain("would also change healthCheckId");
    });

    it("refuses a replacement", () => {
        const changes = [weight({ operation: "replace" })];
        const proof = proveChange(updateOf("global", { changes }), share);
        expect(problems(proof)).to.contain("updated in place");
    });
});

describe("the proof of a dial", () => {
    const dial = { kind: "dial", of: region } as const;
    const prove = (change: ResourceChange) =>
        proveChange(updateOf("global", { changes: [change] }), dial);

    it("passes the dial of the region", () => {
        const change = dialChange(region, 100, 0);
        expect(prove(change)).to.eql({ kind: "proven", targets: [change.urn], pending: true });
    });

    it("refuses the dial of another region, and another resource", () => {
        expect(problems(prove(dialChange("eu-west-1", 100, 0)))).to.contain(
            "only the dial of us-east-1 may change",
        );
        const listener = dialChange(region, 100, 0, {
            type: "aws:globalaccelerator/listener:Listener",
        });
        expect(problems(prove(listener))).to.contain("only the dial of us-east-1 may change");
    });

    it("refuses another property of the endpoint group, and a replacement", () => {
        const { newInputs } = dialChange(region, 100, 0);
        const change = dialChange(region, 100, 0, {
            newInputs: { ...newInputs, healthCheckPort: 80 },
        });
        expect(problems(prove(change))).to.contain("would also change healthCheckPort");
        const replaced = dialChange(region, 100, 0, { operation: "replace" });
        expect(problems(prove(replaced))).to.contain("updated in place");
    });
});

describe("the proof of who writes", () => {
    const primary: ResourceChange = {
        ...writerChange("eu-west-1"),
        type: "pulumi-nodejs:dynamic/meridian:CachePrimary",
        name: "cache-primary",
        oldInputs: { datastoreId: "d", primary: "us-east-1" },
        newInputs: { datastoreId: "d", primary: "eu-west-1" },
    };
    const proveWriter = (...changes: readonly ResourceChange[]): ChangeProof =>
        proveChange(updateOf("global", { changes }), { kind: "writer" });

    it("passes the two roles and the name that leads to the writer", () => {
        const changes = [writerChange("eu-west-1"), primary, writeNameChange()];
        expect(proveWriter(...changes)).to.eql({
            kind: "proven",
            targets: changes.map(({ urn }) => urn),
            pending: true,
        });
    });

    it("refuses anything else", () => {
        expect(problems(proveWriter(dialChange("us-east-1", 100, 0)))).to.contain(
            "only who writes may change",
        );
        const other = writeNameChange({ newInputs: { name: "app.example.com" } });
        expect(problems(proveWriter(other))).to.contain("only who writes may change");
    });

    it("refuses a role that is made anew or taken away", () => {
        for (const operation of ["replace", "delete", "create"] as const) {
            expect(problems(proveWriter({ ...primary, operation }))).to.contain(
                "a role may only be updated in place",
            );
        }
    });

    it("refuses a change of the members, of the objective, or of the name's type", () => {
        const of = (change: ResourceChange, input: string): ResourceChange => ({
            ...change,
            newInputs: { ...change.newInputs, [input]: "another" },
        });
        expect(problems(proveWriter(of(writerChange("eu-west-1"), "rpoSeconds")))).to.contain(
            "would also change rpoSeconds; only writer, outOfService, acceptDataLoss may change",
        );
        expect(problems(proveWriter(of(primary, "datastoreId")))).to.contain("only primary may");
        expect(problems(proveWriter(of(writeNameChange(), "setIdentifier")))).to.contain(
            "would also change setIdentifier",
        );
    });

    it("lets a settlement change the region's dial as well, and no other one", () => {
        const settles = (...changes: readonly ResourceChange[]): ChangeProof =>
            proveChange(updateOf("global", { changes }), { kind: "settle", of: region });
        const changes = [writerChange("eu-west-1"), writeNameChange(), dialChange(region, 100, 0)];
        expect(settles(...changes).kind).to.equal("proven");
        expect(problems(settles(dialChange("eu-west-1", 100, 0)))).to.contain(
            "only the dial of us-east-1 may change",
        );
    });
});
