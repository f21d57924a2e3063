import { expect } from "chai";
import fc from "fast-check";

import { AmountError } from "../../../../runtime/consistency/crdt/amount";
import {
    boundedCounterValue,
    emptyBoundedCounter,
    grantRights,
    InsufficientRightsError,
    mergeBoundedCounters,
    rightsOf,
    transferRights,
    useRights,
    type BoundedCounter,
} from "../../../../runtime/consistency/crdt/boundedCounter";
import { ReplicaNameError } from "../../../../runtime/consistency/replica";
import {
    countersAtMost,
    histories,
    itKeepsTheLaws,
    replicas,
    type Replicated,
} from "../support/laws";

interface Operation {
    readonly kind: "grant" | "use" | "transfer";
    readonly amount: number;
    readonly to: (typeof replicas)[number];
}

const numRuns = 10_000;
const counter: Replicated<BoundedCounter, Operation> = {
    initial: emptyBoundedCounter,
    operations: fc.record({
        kind: fc.constantFrom(
            "grant" as const,
            "use" as const,
            "use" as const,
            "transfer" as const,
        ),
        amount: fc.integer({ min: 1, max: 3 }),
        to: fc.constantFrom(...replicas),
    }),
    delta: (state, replica, { kind, amount, to }) => {
        try {
            switch (kind) {
                case "grant":
                    return grantRights(state, replica, amount);
                case "use":
                    return useRights(state, replica, amount);
                case "transfer":
                    return transferRights(state, replica, to, amount);
            }
        } catch (error) {
            expect(error).to.be.instanceOf(InsufficientRightsError);
            return undefined;
        }
    },
    merge: mergeBoundedCounters,
    atMost: (a, b) =>
        countersAtMost(a.granted, b.granted) &&
        countersAtMost(a.transferred, b.transferred) &&
        countersAtMost(a.used, b.used),
};

/** 10 for Europe, of which it gave 4 to the United States. */
function shared(): BoundedCounter {
    const granted = grantRights(emptyBoundedCounter, "eu-west-1", 10);
    return mergeBoundedCounters(granted, transferRights(granted, "eu-west-1", "us-east-1", 4));
}

function sum(counters: ReadonlyMap<string, number>): number {
    return [...counters.values()].reduce((all, one) => all + one, 0);
}

describe("a bounded counter", () => {
    itKeepsTheLaws(counter, numRuns);

    it("never lets more be used than was put in, whoever has heard what", () => {
        fc.assert(
            fc.property(histories(counter, 20), ({ states }) => {
                const all = states.reduce(mergeBoundedCounters);
                expect(sum(all.used)).to.be.at.most(sum(all.granted));
                for (const [i, replica] of replicas.entries()) {
                    expect(rightsOf(all, replica)).to.be.at.least(0);
                    const own = rightsOf(states[i] as BoundedCounter, replica);
                    expect(own).to.be.within(0, rightsOf(all, replica));
                }
            }),
            { numRuns },
        );
    });

    it("loses no rights: what is left is what all together may use", () => {
        fc.assert(
            fc.property(histories(counter, 20), ({ states }) => {
                const all = states.reduce(mergeBoundedCounters);
                const rights = replicas.map((replica) => rightsOf(all, replica));
                expect(boundedCounterValue(all)).to.equal(rights.reduce((x, y) => x + y));
            }),
            { numRuns },
        );
    });

    it("lets a region use its rights without asking anybody", () => {
        const state = shared();
        const [eu, us] = [useRights(state, "eu-west-1", 6), useRights(state, "us-east-1", 4)];
        const sold = [state, eu, us].reduce(mergeBoundedCounters);
        expect(boundedCounterValue(sold)).to.equal(0);
        expect(rightsOf(sold, "eu-west-1")).to.equal(0);
    });

    it("refuses to use or give away what a region has no right to, though others have", () => {
        const state = shared();
        const error = expect(() => useRights(state, "us-east-1", 5)).to.throw(
            InsufficientRightsError,
            "us-east-1 may take 4, not 5",
        );
        error.with.property("rights", 4);
        expect(() => transferRights(state, "us-east-1", "eu-west-1", 5)).to.throw(
            InsufficientRightsError,
        );
        expect(() => useRights(state, "ap-east-1", 1)).to.throw(InsufficientRightsError);
    });

    it("reads 0, not less, when a use is heard of before its grant", () => {
        const used = useRights(shared(), "eu-west-1", 2);
        expect(boundedCounterValue(used)).to.equal(0);
    });

    it("refuses amounts and names that cannot be", () => {
        for (const amount of [0, -1, 0.5, NaN, Number.MAX_SAFE_INTEGER + 1]) {
            expect(() => grantRights(emptyBoundedCounter, "us", amount)).to.throw(AmountError);
            expect(() => useRights(shared(), "us-east-1", amount)).to.throw(AmountError);
            expect(() => transferRights(shared(), "us-east-1", "eu", amount)).to.throw(AmountError);
        }
        const full = grantRights(emptyBoundedCounter, "us", Number.MAX_SAFE_INTEGER);
        expect(() => grantRights(full, "us", 1)).to.throw(AmountError, "a sum cannot be");
        expect(() => grantRights(full, "u/s", 1)).to.throw(ReplicaNameError);
        expect(() => transferRights(full, "us", "e/u", 1)).to.throw(ReplicaNameError);
    });
});
