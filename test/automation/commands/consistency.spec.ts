import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { expect } from "chai";

import { runCommandLine } from "../../../automation/cli/program";
import {
    consistency,
    consistencyWarnings,
    drillLag,
    type ConsistencyReport,
} from "../../../automation/commands/consistency";
import { consistencyText } from "../../../automation/commands/consistencyText";
import { AutomationError } from "../../../automation/errors";
import { Text } from "../support/text";

const textbook = { kind: "mean", meanMs: 100, floorMs: 0 } as const;

/** The document of a command line that has to do without an engine. */
async function run(...args: readonly string[]): Promise<ConsistencyReport> {
    const [stdout, stderr] = [new Text(), new Text()];
    const code = await runCommandLine(
        {
            prepareEngine: async () => expect.fail("an engine was prepared"),
            startRehearsal: async () => expect.fail("a rehearsal was started"),
        },
        ["consistency", "--json", ...args],
        { stdout, stderr, environment: {} },
    );
    expect(code, stderr.text).to.equal(0);
    return JSON.parse(stdout.text) as ConsistencyReport;
}

describe("the figures of consistency", () => {
    it("are the textbook's for one replica, and less sure for three", () => {
        const report = consistency({ lag: textbook, replicas: 3, afterMs: [200] });
        const [after] = report.after;
        expect(after?.one).to.be.closeTo(0.865, 0.0005);
        expect(after?.all).to.be.closeTo(0.646, 0.0005);
        expect(report.assumes).to.contain("without a floor");
        expect(report).not.to.have.any.keys("atRisk", "conflictProbability");
    });

    it("tell what is at risk and what may conflict, by the rates that are said", () => {
        const report = consistency({
            lag: textbook,
            replicas: 3,
            afterMs: [],
            writesPerSecond: 60,
            keyWritesPerSecond: 0.5,
        });
        expect(report.atRisk?.nowhereElse).to.be.closeTo(2, 1e-9);
        expect(report.atRisk?.notEverywhere).to.be.closeTo(11, 1e-9);
        expect(report.conflictProbability).to.be.closeTo(1 - Math.exp(-0.1), 1e-12);
        const text = consistencyText(report);
        expect(text).to.contain("2 are nowhere else (any at all with 86.5 %), 11 not everywhere");
        expect(text).to.contain("at most 9.5 %");
    });

    it("never round a probability up to a certainty, nor a measured one down", () => {
        const all = { replicas: 1, afterMs: [5000] };
        expect(consistencyText(consistency({ lag: textbook, ...all }))).to.contain("> 99.999 %");
        const measured = consistency({ lag: { kind: "measured", samplesMs: [80] }, ...all });
        expect(consistencyText(measured)).to.match(/after 5 s +│ +100 % │/);
    });

    it("warn of what measured lags do not say", () => {
        const report = (samplesMs: readonly number[]): ConsistencyReport =>
            consistency({ lag: { kind: "measured", samplesMs }, replicas: 1, afterMs: [] });
        expect(consistencyWarnings(report(Array<number>(1000).fill(9)))).to.eql([
            "up to 0.3 % of writes may be later than the largest of 1000 measured lags",
        ]);
        expect(consistencyWarnings(report([9]))[0]).to.contain("up to 100 %");
        expect(
            consistencyWarnings(consistency({ lag: textbook, replicas: 1, afterMs: [] })),
        ).to.eql([]);
    });

    it("refuse what cannot be, as wrong usage", () => {
        expect(() => consistency({ lag: { ...textbook, floorMs: 100 }, replicas: 3, afterMs: [] }))
            .to.throw(AutomationError, "the lag's floor cannot be 100 ms")
            .with.property("exitCode", 2);
    });

    describe("from the command line", () => {
        it("take the times in any number, instead of the usual ones", async () => {
            const times = (report: ConsistencyReport): readonly number[] =>
                report.after.map(({ afterMs }) => afterMs);
            expect(times(await run("--lag", "100"))).to.eql([200, 1000]);
            expect(times(await run("--lag", "100", "--after", "50", "75"))).to.eql([50, 75]);
        });

        it("take every figure where it belongs", async () => {
            const flags = ["--floor", "60", "--replicas", "2", "--rate", "4", "--key-rate", "0.5"];
            expect(await run("--lag", "100", ...flags)).to.deep.include({
                lag: { kind: "mean", meanMs: 100, floorMs: 60 },
                replicas: 2,
                writesPerSecond: 4,
                keyWritesPerSecond: 0.5,
            });
            expect(await run("--measured", "80", "95")).to.deep.include({
                lag: { kind: "measured", samplesMs: [80, 95] },
                meanMs: 87.5,
                replicas: 3,
            });
        });
    });

    describe("of a drill", () => {
        let folder: string;
        const written = async (document: unknown): Promise<string> => {
            const file = path.join(folder, "drill.json");
            await fs.writeFile(file, JSON.stringify(document));
            return file;
        };
        beforeEach(async () => {
            folder = await fs.mkdtemp(path.join(os.tmpdir(), "meridian-consistency-"));
        });
        afterEach(() => fs.rm(folder, { recursive: true }));

        it("are bounds by the worst lag that it measured", async () => {
            const file = await written({
                schema: 1,
                result: "met",
                rpo: { acknowledgedWrites: 1102, lostWrites: 0, worstLagSeconds: 0.96 },
            });
            const report = await run("--report", file, "--rate", "10");
            expect(report.lag).to.eql({ kind: "drill", worstMs: 960 });
            expect(report.assumes).to.contain("upper bound");
            expect(report.after).to.eql([
                { afterMs: 200, one: 0, all: 0 },
                { afterMs: 1000, one: 1, all: 1 },
            ]);
            expect(report.atRisk?.nowhereElse).to.be.closeTo(9.6, 1e-9);
        });

        it("name what is wrong with the report", async () => {
            for (const [document, problem] of [
                [{ schema: 1 }, "`rpo`: must be there"],
                [{ schema: 2, rpo: { worstLagSeconds: 1 } }, "`schema`: must be 1"],
                [{ schema: 1, rpo: { worstLagSeconds: "1" } }, "`rpo.worstLagSeconds`: must be"],
            ] as const) {
                const file = await written(document);
                const error = (await drillLag(file).catch((caught: unknown) => caught)) as Error;
                expect(error).to.be.instanceOf(AutomationError).and.to.include({ exitCode: 2 });
                expect(error.message).to.contain(problem).and.to.contain(file);
            }
        });
    });
});
