import { expect } from "chai";

import { AutomationError } from "../../../automation/errors";
import type { AskedPack } from "../../../automation/gate/report";
import { updateOf, voteChange } from "../support/fakeStacks";
import { pack, places, reportOn, serviceUrn, violation } from "../support/gateReports";
import { placeOf } from "../../../automation/gate/places";

const refused = new AutomationError("policy", "refused");

describe("the gate", () => {
    it("passes when every stack was previewed and judged and nothing mandatory was violated", () => {
        const report = reportOn({ violations: [violation({ level: "advisory" })] });
        expect(report.passed).to.equal(true);
        expect(report.stacks[0]).to.deep.include({
            file: "Pulumi.eu-west-1.yaml",
            failure: undefined,
        });
    });

    it("keeps a violation with its rule, resource and place, without the description", () => {
        const report = reportOn({ violations: [violation()], error: refused });
        expect(report.passed).to.equal(false);
        expect(report.stacks[0]?.failure).to.equal(undefined);
        expect(report.stacks[0]?.findings).to.eql([
            {
                pack: "standing",
                rule: "capacity-enough",
                level: "mandatory",
                severity: "high",
                message: "it has 1, it must have 2",
                urn: serviceUrn,
                resource: "web",
                place: { file: "components/service.ts", line: 50 },
            },
        ]);
    });

    it("does not fail because a rule could not judge what is not known yet", () => {
        const report = reportOn({ unjudged: [violation({ level: "advisory" })] });
        expect(report.passed).to.equal(true);
        expect(report.stacks[0]?.findings[0]?.level).to.equal("unjudged");
    });

    it("never takes a failed preview for a pass, nor a refusal that hides a failure", () => {
        const failed = new AutomationError("failed", "eu-west-1: pulumi preview failed: no zone");
        expect(reportOn({ error: failed }).stacks[0]?.failure).to.contain("no zone");
        const both = reportOn({
            error: refused,
            violations: [violation()],
            errors: ["web: broken", "preview failed"],
        });
        expect(both.stacks[0]?.failure).to.equal("web: broken");
        expect(reportOn([]).passed).to.equal(false);
    });

    it("fails, and names the pack, when a pack had no part in a preview", () => {
        for (const packs of [
            [],
            [{ name: "standing", folder: "/standing", finished: false, stopped: false }],
        ]) {
            const report = reportOn({ packs });
            expect(report.passed).to.equal(false);
            expect(report.stacks[0]?.failure).to.equal(
                "policy pack policies/resilience did not judge the stack",
            );
        }
    });

    it("names the pack that stopped, which the engine does not", () => {
        const other: AskedPack = { folder: "/other", title: "policies/other", failure: "x" };
        const packs = [pack, other];
        const update = updateOf("eu-west-1", {
            packs: [
                { name: "standing", folder: "/standing", finished: false, stopped: true },
                { name: "other", folder: "/other", finished: false, stopped: false },
            ],
            error: new AutomationError("failed", "failed to run policy: error reading: EOF"),
        });
        expect(reportOn([update], packs).stacks[0]?.failure).to.equal(
            "policy pack policies/resilience failed: failed to run policy: error reading: EOF",
        );
        for (const text of [
            "policy 'p' from policy pack 'other@v1'",
            'policy pack "/other" failed',
        ]) {
            const error = new AutomationError("failed", text);
            expect(reportOn([{ ...update, error }], packs).stacks[0]?.failure).to.equal(
                `policy pack policies/other failed: ${text}`,
            );
        }
    });

    it("fails, and names the pack, when a pack could not be asked for its rules", () => {
        const torn: AskedPack = { folder: "/torn", title: "policies/torn", failure: "a reason" };
        const report = reportOn(
            { packs: [{ name: "torn", folder: "/torn", finished: true, stopped: false }] },
            [torn],
        );
        expect(report.passed).to.equal(false);
        expect(report.packFailures).to.eql([
            "policy pack policies/torn could not be asked: a reason",
        ]);
    });

    it("counts a replacement once, and names what is replaced and deleted", () => {
        const change = (name: string, operation: string) =>
            voteChange("eu-west-1", "us-east-1", "evacuate", {
                name,
                urn: `u::${name}`,
                operation,
            });
        const report = reportOn({
            changes: [
                change("a", "create-replacement"),
                change("a", "replace"),
                change("a", "delete-replaced"),
                change("b", "delete"),
                change("c", "create"),
                change("d", "update"),
                change("e", "import"),
            ],
        });
        const type = "aws:s3/bucketObjectv2:BucketObjectv2";
        expect(report.stacks[0]?.changes).to.eql({
            created: 2,
            updated: 1,
            replaced: [{ name: "a", type }],
            deleted: [{ name: "b", type }],
        });
    });

    it("keeps the stacks apart", () => {
        const report = reportOn([
            updateOf("eu-west-1", { violations: [violation()], error: refused }),
            updateOf("global"),
        ]);
        expect(report.stacks.map(({ findings }) => findings.length)).to.eql([1, 0]);
        expect(report.rules.map((rule) => `${rule.pack}/${rule.name}`)).to.eql([
            "standing/capacity-enough",
            "standing/logging-on",
        ]);
    });
});

describe("the place of a resource", () => {
    const at = (types: string): string => {
        const { file, line } = placeOf(`urn:pulumi:s::p::${types}::n`, places, "Pulumi.s.yaml");
        return `${file}:${line}`;
    };

    it("is the innermost component that is known", () => {
        expect(at("meridian:components:Region$aws:sns/topic:Topic")).to.equal(
            "components/region.ts:112",
        );
        expect(at("meridian:components:Region$other:x:Y$aws:sns/topic:Topic")).to.equal(
            "components/region.ts:112",
        );
    });

    it("is the stack's file without one", () => {
        expect(at("aws:sns/topic:Topic")).to.equal("Pulumi.s.yaml:1");
        expect(placeOf("", places, "Pulumi.s.yaml").file).to.equal("Pulumi.s.yaml");
    });
});
