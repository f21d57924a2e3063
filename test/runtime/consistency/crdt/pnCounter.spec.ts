import { expect } from "chai";
import fc from "fast-check";

import { AmountError } from "../../../../runtime/consistency/crdt/amount";
import {
    changeCounter,
    counterValue,
    mergeCounters,
    zeroCounter,
    type PnCounter,
} from "../../../../runtime/consistency/crdt/pnCounter";
import { ReplicaNameError } from "../../../../runtime/consistency/replica";
import { countersAtMost, itKeepsTheLaws, replicas, type Replicated } from "../support/laws";

const counter: Replicated<PnCounter, number> = {
    initial: zeroCounter,
    operations: fc.integer({ min: -3, max: 3 }),
    delta: changeCounter,
    merge: mergeCounters,
    atMost: (a, b) => countersAtMost(a.added, b.added) && countersAtMost(a.removed, b.removed),
};

describe("a PN counter", () => {
    itKeepsTheLaws(counter, 10_000);

    it("counts every change of every replica once", () => {
        const changes = fc.array(
            fc.tuple(fc.constantFrom(...replicas), fc.integer({ min: -1000, max: 1000 })),
        );
        fc.assert(
            fc.property(changes, (made) => {
                const states = new Map<string, PnCounter>();
                for (const [replica, change] of made) {
                    const own = states.get(replica) ?? zeroCounter;
                    states.set(replica, mergeCounters(own, changeCounter(own, replica, change)));
                }
                const all = [...states.values(), ...states.values()].reduce(
                    mergeCounters,
                    zeroCounter,
                );
                expect(counterValue(all)).to.equal(
                    made.reduce((sum, [, change]) => sum + change, 0),
                );
            }),
            { numRuns: 10_000 },
        );
    });

    it("sends one entry for a change, however many replicas there are", () => {
        const all = replicas.reduce(
            (state, replica) => mergeCounters(state, changeCounter(state, replica, 2)),
            zeroCounter,
        );
        expect(changeCounter(all, "us-east-1", -5)).to.eql({
            added: new Map(),
            removed: new Map([["us-east-1", 5]]),
        });
    });

    it("refuses what it could not count exactly", () => {
        for (const change of [0.5, NaN, Infinity, Number.MAX_SAFE_INTEGER + 1]) {
            expect(() => changeCounter(zeroCounter, "us", change)).to.throw(AmountError);
        }
        const full = changeCounter(zeroCounter, "us", Number.MAX_SAFE_INTEGER);
        expect(() => changeCounter(full, "us", 1)).to.throw(AmountError, "what us has added");
        expect(counterValue(full)).to.equal(Number.MAX_SAFE_INTEGER);
        const both = mergeCounters(full, changeCounter(zeroCounter, "eu", 1));
        expect(() => counterValue(both)).to.throw(AmountError);
        expect(() => changeCounter(zeroCounter, "a:b", 1)).to.throw(ReplicaNameError);
    });
});
