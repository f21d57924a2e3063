import { expect } from "chai";
import fc from "fast-check";

import {
    calculatedHealthy,
    endpointHealthy,
    Opinion,
} from "../../../../sandbox/world/healthChecks/tally";

function opinions(healthy: number, of: number): readonly boolean[] {
    return Array.from({ length: of }, (_, index) => index < healthy);
}

describe("tally", () => {
    for (const [healthy, of, expected] of [
        [0, 3, false],
        [1, 3, true],
        [1, 8, false],
        [2, 8, true],
        [9, 50, false],
        [10, 50, true],
        [2, 16, false],
        [3, 16, true],
    ] as const) {
        it(`takes ${healthy} of ${of} checkers for ${expected ? "healthy" : "unhealthy"}`, () => {
            expect(endpointHealthy(opinions(healthy, of))).to.equal(expected);
        });
    }

    it("takes a checker without an opinion for no objection", () => {
        expect(endpointHealthy([undefined, undefined, undefined])).to.equal(true);
        expect(endpointHealthy([false, false, undefined])).to.equal(true);
        expect(endpointHealthy([])).to.equal(true);
    });

    for (const [healthy, of, threshold, expected] of [
        [2, 3, 2, true],
        [1, 3, 2, false],
        [0, 3, 0, true],
        [3, 3, 4, false],
        [0, 0, 0, true],
    ] as const) {
        it(`takes ${healthy} of ${of} children at threshold ${threshold} for ${expected ? "healthy" : "unhealthy"}`, () => {
            expect(calculatedHealthy(opinions(healthy, of), threshold)).to.equal(expected);
        });
    }
});

describe("Opinion", () => {
    it("needs the threshold of results in a row, in both directions and at the start", () => {
        const opinion = new Opinion(3);
        const after = (...results: boolean[]): boolean | undefined => {
            results.forEach((result) => opinion.add(result));
            return opinion.healthy;
        };
        expect(after(true, true)).to.equal(undefined);
        expect(after(true)).to.equal(true);
        expect(after(false, false, true, false, false)).to.equal(true);
        expect(after(false)).to.equal(false);
        expect(after(true, true)).to.equal(false);
        expect(after(true)).to.equal(true);
    });

    it("goes by every result at threshold 1", () => {
        fc.assert(
            fc.property(fc.array(fc.boolean(), { minLength: 1 }), (results) => {
                const opinion = new Opinion(1);
                results.forEach((result) => opinion.add(result));
                expect(opinion.healthy).to.equal(results.at(-1));
            }),
        );
    });

    it("says when it changed, and only then", () => {
        fc.assert(
            fc.property(
                fc.integer({ min: 1, max: 4 }),
                fc.array(fc.boolean()),
                (threshold, results) => {
                    const opinion = new Opinion(threshold);
                    for (const result of results) {
                        const before = opinion.healthy;
                        expect(opinion.add(result)).to.equal(opinion.healthy !== before);
                    }
                },
            ),
        );
    });
});
