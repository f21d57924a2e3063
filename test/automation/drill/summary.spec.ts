import { expect } from "chai";

import { boundOf } from "../../../automation/drill/bound";
import type { DrillReport, DrillStep } from "../../../automation/drill/report";
import { scenarioOf } from "../../../automation/drill/scenario";
import { summaryOf } from "../../../automation/drill/summary";
import { boundInputsWith } from "../support/boundInputs";

const bound = boundOf(boundInputsWith({ unchangedSeconds: 8, patienceSeconds: 1 }), "votes");

function step(id: string, atSeconds: number, over: Partial<DrillStep> = {}): DrillStep {
    return {
        id,
        title: `the step ${id}`,
        lane: "observe",
        status: "done",
        atSeconds,
        worldSeconds: 12.34,
        realSeconds: 5.6,
        evidence: {},
        ...over,
    };
}

const report: DrillReport = {
    schema: 1,
    startedAt: "2026-01-01T00:00:00.000Z",
    scenario: scenarioOf("gray", "us-east-1"),
    objectives: {
        rtoSeconds: 600,
        rpo: { lostWrites: 0, lagSeconds: 5 },
        errors: { budgetPercent: 10, outagePercent: 1, windowSeconds: 30 },
        rtoToBound: 1.15,
        updateToUnchanged: 1.5,
    },
    result: "missed",
    verdicts: [
        {
            objective: "RTO",
            met: false,
            measured: "700 s",
            allowed: "600 s",
            cause: "decide slept",
        },
        { objective: "writes lost", met: true, measured: "0", allowed: "0" },
    ],
    rto: {
        worldSeconds: 700,
        boundWorldSeconds: bound.worldSeconds,
        detect: 100,
        decide: 500,
        update: 30,
        dns: 8,
        drain: 62,
        bound,
    },
    errors: {
        byGeography: { de: 0, in: 2.5, us: 10.58 },
        peak: 7.03,
        budgetUsed: 0.31,
        requests: 1528,
        failures: 47,
        staleClients: 11.11,
    },
    traffic: [
        { atSeconds: 100, requests: 50, errors: 0, shares: { "us-east-1": 1 } },
        { atSeconds: 115, requests: 50, errors: 1, shares: { "us-east-1": 0.5, "eu-west-1": 0.5 } },
        { atSeconds: 130, requests: 50, errors: 50, shares: { "eu-west-1": 1 } },
        { atSeconds: 145, requests: 0, errors: 0, shares: {} },
    ],
    steps: [
        step("deploy", 0),
        step("fault", 116),
        step("evacuate", 131),
        step("heal", 150, { status: "failed" }),
    ],
    engine: { version: "3.0.0", updates: [], unchangedSeconds: 8, evacuationSeconds: 9 },
    realSeconds: 244.2,
};

describe("the summary of a drill", () => {
    const text = summaryOf(report);

    it("begins with what went wrong in the world and how it ended", () => {
        expect(text.split("\n").slice(0, 2)).to.eql([
            "drill: us-east-1 fails 40 % of its requests, and its /health stays green; the control planes in us-east-1 are down",
            "result: an objective was missed, in 244 s of real time",
        ]);
        const gone = summaryOf({ ...report, scenario: scenarioOf("blackout", "ap-east-1") });
        expect(gone).to.match(
            /^drill: ap-east-1 is gone; the control planes in us-east-1 are down/,
        );
    });

    it("shows each part of the RTO beside the part of the bound that it has", () => {
        expect(text).to.match(/decide: the person on call is told +│ +500\.0 s │ +120\.0 s │/);
        expect(text).to.match(/drain: the last client has left +│ +62\.0 s │ +61\.0 s │/);
        expect(text).to.match(/in all, from the fault +│ +700\.0 s │ +387\.0 s │/);
    });

    it("says of a missed objective why", () => {
        expect(text).to.match(/RTO +│ +700 s │ +600 s │ missed: decide slept/);
        expect(text).to.match(/writes lost +│ +0 │ +0 │ met/);
    });

    it("says what clients felt, and where", () => {
        expect(text).to.contain("47 of 1528 requests failed");
        expect(text).to.contain("by geography us 10.58 %, in 2.5 %\n");
    });

    it("draws who answered, with the steps where they began", () => {
        expect(text.split("\n\n").at(-1)?.split("\n")).to.eql([
            "who answered, 15 s of world time a character (█ all, ▁ some)",
            "eu-west-1   ▄█ ",
            "us-east-1  █▄  ",
            "failures    ▁█ ",
            "            FEH",
            "           F fault  E evacuation  H healed",
        ]);
    });

    it("shows what there is of a drill that did not get far", () => {
        const early = summaryOf({
            schema: report.schema,
            startedAt: report.startedAt,
            scenario: report.scenario,
            objectives: report.objectives,
            result: "aborted",
            error: "no steady state",
            verdicts: [],
            traffic: [],
            steps: report.steps,
            engine: report.engine,
            realSeconds: report.realSeconds,
        });
        expect(early).to.contain("result: aborted: no steady state, in 244 s");
        expect(early).not.to.match(/RTO|who answered/);
    });
});
