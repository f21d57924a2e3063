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
    answer: (second: number) => Pick<ShopperSample, "ok" | "region" | "receipt">,
): readonly ShopperSample[] {
    return Array.from({ length: 400 }, (_, second) => ({
        atMs: second * 1000,
        geography: "us",
        latencyMs: 0,
        stale: false,
        ...answer(second),
    }));
}

const elsewhere = {
    ok: true,
    region: "eu-west-1",
    receipt: { issuedBy: "us-east-1", honoured: true },
};

const inputsRto = {
    worldSeconds: 190,
    boundWorldSeconds: 300,
    detect: 100,
    decide: 10,
    update: 10,
    dns: 10,
    drain: 60,
    bound,
};

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
            rto: inputsRto,
            rpo: { acknowledgedWrites: 70, lostWrites: 2, worstLagSeconds: 1.5 },
            samples: samples(() => elsewhere),
            direct: samples(() => elsewhere),
            looks: samples(() => elsewhere),
            events: {
                lagSeconds: 20,
                onlyThere: 2,
                streams: { emitted: 30, received: 90, pending: 1, givenUp: 0, lagSeconds: 3 },
            },
            payments: {
                samples: samples(() => elsewhere),
                lagSeconds: 0.3,
                database: { changes: [], lostTransactions: 0 },
                kept: { acknowledged: 60, lost: 0, unverified: 0 },
            },
            profiles: {
                samples: samples(() => elsewhere),
                kept: { acknowledged: 20, lost: 0, unverified: 0 },
            },
            conflicts: { conflicts: 5, valuesLost: 1, takesReturned: 2 },
            secrets: { replicas: 3, behind: 1, worstLagSeconds: 1.8 },
            cacheHits: { "eu-west-1": { before: 91.4, without: 80.6 } },
            edges: { requests: 80, byOutcome: { retried: 3, stale: 1, failed: 2 } },
            objects: {
                lagSeconds: 2,
                onlyThere: 3,
                copies: { replicated: 40, missedThreshold: 4, worstLagSeconds: 500, lost: 0 },
            },
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
        const arriving = samples(() => elsewhere).map((sample, second) =>
            second < 3 ? { ...sample, arriving: true as const } : sample,
        );
        expect(row("DynamoDB", { samples: arriving }).happened).to.equal(
            "the survivors' replicas went on taking writes; 5 crossed, 4 of them merged; 2 reservations made twice and given back; 3 carts and profiles read on their way",
        );
    });

    it("tells who took a region out that is gone, and takes the notice for when it came", () => {
        const over = {
            scenario: scenarioOf("blackout", region),
            rto: { ...inputsRto, detect: 34, decide: 0 },
        };
        expect(row("Route 53", over).happened).to.contain("own health check took it out");
        expect(row("Route 53").happened).to.contain("votes took us-east-1 out");
        const notices = row("CloudWatch, EventBridge, Lambda, SNS", over);
        expect(notices.rto).to.deep.include({ seconds: 110 });
    });

    it("measures the accelerator by those who go by it", () => {
        const direct = samples((second) =>
            second >= 100 && second <= 250 ? { ok: false, region } : elsewhere,
        );
        expect(row("Global Accelerator", { direct }).rto).to.eql({ seconds: 150 });
        expect(row("Global Accelerator").rto).to.eql({ seconds: 0 });
    });

    it("measures the homes by those who change their profiles, apart from everybody else", () => {
        const profiles: SystemInputs["profiles"] = {
            samples: samples((second) =>
                second < 50
                    ? { ok: true, region }
                    : second >= 100 && second < 280
                      ? { ok: second % 2 === 0, region }
                      : elsewhere,
            ),
            kept: { acknowledged: 20, lost: 1, unverified: 0 },
        };
        expect(row("DynamoDB, homes", { profiles })).to.eql({
            system: "DynamoDB, homes",
            component: "HomeKeeping",
            happened:
                "us-east-1 took 50 of 100 changes of profiles before the fault, 25 of 145 once it was out; 90 of 300 were not taken",
            rto: { seconds: 179 },
            rpo: { seconds: 1.5, detail: "1 of 20 changes of profiles lost in any region" },
            back: true,
        });
        expect(row("Load balancers, ECS", { profiles }).rto).to.eql({ seconds: 190 });
        const untaken = samples((second) => ({ ok: second < 100, region }));
        expect(
            systemsNotBack([
                row("DynamoDB, homes", { profiles: { ...profiles, samples: untaken } }),
            ]),
        ).to.eql(["DynamoDB, homes"]);
    });

    const payments: SystemInputs["payments"] = {
        samples: samples((second) =>
            second >= 100 && second <= 290 ? { ok: false, region: "eu-west-1" } : elsewhere,
        ),
        lagSeconds: 0.3,
        database: {
            changes: [{ from: region, to: "eu-west-1", fromMs: 280_000, toMs: 282_500 }],
            lostTransactions: 2,
        },
        kept: { acknowledged: 60, lost: 2, unverified: 0 },
    };

    it("measures the database by those who pay, apart from everybody else", () => {
        expect(row("Aurora", { payments })).to.deep.include({
            happened: "its writer moved from us-east-1 to eu-west-1 in 2.5 s",
            rto: { seconds: 190 },
            rpo: {
                seconds: 0.3,
                detail: "2 of 60 payments lost, 2 transactions left behind",
            },
            back: true,
        });
        expect(row("Load balancers, ECS", { payments }).rto).to.eql({ seconds: 190 });
        expect(row("Aurora")).to.deep.include({
            happened: "its writer stayed where it was",
            rto: { seconds: 0 },
        });
    });

    it("says of a database that it is not back while nobody can pay, or payments cannot be read", () => {
        const unpaid = samples((second) => (second >= 100 ? { ok: false, region } : elsewhere));
        const unread = { acknowledged: 60, lost: 0, unverified: 3 };
        expect(row("Aurora", { payments: { ...payments, samples: unpaid } }).back).to.equal(false);
        const one = row("Aurora", { payments: { ...payments, kept: unread } });
        expect(one.back).to.equal(false);
        expect(one.rpo).to.have.property("detail").that.contains("3 could not be read back");
    });

    it("says of an accelerator whose clients still fail that it is not back", () => {
        const direct = samples((second) => (second >= 100 ? { ok: false, region } : elsewhere));
        const one = row("Global Accelerator", { direct });
        expect(one.rto).to.have.property("reason", "its users still failed at the end");
        expect(systemsNotBack([one])).to.eql(["Global Accelerator"]);
        expect(row("Global Accelerator", { direct: [] })).to.deep.include({
            rto: { reason: "nobody used it" },
            back: false,
        });
    });

    it("measures the edge by those who look around, and says where their answers came from", () => {
        const looks = samples((second) => ({ ok: second < 100 || second > 110, region }));
        const one = row("CloudFront", { looks });
        expect(one.rto).to.eql({ seconds: 10 });
        expect(one.happened).to.equal(
            "3 of 80 reads answered by the second origin, 1 from the cache, 2 failed",
        );
    });

    it("says how warm the survivors' caches stayed", () => {
        expect(row("ElastiCache").happened).to.equal(
            "hits with and without the region: eu-west-1 91 % to 81 %",
        );
        const cacheHits = { "eu-west-1": { before: 91.4, without: undefined } };
        expect(systemsNotBack([row("ElastiCache", { cacheHits })])).to.eql(["ElastiCache"]);
    });

    it("counts receipts since the fault, and misses what a region refuses", () => {
        const one = row("Secrets Manager");
        expect(one.happened).to.equal(
            "300 of 300 receipts honoured, 300 of them shown to another region than had issued them",
        );
        expect(one.rpo).to.eql({ seconds: 1.8, detail: "1 of 3 copies behind at the fault" });
        const refusing = samples((second) => ({
            ...elsewhere,
            receipt: { issuedBy: "eu-west-1", honoured: second !== 350 },
        }));
        const refused = row("Secrets Manager", { samples: refusing });
        expect(refused.happened).to.match(/^299 of 300 .* 0 of them/);
        expect(systemsNotBack([refused])).to.eql(["Secrets Manager"]);
        const nobody = samples(() => ({ ok: true, region: "eu-west-1" }));
        expect(systemsNotBack([row("Secrets Manager", { samples: nobody })])).to.eql([
            "Secrets Manager",
        ]);
    });

    it("counts events, and misses what was given up or never came", () => {
        const one = row("Kinesis");
        expect(one.happened).to.equal(
            "30 events emitted, 90 received elsewhere, 0 given up, 1 under way at the end",
        );
        expect(one.rpo).to.eql({
            seconds: 20,
            detail: "2 events only in us-east-1 at the fault",
        });
        const good = { emitted: 30, received: 90, pending: 0, givenUp: 0, lagSeconds: 0 };
        for (const bad of [{ emitted: 0 }, { received: 0 }, { givenUp: 1 }]) {
            const events = { lagSeconds: 20, onlyThere: 2, streams: { ...good, ...bad } };
            expect(systemsNotBack([row("Kinesis", { events })])).to.eql(["Kinesis"]);
        }
    });

    it("says of buckets what only the lost region had, and misses what never arrived", () => {
        const one = row("S3 replication");
        expect(one.happened).to.contain("40 arrived by the end, 4 of them late");
        expect(one.rpo).to.eql({
            seconds: 2,
            detail: "3 objects only in us-east-1 at the fault, 0 lost",
        });
        const copies = { replicated: 39, missedThreshold: 4, worstLagSeconds: 500, lost: 1 };
        const lossy = row("S3 replication", { objects: { lagSeconds: 2, onlyThere: 3, copies } });
        expect(systemsNotBack([lossy])).to.eql(["S3 replication"]);
    });

    it("takes the longest pause of the survivors for the table's, and not the lost region's answers", () => {
        const paused = samples((second) =>
            second > 150 && second < 180 ? { ok: true, region } : elsewhere,
        );
        expect(row("DynamoDB", { samples: paused }).rto).to.deep.include({ seconds: 30 });
    });
});
