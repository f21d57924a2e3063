import { expect } from "chai";

import { defaultObjectives } from "../../../automation/commands/drill";
import { boundOf } from "../../../automation/drill/bound";
import { readObjectives, type Objectives } from "../../../automation/drill/objectives";
import { scenarioOf } from "../../../automation/drill/scenario";
import {
    systemFigures,
    systemsNotBack,
    type SystemFigures,
    type SystemInputs,
} from "../../../automation/drill/systems";
import type { ShopperSample } from "../../../automation/rehearsal";
import { boundInputsWith } from "../support/boundInputs";

const region = "us-east-1";
const bound = boundOf(boundInputsWith({ unchangedSeconds: 5, patienceSeconds: 0 }), "votes");

/** One request a second; `answer` says what became of the one at that second. */
function samples(
    answer: (second: number) => Pick<ShopperSample, "ok" | "region">,
): readonly ShopperSample[] {
    return Array.from({ length: 400 }, (_, second) => ({
        atMs: second * 1000,
        geography: "us",
        latencyMs: 0,
        stale: false,
        ...answer(second),
    }));
}

const elsewhere = { ok: true, region: "eu-west-1" };

describe("the systems' rows of a drill", () => {
    let objectives: Objectives;

    before(async () => {
        objectives = await readObjectives(defaultObjectives);
    });

    function rows(over: Partial<SystemInputs> = {}): readonly SystemFigures[] {
        return systemFigures({
            scenario: scenarioOf("gray", region),
            objectives,
            timeline: {
                faultMs: 100_000,
                quorumMs: 200_000,
                decidedMs: 210_000,
                votedMs: 220_000,
                outMs: 230_000,
                holdEndMs: 400_000,
            },
            rto: {
                worldSeconds: 190,
                boundWorldSeconds: 300,
                detect: 100,
                decide: 10,
                update: 10,
                dns: 10,
                drain: 60,
                bound,
            },
            rpo: { acknowledgedWrites: 70, lostWrites: 2, worstLagSeconds: 1.5 },
            samples: samples(() => elsewhere),
            direct: samples(() => elsewhere),
            ...over,
        });
    }

    function row(system: string, over: Partial<SystemInputs> = {}): SystemFigures {
        const found = rows(over).find((one) => one.system === system);
        expect(found, system).not.to.equal(undefined);
        return found as SystemFigures;
    }

    it("has a figure or a reason for the RTO and the RPO of each", () => {
        const all = rows();
        expect(new Set(all.map(({ system }) => system)).size).to.equal(all.length);
        expect(systemsNotBack(all)).to.eql([]);
        expect(row("Route 53").rto).to.eql({ seconds: 130 });
        expect(row("Load balancers, ECS").rto).to.eql({ seconds: 190 });
        expect(row("CloudWatch, EventBridge, Lambda, SNS").rto).to.deep.include({ seconds: 110 });
        expect(row("DynamoDB").rpo).to.eql({ seconds: 1.5, detail: "2 of 70 writes lost" });
    });

    it("measures the accelerator by those who go by it", () => {
        const direct = samples((second) =>
            second >= 100 && second <= 250 ? { ok: false, region } : elsewhere,
        );
        expect(row("Global Accelerator", { direct }).rto).to.eql({ seconds: 150 });
        expect(row("Global Accelerator").rto).to.eql({ seconds: 0 });
    });

    it("says of an accelerator whose clients still fail that it is not back", () => {
        const direct = samples((second) => (second >= 100 ? { ok: false, region } : elsewhere));
        const one = row("Global Accelerator", { direct });
        expect(one.rto).to.have.property("reason", "its clients still failed at the end");
        expect(systemsNotBack([one])).to.eql(["Global Accelerator"]);
        expect(row("Global Accelerator", { direct: [] })).to.deep.include({
            rto: { reason: "nobody used it" },
            back: false,
        });
    });

    it("takes the longest pause of the survivors for the table's, and not the lost region's answers", () => {
        const paused = samples((second) =>
            second > 150 && second < 180 ? { ok: true, region } : elsewhere,
        );
        expect(row("DynamoDB", { samples: paused }).rto).to.deep.include({ seconds: 30 });
    });
});
