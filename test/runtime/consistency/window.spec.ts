import { expect } from "chai";
import fc from "fast-check";

import {
    conflictProbability,
    consistentAfter,
    exponentialLag,
    measuredLag,
    WindowInputError,
    windowMs,
    writesAtRisk,
    type LagModel,
} from "../../../runtime/consistency/window";

const numRuns = 10_000;
const ms = fc.double({ min: 0.1, max: 5000, noNaN: true });
const models: fc.Arbitrary<LagModel> = fc.oneof(
    fc
        .tuple(ms, fc.double({ min: 0, max: 0.99, noNaN: true }))
        .map(([mean, floor]) => exponentialLag(mean, mean * floor)),
    fc.array(fc.oneof(fc.nat(3), fc.nat(5000)), { minLength: 1, maxLength: 12 }).map(measuredLag),
);
const replicaCounts = fc.integer({ min: 1, max: 6 });

/** Numbers from 0 to below 1, the same ones in every run. */
function randomNumbers(seed: number): () => number {
    let state = seed;
    return () => {
        // Park and Miller's generator, CACM 31(10), 1988.
        state = (state * 48271) % 2147483647;
        return state / 2147483647;
    };
}

function exponential(random: () => number, mean: number): number {
    return -mean * Math.log(1 - random());
}

