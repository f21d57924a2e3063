import { expect } from "chai";

import {
    type AlarmState,
    breachesThreshold,
    type EvaluationRules,
    nextState,
} from "../../../../sandbox/world/alarms/evaluate";

type Treatment = EvaluationRules["treatMissingData"];

function points(text: string): (boolean | undefined)[] {
    return [...text].map((point) => (point === "-" ? undefined : point === "X"));
}

/** The table of CloudWatch's user guide for 3 of 3 data points, "alarms-and-missing-data". */
const documented: readonly (readonly [string, Record<Treatment, AlarmState | "current">])[] = [
    ["0-X-X", { missing: "OK", ignore: "OK", breaching: "OK", notBreaching: "OK" }],
    ["0----", { missing: "OK", ignore: "OK", breaching: "OK", notBreaching: "OK" }],
    [
        "-----",
        {
            missing: "INSUFFICIENT_DATA",
            ignore: "current",
            breaching: "ALARM",
            notBreaching: "OK",
        },
    ],
    ["0XX-X", { missing: "ALARM", ignore: "ALARM", breaching: "ALARM", notBreaching: "ALARM" }],
    ["--X--", { missing: "ALARM", ignore: "current", breaching: "ALARM", notBreaching: "OK" }],
];

describe("alarm evaluation", () => {
    for (const [text, expected] of documented) {
        for (const [treatment, state] of Object.entries(expected) as [
            Treatment,
            AlarmState | "current",
        ][]) {
            it(`3 of 3 over ${text} with missing data ${treatment} is ${state}`, () => {
                const next = nextState(
                    points(text),
                    { evaluationPeriods: 3, datapointsToAlarm: 3, treatMissingData: treatment },
                    "ALARM",
                );
                expect(next).to.equal(state === "current" ? "ALARM" : state);
            });
        }
    }

    it("needs M of the latest N", () => {
        const rules: EvaluationRules = {
            evaluationPeriods: 3,
            datapointsToAlarm: 2,
            treatMissingData: "notBreaching",
        };
        expect(nextState(points("XX00X"), rules, "OK")).to.equal("OK");
        expect(nextState(points("000XX"), rules, "OK")).to.equal("ALARM");
        expect(nextState(points("00X0X"), rules, "OK")).to.equal("ALARM");
    });

    it("compares on the right side of the threshold", () => {
        expect(breachesThreshold("GreaterThanOrEqualToThreshold", 5, 5)).to.equal(true);
        expect(breachesThreshold("GreaterThanThreshold", 5, 5)).to.equal(false);
        expect(breachesThreshold("LessThanThreshold", 5, 5)).to.equal(false);
        expect(breachesThreshold("LessThanOrEqualToThreshold", 5, 5)).to.equal(true);
        expect(() => breachesThreshold("Near", 1, 1)).to.throw(RangeError, /GreaterThan/);
    });
});
