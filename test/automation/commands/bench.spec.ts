import { expect } from "chai";

import { benchFigures, type BenchFigure } from "../../../automation/commands/bench";
import type { DrillReport } from "../../../automation/drill/report";

const report = {
    realSeconds: 200,
    rto: { worldSeconds: 250, boundWorldSeconds: 400 },
    steps: [{ id: "deploy", realSeconds: 30 }],
    engine: { version: "3.0.0", updates: [], unchangedSeconds: 10, evacuationSeconds: 12 },
} as unknown as DrillReport;

describe("the bench's figures", () => {
    const figureOf = (what: RegExp, plainSeconds: number): BenchFigure | undefined =>
        benchFigures(report, { ...unmeasured, ownSeconds: 40, plainSeconds }, 3000).find((one) =>
            what.test(one.what),
        );

    it("give both deployments", () => {
        expect(figureOf(/^the same by itself/, 120)?.measured).to.equal("40.0 s");
        expect(figureOf(/one after the other/, 120)?.measured).to.equal("120.0 s");
    });

    it("reach what is to be at least as much", () => {
        const ratio = /^the latter against the former/;
        expect(figureOf(ratio, 100)).to.deep.include({ measured: "2.50 x", reached: true });
        expect(figureOf(ratio, 99)).to.deep.include({ reach: "at least 2.5 x", reached: false });
    });

    it("want the packs to take as much longer as there is more, and no longer", () => {
        const growth = (...seconds: readonly number[]): BenchFigure | undefined =>
            benchFigures(
                report,
                {
                    ...unmeasured,
                    rules: [2_500, 5_000, 10_000].map((resources, index) => ({
                        resources,
                        seconds: seconds[index] ?? NaN,
                    })),
                },
                3000,
            ).find(({ what }) => what === "the packs on twice as many resources, at most");
        expect(growth(2, 4, 8)).to.deep.include({ measured: "2.00 x", reached: true });
        expect(growth(2, 4, 9)).to.deep.include({ measured: "2.25 x", reached: false });
        expect(growth(2, 4)).to.deep.include({ reached: false });
    });

    it("miss what is to be at most as much, and what was not measured", () => {
        const [drill] = benchFigures({ ...report, realSeconds: 241 }, unmeasured, undefined);
        expect(drill).to.deep.include({ reach: "240 s", reached: false });
        const figures = benchFigures(report, unmeasured, undefined);
        expect(figures.filter((one) => !one.reached).map((one) => one.measured)).to.deep.equal([
            ...["NaN s", "NaN s", "NaN x"],
            ...["NaN s", "NaN s", "NaN x"],
            "NaN MiB",
        ]);
    });
});

const unmeasured = {
    ownSeconds: NaN,
    plainSeconds: NaN,
    ownGateSeconds: NaN,
    plainGateSeconds: NaN,
    rules: [],
};