describe("the consistency window", () => {
    it("says of 100 ms of lag what the textbook says: 86.5 % after 200 ms", () => {
        const textbook = exponentialLag(100);
        expect(consistentAfter(textbook, 200)).to.be.closeTo(0.865, 0.0005);
        expect(consistentAfter(textbook, 200)).to.be.closeTo(1 - Math.exp(-2), 1e-12);
        expect(textbook.assumes).to.contain("without a floor");
    });

    it("is less sure of two replicas, and surer later", () => {
        const textbook = exponentialLag(100);
        expect(consistentAfter(textbook, 200, 2)).to.be.closeTo(0.748, 0.0005);
        expect(windowMs(textbook, 0.99)).to.be.closeTo(460.5, 0.1);
        expect(windowMs(textbook, 0.999)).to.be.closeTo(690.8, 0.1);
        expect(windowMs(textbook, 0.99, 3)).to.be.closeTo(570.0, 0.1);
    });

    it("knows that nothing arrives before the floor", () => {
        const floored = exponentialLag(100, 60);
        expect(consistentAfter(floored, 60)).to.equal(0);
        expect(consistentAfter(floored, 100)).to.be.closeTo(1 - Math.exp(-1), 1e-12);
        expect(windowMs(floored, 0)).to.equal(60);
    });

    it("reads measured lag off its samples", () => {
        const measured = measuredLag([400, 80, 100, 100]);
        expect([79, 80, 100, 399, 400].map((t) => consistentAfter(measured, t))).to.eql([
            0, 0.25, 0.75, 0.75, 1,
        ]);
        expect([0, 0.25, 0.26, 0.75, 0.76].map((p) => windowMs(measured, p))).to.eql([
            80, 80, 100, 100, 400,
        ]);
        expect(measured.meanMs).to.equal(170);
        const hundred = measuredLag(Array.from({ length: 100 }, (_, i) => i + 1));
        expect(windowMs(hundred, 0.07)).to.equal(7);
    });

    it("is reached at the window, grows with time, and shrinks with replicas", () => {
        const cases = [models, ms, fc.double({ min: 0, max: 0.999, noNaN: true }), replicaCounts];
        fc.assert(
            fc.property(
                ...(cases as [
                    typeof models,
                    typeof ms,
                    fc.Arbitrary<number>,
                    typeof replicaCounts,
                ]),
                (model, t, p, n) => {
                    expect(
                        consistentAfter(model, windowMs(model, p, n) * (1 + 1e-9), n),
                    ).to.be.at.least(p - 1e-6);
                    const now = consistentAfter(model, t, n);
                    expect(now).to.be.within(0, 1);
                    expect(consistentAfter(model, t * 1.5, n)).to.be.at.least(now);
                    expect(consistentAfter(model, t, n + 1)).to.be.at.most(now);
                    expect(windowMs(model, p, n + 1)).to.be.at.least(windowMs(model, p, n) - 1e-6);
                },
            ),
            { numRuns },
        );
    });

    it("has the means of its own distribution", () => {
        fc.assert(
            fc.property(models, replicaCounts, (model, n) => {
                // Mean of a time that is never negative: the integral of the chance that it is later.
                const end = model.arrivalMs(1 - 1e-6);
                const steps = 4000;
                let [first, last] = [0, 0];
                for (let i = 0; i < steps; i++) {
                    const arrived = model.arrivedBy(((i + 0.5) / steps) * end);
                    first += ((1 - arrived) ** n * end) / steps;
                    last += ((1 - arrived ** n) * end) / steps;
                }
                const tolerance = end / 1000 + 1e-6;
                expect(model.meanToFirstMs(n)).to.be.closeTo(first, tolerance);
                expect(model.meanToLastMs(n)).to.be.closeTo(last, tolerance);
                expect(model.meanToFirstMs(1)).to.be.closeTo(model.meanMs, 1e-6);
                expect(model.meanToLastMs(1)).to.be.closeTo(model.meanMs, 1e-6);
            }),
            // A case is an integral of 4,000 steps.
            { numRuns: 300 },
        );
    });

    it("expects as many writes at risk as a simulated loss takes along", () => {
        const random = randomNumbers(7);
        const [rate, floor, mean, replicas] = [50, 20, 120, 3];
        const expected = writesAtRisk(exponentialLag(mean, floor), rate, replicas);
        let [nowhere, somewhere, anyLost] = [0, 0, 0];
        const losses = 4000;
        for (let i = 0; i < losses; i++) {
            let lost = 0;
            // Writes of the 3 s before the loss, which is 30 times what lies beyond the floor.
            for (let age = exponential(random, 1000 / rate); age < 3000;) {
                const lags = Array.from(
                    { length: replicas },
                    () => floor + exponential(random, mean - floor),
                );
                lost += Math.min(...lags) > age ? 1 : 0;
                somewhere += Math.max(...lags) > age ? 1 : 0;
                age += exponential(random, 1000 / rate);
            }
            nowhere += lost;
            anyLost += lost > 0 ? 1 : 0;
        }
        // Four standard deviations of Poisson's.
        const within = (mean: number): number => 4 * Math.sqrt(mean / losses);
        expect(nowhere / losses).to.be.closeTo(expected.nowhereElse, within(expected.nowhereElse));
        expect(somewhere / losses).to.be.closeTo(
            expected.notEverywhere,
            within(expected.notEverywhere),
        );
        expect(anyLost / losses).to.be.closeTo(expected.probabilityOfLoss, 0.02);
    });

    it("expects as many conflicts as a simulated key has, and never fewer", () => {
        const [rate, mean, writes] = [0.4, 300, 200_000];
        const simulated = (lag: (random: () => number) => number): number => {
            const random = randomNumbers(11);
            let conflicts = 0;
            for (let i = 0; i < writes; i++) {
                // To the next write of the key elsewhere, and back to the last one.
                const after = exponential(random, 1000 / rate) < lag(random);
                const before = exponential(random, 1000 / rate) < lag(random);
                conflicts += after || before ? 1 : 0;
            }
            return conflicts / writes;
        };
        const fixed = conflictProbability(measuredLag([mean]), rate);
        expect(fixed).to.be.closeTo(1 - Math.exp(-0.24), 1e-12);
        expect(simulated(() => mean)).to.be.closeTo(fixed, 0.004);
        const varying = simulated((random) => exponential(random, mean));
        expect(varying).to.be.lessThan(conflictProbability(exponentialLag(mean), rate));
    });

    it("puts nothing at risk when nothing is written", () => {
        expect(writesAtRisk(exponentialLag(100), 0)).to.eql({
            nowhereElse: 0,
            notEverywhere: 0,
            probabilityOfLoss: 0,
        });
        expect(conflictProbability(exponentialLag(100), 0)).to.equal(0);
    });

    for (const [what, compute] of Object.entries<() => unknown>({
        "a mean of 0": () => exponentialLag(0),
        "a mean that is no number": () => exponentialLag(NaN),
        "a floor below 0": () => exponentialLag(100, -1),
        "a floor at the mean": () => exponentialLag(100, 100),
        "no sample": () => measuredLag([]),
        "a sample below 0": () => measuredLag([1, -1]),
        "a time below 0": () => consistentAfter(exponentialLag(1), -1),
        "a probability of 1": () => windowMs(exponentialLag(1), 1),
        "a probability below 0": () => windowMs(measuredLag([1]), -0.1),
        "no replica": () => consistentAfter(exponentialLag(1), 1, 0),
        "half a replica": () => writesAtRisk(measuredLag([1]), 1, 1.5),
        "a rate below 0": () => writesAtRisk(exponentialLag(1), -1),
        "a rate without end": () => conflictProbability(exponentialLag(1), Infinity),
    })) {
        it(`refuses ${what}`, () => {
            expect(compute).to.throw(WindowInputError);
        });
    }
});
