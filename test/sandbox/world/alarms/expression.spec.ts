import { expect } from "chai";

import {
    evaluate,
    ExpressionError,
    namesIn,
    parseExpression,
    type Value,
} from "../../../../sandbox/world/alarms/expression";

const starts = [0, 60, 120];

function series(...values: (number | undefined)[]): ReadonlyMap<number, number> {
    return new Map(
        values.flatMap((value, index) =>
            value === undefined ? [] : [[starts[index] as number, value] as const],
        ),
    );
}

function run(text: string, ids: Record<string, Value> = {}): unknown {
    const value = evaluate(parseExpression(text), (id) => ids[id] as Value, starts);
    return typeof value === "number" ? value : starts.map((start) => value.get(start));
}

describe("metric math", () => {
    it("binds as arithmetic does", () => {
        expect(run("1 + 2 * 3 ^ 2 - 4 / 2")).to.equal(17);
        expect(run("-(1 + 2) * 2")).to.equal(-6);
        expect(run("1 < 2 AND 2 > 3 OR 1 == 1")).to.equal(1);
    });

    it("works on the periods that both series have", () => {
        const ids = { m1: series(1, 2, undefined), m2: series(10, undefined, 30) };
        expect(run("m1 + m2", ids)).to.deep.equal([11, undefined, undefined]);
        expect(run("100 * m1", ids)).to.deep.equal([100, 200, undefined]);
    });

    it("makes no data point of a division by zero", () => {
        expect(run("m1 / m2", { m1: series(1, 0, 3), m2: series(0, 0, 2) })).to.deep.equal([
            undefined,
            undefined,
            1.5,
        ]);
    });

    it("computes an error rate with a request floor, missing errors counting as none", () => {
        const ids = { errors: series(undefined, 5, 1), requests: series(100, 50, 2) };
        expect(run("IF(requests >= 20, 100 * FILL(errors, 0) / requests, 0)", ids)).to.deep.equal([
            0, 10, 0,
        ]);
    });

    it("fills with a number, the last value, or nothing before the first", () => {
        const ids = { m: series(undefined, 7, undefined) };
        expect(run("FILL(m, 0)", ids)).to.deep.equal([0, 7, 0]);
        expect(run("FILL(m, REPEAT)", ids)).to.deep.equal([undefined, 7, 7]);
    });

    it("fills a series with a number, and not with a series", () => {
        const ids = { m: series(undefined, 7, undefined), n: series(1, 2, 3) };
        expect(run("FILL(m, -1)", ids)).to.deep.equal([-1, 7, -1]);
        for (const filler of ["n", "n + 1", "IF(n > 1, 1, 0)"]) {
            expect(() => run(`FILL(m, ${filler})`, ids), filler).to.throw(
                ExpressionError,
                /not with n/,
            );
        }
    });

    it("aggregates over lists", () => {
        const ids = { a: series(1, 2, 3), b: series(3, 2, 1) };
        expect(run("MAX([a, b])", ids)).to.deep.equal([3, 2, 3]);
        expect(run("SUM([a, b, 1])", ids)).to.deep.equal([5, 5, 5]);
    });

    it("names what an expression reads", () => {
        expect(namesIn(parseExpression("IF(m1 > 0, FILL(m2, REPEAT), m3)"))).to.deep.equal([
            "m1",
            "m2",
            "m3",
        ]);
    });

    for (const text of ["1 +", "IF(m1", "m1 $ 2", "1 2", "SUM(m1)"]) {
        it(`refuses ${text}`, () => {
            expect(() => run(text, { m1: series(1, 1, 1) })).to.throw(ExpressionError);
        });
    }

    it("says which functions it knows", () => {
        expect(() => run("ANOMALY_DETECTION_BAND(1)")).to.throw(ExpressionError, /FILL/);
    });
});
