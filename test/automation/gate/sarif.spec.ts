import { expect } from "chai";
import { z } from "zod";

import { AutomationError } from "../../../automation/errors";
import { gateSarif, resultLimit } from "../../../automation/gate/sarif";
import type { GateReport } from "../../../automation/gate/report";
import { updateOf } from "../support/fakeStacks";
import { awkward, manyViolations, pack, reportOn, violation } from "../support/gateReports";

const refused = new AutomationError("policy", "refused");

// What sarif-schema-2.1.0.json (OASIS) requires of the parts that are written here. As there, a
// property that the schema does not know is refused.
const message = z.strictObject({ text: z.string().min(1) });
const level = z.enum(["none", "note", "warning", "error"]);
const tags = z.array(z.string()).refine((all) => new Set(all).size === all.length);
const bag = z.looseObject({ tags: tags.optional() });
const artifactLocation = z.strictObject({
    // A uri-reference: no spaces, no backslashes.
    uri: z.string().regex(/^[\w./%~-]+$/),
    uriBaseId: z.literal("%SRCROOT%"),
});
const rule = z.strictObject({
    id: z.string().min(1),
    name: z.string(),
    shortDescription: message,
    fullDescription: message,
    help: message,
    helpUri: z.url().optional(),
    defaultConfiguration: z.strictObject({ enabled: z.boolean(), level }),
    properties: bag,
});
const result = z
    .strictObject({
        ruleId: z.string(),
        ruleIndex: z.int().min(0),
        kind: z.enum(["notApplicable", "pass", "fail", "review", "open", "informational"]),
        level,
        message,
        locations: z
            .array(
                z.strictObject({
                    physicalLocation: z.strictObject({
                        artifactLocation,
                        region: z.strictObject({ startLine: z.int().min(1) }),
                    }),
                    logicalLocations: z
                        .array(z.strictObject({ fullyQualifiedName: z.string(), kind: z.string() }))
                        .optional(),
                }),
            )
            .length(1),
        partialFingerprints: z.record(z.string(), z.string()),
        properties: bag,
    })
    .refine(({ kind, level }) => (kind === "fail") === (level !== "none"));
const log = z.strictObject({
    $schema: z.url(),
    version: z.literal("2.1.0"),
    runs: z.tuple([
        z.strictObject({
            tool: z.strictObject({
                driver: z.strictObject({
                    name: z.string(),
                    version: z.string(),
                    semanticVersion: z.string().regex(/^\d+\.\d+\.\d+/),
                    rules: z.array(rule),
                }),
            }),
            automationDetails: z.strictObject({ id: z.string() }),
            columnKind: z.enum(["utf16CodeUnits", "unicodeCodePoints"]),
            originalUriBaseIds: z.record(z.string(), z.strictObject({ description: message })),
            invocations: z.tuple([
                z.strictObject({
                    executionSuccessful: z.boolean(),
                    toolExecutionNotifications: z.array(z.strictObject({ level, message })),
                }),
            ]),
            results: z.array(result),
        }),
    ]),
});

function run(report: GateReport): z.infer<typeof log>["runs"][0] {
    const { runs } = log.parse(JSON.parse(gateSarif(report)));
    for (const one of runs[0].results) {
        expect(runs[0].tool.driver.rules[one.ruleIndex]?.id).to.equal(one.ruleId);
    }
    return runs[0];
}

describe("the gate's SARIF", () => {
    it("lists every rule, violated or not, with its help", () => {
        const { tool, results, invocations } = run(reportOn({}));
        expect(tool.driver.rules.map(({ id }) => id)).to.eql([
            "standing/capacity-enough",
            "standing/logging-on",
        ]);
        expect(tool.driver.rules[0]).to.deep.include({
            help: { text: "Raise it." },
            helpUri: "https://example.com/capacity",
        });
        expect(results).to.eql([]);
        expect(invocations[0].executionSuccessful).to.equal(true);
    });

    it("has a result for each finding, with level, place and resource", () => {
        const { results } = run(
            reportOn({
                violations: [violation(), violation({ level: "advisory", resource: "" })],
                unjudged: [violation({ level: "advisory" })],
                error: refused,
            }),
        );
        expect(results.map((one) => `${one.kind} ${one.level}`)).to.eql([
            "fail error",
            "fail warning",
            "open none",
        ]);
        expect(results[0]?.message.text).to.equal(
            "eu-west-1: web: it has 1, it must have 2\nFix: Raise it.",
        );
        expect(results[0]?.locations[0]?.physicalLocation).to.eql({
            artifactLocation: { uri: "components/service.ts", uriBaseId: "%SRCROOT%" },
            region: { startLine: 50 },
        });
        const other = results[1]?.locations[0];
        expect(other?.physicalLocation.artifactLocation.uri).to.equal("Pulumi.eu-west-1.yaml");
        expect(other?.logicalLocations).to.equal(undefined);
    });

    it("keeps an alert's fingerprint over runs, and has another for every other one", () => {
        const prints = (violations: readonly ReturnType<typeof violation>[], stack: string) =>
            run(reportOn([updateOf(stack, { violations, error: refused })])).results.map(
                (one) => one.partialFingerprints["primaryLocationLineHash"],
            );
        const before = prints([violation()], "eu-west-1");
        const after = prints(
            [violation({ resource: "urn:x" }), violation({ message: "it has 7" })],
            "eu-west-1",
        );
        expect(after[1]).to.equal(before[0]);
        expect(after[0]).to.not.equal(before[0]);
        expect(prints([violation()], "global")).to.not.eql(before);
        expect(new Set(prints([violation(), violation()], "eu-west-1")).size).to.equal(2);
    });

    it("tells what kept it from judging as notifications, not as results", () => {
        const { invocations, results } = run(
            reportOn({ error: new AutomationError("failed", awkward) }, [
                { folder: "/standing", title: "policies/torn", failure: "torn" },
            ]),
        );
        expect(results).to.eql([]);
        expect(invocations[0].executionSuccessful).to.equal(false);
        expect(invocations[0].toolExecutionNotifications.map((one) => one.level)).to.eql([
            "error",
            "error",
        ]);
    });

    it("keeps an audit's alerts apart from a change's", () => {
        const ids = (["preview", "audit"] as const).map(
            (subject) =>
                JSON.parse(gateSarif(reportOn({}, [pack], subject))).runs[0].automationDetails.id,
        );
        expect(ids).to.eql(["meridian/policies/", "meridian/audit/"]);
    });

    it("knows a rule whose pack could not be asked", () => {
        const { tool } = run(reportOn({ violations: [violation({ policy: "unheard-of" })] }));
        expect(tool.driver.rules.map(({ id }) => id)).to.include("standing/unheard-of");
    });

    it("holds 10,000 awkward findings", () => {
        const { results } = run(reportOn({ violations: manyViolations(), error: refused }));
        expect(results).to.have.length(10_000);
        expect(results[0]?.message.text).to.not.match(/[\u0000-\u0008\ud800-\udfff]/);
    });

    it("leaves out what GitHub would refuse the file for, advisory findings first", () => {
        const advisory = Array.from({ length: resultLimit }, (_, i) =>
            violation({ level: "advisory", resource: `urn:${i}` }),
        );
        const { results, invocations } = run(
            reportOn({ violations: [...advisory, violation()], error: refused }),
        );
        expect(results).to.have.length(resultLimit);
        expect(results[0]?.level).to.equal("error");
        expect(invocations[0].toolExecutionNotifications[0]?.message.text).to.equal(
            "and 1 more results",
        );
    });
});
