import { expect } from "chai";

import { deployFigures, drillFigures, type BenchFigure } from "../../../automation/commands/bench";
import type { DrillReport } from "../../../automation/drill/report";

const report = {
    realSeconds: 200,
    rto: { worldSeconds: 250, boundWorldSeconds: 400 },
    steps: [{ id: "deploy", realSeconds: 30 }],
    engine: { version: "3.0.0", updates: [], unchangedSeconds: 10, evacuationSeconds: 12 },
} as unknown as DrillReport;

describe("the bench's figures", () => {
    const figureOf = (what: RegExp, plainSeconds: number): BenchFigure | undefined =>
        deployFigures({ ...unmeasured, ownSeconds: 40, plainSeconds }).find((one) =>
            what.test(one.what),
        );

    it("give both deployments", () => {
        expect(figureOf(/^deployment of five stacks/, 120)?.measured).to.equal("40.0 s");
        expect(figureOf(/one after the other/, 120)?.measured).to.equal("120.0 s");
    });

    it("reach what is to be at least as much", () => {
        const ratio = /^the latter against the former/;
        expect(figureOf(ratio, 100)).to.deep.include({ measured: "2.50 x", reached: true });
        expect(figureOf(ratio, 99)).to.deep.include({ reach: "at least 2.5 x", reached: false });
    });

    const rules = (...seconds: readonly number[]): readonly BenchFigure[] =>
        deployFigures({
            ...unmeasured,
            rules: [2_500, 5_000, 10_000].map((resources, index) => ({
                resources,
                seconds: seconds[index] ?? NaN,
                engineSeconds: 1,
            })),
        });

    it("tell what the rules take from what the engine takes without them", () => {
        const own = (...seconds: readonly number[]): BenchFigure | undefined =>
            rules(...seconds).find(({ what }) =>
                what.startsWith("the packs on 10,000 resources, without"),
            );
        expect(own(2, 4, 11)).to.deep.include({ measured: "10.0 s", reached: true });
        expect(own(2, 4, 11.1)).to.deep.include({ reach: "10 s", reached: false });
    });

    it("want the packs to take as much longer as there is more, and no longer", () => {
        const growth = (...seconds: readonly number[]): BenchFigure | undefined =>
            rules(...seconds).find(
                ({ what }) => what === "the packs on twice as many resources, at most",
            );
        expect(growth(2, 4, 8)).to.deep.include({ measured: "2.00 x", reached: true });
        expect(growth(2, 4, 9)).to.deep.include({ measured: "2.25 x", reached: false });
        expect(growth(2, 4)).to.deep.include({ reached: false });
    });

    it("miss what is to be at most as much, and what was not measured", () => {
        const [drill] = drillFigures({ ...report, realSeconds: 241 }, undefined);
        expect(drill).to.deep.include({ reach: "240 s", reached: false });
        const missed = (figures: readonly BenchFigure[]): readonly string[] =>
            figures.filter((one) => !one.reached).map((one) => one.measured);
        expect(missed(drillFigures(report, undefined))).to.deep.equal(["NaN MiB"]);
        expect(missed(deployFigures(unmeasured))).to.deep.equal([
            ...["NaN s", "NaN s", "NaN x"],
            ...["NaN s", "NaN s", "NaN x"],
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
