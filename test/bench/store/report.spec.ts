import { expect } from "chai";

import { parsePartReport } from "../../../automation/commands/benchParts";
import { measurePairs, type PairSamples } from "./measurePairs";
import { reportOf } from "./report";
import { runStore } from "./run";

describe("the bench of the store", () => {
    it("does every operation by the store and by hand, and both leave the same kind of items", async function () {
        // Two processes, whatever else the machine does.
        this.timeout(300_000);
        const all = await runStore({ rounds: 2, operations: 3, warmUps: 0 });
        expect(all.length).to.equal(8);
        for (const { name, ours, bare } of all) {
            expect([ours.length, bare.length], name).to.eql([2, 2]);
            for (const { wallMs, cpuUs } of [...ours, ...bare]) {
                expect(Math.min(wallMs, cpuUs), name).to.be.greaterThan(0);
            }
        }
    });

    it("has the two take turns in going first, and keeps the rounds that warm up to itself", async () => {
        const done: string[] = [];
        const operation = (what: string) => async () => void done.push(what);
        const pair = { name: "p", requests: "r", ours: operation("o"), bare: operation("b") };
        const options = { rounds: 2, operations: 2, warmUps: 1 };
        const [samples] = await measurePairs([pair], options, operation("|"));
        expect(done.join("")).to.equal("|bboo|oobb|bboo");
        expect([samples?.ours.length, samples?.bare.length]).to.eql([2, 2]);
    });

    it("reports what the store takes more, round by round, and what is too much", () => {
        const pair = (name: string, factors: readonly number[]): PairSamples => ({
            name,
            requests: "GetItem",
            // A round in which the machine was slow was slow for both.
            ours: factors.map((factor, round) => ({
                wallMs: factor * (round + 1),
                cpuUs: 200 * (round + 1),
            })),
            bare: factors.map((_, round) => ({ wallMs: round + 1, cpuUs: 100 * (round + 1) })),
        });
        const comparison = pair("the bare SDK and itself", [1, 1, 1]);
        const report = reportOf([
            pair("fast", [1, 1.05, 9]),
            pair("slow", [1.2, 1.1001, 1]),
            comparison,
        ]);
        expect(parsePartReport("store", JSON.stringify(report))).to.eql(report);
        expect(report.figures.map(({ measured, reached }) => [measured, reached])).to.eql([
            ["5 %", true],
            ["10 %", false],
            ["0 %", true],
        ]);
        expect(report.tables[0]?.rows[0]).to.eql([
            "fast",
            "GetItem",
            "2",
            "2.1",
            "1.05 x (1.02 to 5.03)",
            "200",
            "400",
            "2.00 x (2.00 to 2.00)",
        ]);
    });
});
