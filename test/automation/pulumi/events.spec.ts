import { expect } from "chai";

import { summarizeEvents } from "../../../automation/pulumi/events";

const urn = "urn:pulumi:eu-west-1::meridian::aws:s3/bucketObjectv2:BucketObjectv2::votes-us-east-1";
const stackUrn = "urn:pulumi:eu-west-1::meridian::pulumi:pulumi:Stack::meridian-eu-west-1";

function step(kind: "resourcePreEvent" | "resOutputsEvent", metadata: object): string {
    return JSON.stringify({ [kind]: { metadata } });
}

describe("an engine's events", () => {
    it("are summed up: changes, outputs before and after, counts, result", () => {
        const summary = summarizeEvents([
            step("resourcePreEvent", {
                op: "update",
                urn,
                type: "aws:s3/bucketObjectv2:BucketObjectv2",
                old: { inputs: { content: "in-service" } },
                new: { inputs: { content: "evacuate" } },
                diffs: ["content"],
                detailedDiff: { content: { diffKind: "update" } },
            }),
            step("resourcePreEvent", {
                op: "same",
                urn: "urn:pulumi:eu-west-1::meridian::aws:sns/topic:Topic::failover",
                type: "aws:sns/topic:Topic",
                old: {},
                new: {},
            }),
            step("resOutputsEvent", {
                op: "same",
                urn: stackUrn,
                type: "pulumi:pulumi:Stack",
                old: { outputs: { a: 1 } },
                new: { outputs: { a: 2 } },
            }),
            JSON.stringify({
                summaryEvent: { resourceChanges: { same: 3, update: 1 }, result: "succeeded" },
            }),
        ]);
        expect(summary.changes).to.eql([
            {
                urn,
                type: "aws:s3/bucketObjectv2:BucketObjectv2",
                name: "votes-us-east-1",
                operation: "update",
                paths: ["content"],
                oldInputs: { content: "in-service" },
                newInputs: { content: "evacuate" },
            },
        ]);
        expect(summary).to.deep.include({
            counts: { same: 3, update: 1 },
            outputs: { a: 2 },
            previousOutputs: { a: 1 },
            succeeded: true,
        });
    });

    it("carry policy violations and errors, without colour tags", () => {
        const summary = summarizeEvents([
            JSON.stringify({
                policyEvent: {
                    resourceUrn: urn,
                    message: "<{%fg 1%}>no<{%reset%}>\n",
                    policyName: "p",
                    policyPackName: "pack",
                    enforcementLevel: "mandatory",
                    severity: "high",
                },
            }),
            JSON.stringify({
                diagnosticEvent: { severity: "error", message: "<{%reset%}>broken\n", urn },
            }),
            JSON.stringify({ diagnosticEvent: { severity: "info", message: "fine" } }),
        ]);
        expect(summary.violations).to.eql([
            {
                resource: urn,
                pack: "pack",
                policy: "p",
                level: "mandatory",
                severity: "high",
                message: "no",
            },
        ]);
        expect(summary.errors).to.eql(["votes-us-east-1: broken"]);
        expect(summary.succeeded).to.equal(false);
    });

    it("tell what a policy could not judge from what it objects to", () => {
        const message =
            "can't run policy 'p' from policy pack 'pack@v1.2.3' during preview: string value at .x can't be known during preview\n";
        const { violations, unjudged } = summarizeEvents([
            JSON.stringify({
                policyEvent: {
                    resourceUrn: urn,
                    message,
                    policyName: "p",
                    policyPackName: "pack",
                    enforcementLevel: "advisory",
                },
            }),
        ]);
        expect(violations).to.eql([]);
        expect(unjudged).to.have.length(1);
        expect(unjudged[0]).to.deep.include({ policy: "p", message: message.trim() });
    });

    it("name the packs, which of them came to their end, and which one failed", () => {
        const PolicyPacks = { "one|local|/a|b/one": "1.0.0", "two|local|/two": "2.0.0" };
        const summary = { summaryEvent: { PolicyPacks, result: "failed" } };
        const packs = (...events: readonly object[]) =>
            summarizeEvents([...events, summary].map((event) => JSON.stringify(event))).packs;
        const one = { name: "one", folder: "/a|b/one" };
        const two = { name: "two", folder: "/two" };

        expect(packs({ policyAnalyzeStackSummaryEvent: { policyPackName: "one" } })).to.eql([
            { ...one, finished: true, stopped: false },
            { ...two, finished: false, stopped: false },
        ]);
        const failed = { severity: "error", message: "failed to run policy: EOF\n" };
        expect(
            packs(
                { policyAnalyzeSummaryEvent: { policyPackName: "one", resourceUrn: urn } },
                { policyAnalyzeSummaryEvent: { policyPackName: "two", resourceUrn: "other" } },
                { diagnosticEvent: { ...failed, urn } },
            ).map(({ stopped }) => stopped),
        ).to.eql([false, true]);
        expect(
            packs(
                { policyAnalyzeStackSummaryEvent: { policyPackName: "two" } },
                { diagnosticEvent: failed },
            ).map(({ stopped }) => stopped),
        ).to.eql([true, false]);
    });

    it("may end in the middle of a line", () => {
        expect(summarizeEvents(['{"summaryEvent":{"resu'])).to.deep.include({
            changes: [],
            succeeded: false,
            outputs: undefined,
        });
    });
});
