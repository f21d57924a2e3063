import { expect } from "chai";
import fc from "fast-check";

import { AmountError } from "../../../../runtime/consistency/crdt/amount";
import {
    changeLine,
    emptyMap,
    mergeMaps,
    quantities,
    removeLine,
    setLine,
    type OrMap,
} from "../../../../runtime/consistency/crdt/orMap";
import { heardAtMost, storeAtMost } from "../support/causal";
import { histories, itKeepsTheLaws, replicas, same, type Replicated } from "../support/laws";

interface Operation {
    readonly kind: "change" | "set" | "remove";
    readonly key: string;
    readonly amount: number;
}

const keys = ["mug", "tea"];
const change = fc.record({
    kind: fc.constant("change" as const),
    key: fc.constantFrom(...keys),
    amount: fc.integer({ min: -2, max: 3 }),
});
const operations: fc.Arbitrary<Operation> = fc.oneof(
    change,
    fc.record({
        kind: fc.constantFrom("set" as const, "remove" as const),
        key: fc.constantFrom(...keys),
        amount: fc.nat(3),
    }),
);

const carts: Replicated<OrMap, Operation> = {
    initial: emptyMap,
    operations,
    delta: (state, replica, { kind, key, amount }) =>
        kind === "change"
            ? changeLine(state, replica, key, amount)
            : kind === "set"
              ? setLine(state, replica, key, amount)
              : removeLine(state, key),
    merge: mergeMaps,
    atMost: (a, b) => heardAtMost(a.heard, b.heard) && storeAtMost(a.lines, a.heard, b.lines),
};

const numRuns = 10_000;

function cart(...deltas: readonly OrMap[]): OrMap {
    return deltas.reduce(mergeMaps, emptyMap);
}

describe("an observed-remove map of quantities", () => {
    itKeepsTheLaws(carts, numRuns);

    it("adds up what every replica adds", () => {
        const adds = change.map((one) => ({ ...one, amount: Math.abs(one.amount) }));
        fc.assert(
            fc.property(fc.array(fc.tuple(fc.nat(2), adds), { maxLength: 12 }), (made) => {
                const states = replicas.map(() => emptyMap);
                const expected = new Map<string, number>();
                for (const [at, { key, amount }] of made) {
                    const own = states[at] as OrMap;
                    const delta = changeLine(own, replicas[at] as string, key, amount);
                    states[at] = mergeMaps(own, delta);
                    expected.set(key, (expected.get(key) ?? 0) + amount);
                }
                same(
                    quantities(cart(...states, ...states)),
                    new Map([...expected].filter(([, quantity]) => quantity > 0)),
                );
            }),
            { numRuns },
        );
    });

    it("shows what a replica set until something else is heard of", () => {
        fc.assert(
            fc.property(histories(carts), fc.nat(2), fc.nat(5), ({ states }, at, quantity) => {
                const own = states[at] as OrMap;
                const next = mergeMaps(own, setLine(own, replicas[at] as string, "mug", quantity));
                expect(quantities(next).get("mug") ?? 0).to.equal(quantity);
                expect(quantities(next).get("tea")).to.equal(quantities(own).get("tea"));
            }),
            { numRuns },
        );
    });

    it("takes what is set again through another replica for the same, and the greater of two", () => {
        const two = setLine(emptyMap, "eu-west-1", "mug", 2);
        const again = setLine(emptyMap, "us-east-1", "mug", 2);
        expect(quantities(cart(two, again))).to.eql(new Map([["mug", 2]]));
        const three = setLine(emptyMap, "ap-east-1", "mug", 3);
        const all = cart(two, again, three);
        expect(quantities(all)).to.eql(new Map([["mug", 3]]));
        const added = mergeMaps(all, changeLine(all, "us-east-1", "mug", 1));
        expect(quantities(added)).to.eql(new Map([["mug", 4]]));
        expect(quantities(mergeMaps(added, setLine(added, "us-east-1", "mug", 1)))).to.eql(
            new Map([["mug", 1]]),
        );
    });

    it("brings nothing back that was removed by somebody who had seen it, whatever comes again", () => {
        fc.assert(
            fc.property(histories(carts), ({ states, deltas, seen }) => {
                const all = cart(...states);
                const without = mergeMaps(all, removeLine(all, "mug"));
                const again = [...deltas, ...seen].reduce(mergeMaps, without);
                expect(quantities(again).has("mug")).to.equal(false);
                same(again, without);
            }),
            { numRuns },
        );
    });

    it("keeps one contribution per line and replica, however often it changes", () => {
        fc.assert(
            fc.property(histories(carts, 20), ({ states }) => {
                expect(cart(...states).lines.size).to.be.at.most(keys.length * replicas.length);
            }),
            { numRuns },
        );
    });

    it("lets an addition win over a removal that had not seen it", () => {
        const first = changeLine(emptyMap, "eu-west-1", "mug", 2);
        const removed = removeLine(first, "mug");
        const added = changeLine(first, "us-east-1", "mug", 1);
        expect(quantities(cart(first, removed)).size).to.equal(0);
        // Europe's two had been seen; the United States' one had not.
        expect(quantities(cart(first, removed, added))).to.eql(new Map([["mug", 1]]));
        const more = changeLine(first, "eu-west-1", "mug", 1);
        expect(quantities(cart(removed, more, first))).to.eql(new Map([["mug", 3]]));
    });

    it("never shows less than nothing, and counts on from nothing", () => {
        const two = changeLine(emptyMap, "eu-west-1", "mug", 2);
        const [a, b] = [
            changeLine(two, "us-east-1", "mug", -1),
            changeLine(two, "ap-east-1", "mug", -1),
        ];
        const empty = cart(two, a, b);
        expect(quantities(empty).size).to.equal(0);
        const removed = cart(empty, removeLine(two, "mug"));
        expect(quantities(removed).size).to.equal(0);
        const one = mergeMaps(removed, changeLine(removed, "eu-west-1", "mug", 1));
        expect(quantities(one)).to.eql(new Map([["mug", 1]]));
    });

    it("refuses quantities that cannot be", () => {
        for (const amount of [0.5, NaN, Number.MAX_SAFE_INTEGER + 1]) {
            expect(() => changeLine(emptyMap, "us", "mug", amount)).to.throw(AmountError);
        }
        expect(() => setLine(emptyMap, "us", "mug", -1)).to.throw(AmountError);
        const full = setLine(emptyMap, "us", "mug", Number.MAX_SAFE_INTEGER);
        expect(() => changeLine(full, "us", "mug", 1)).to.throw(AmountError, "a quantity");
        const [a, b] = ["eu", "ap"].map((replica) =>
            changeLine(full, replica, "mug", 1 - Number.MAX_SAFE_INTEGER),
        ) as [OrMap, OrMap];
        // Less than nothing by more than can be made up for in one contribution.
        const below = cart(full, removeLine(full, "mug"), a, b);
        expect(() => changeLine(below, "us", "mug", 9)).to.throw(
            AmountError,
            "a contribution's size",
        );
        expect(quantities(mergeMaps(below, setLine(below, "us", "mug", 9)))).to.eql(
            new Map([["mug", 9]]),
        );
    });
});
