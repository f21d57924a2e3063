import { expect } from "chai";
import fc from "fast-check";

import {
    acknowledge,
    addElement,
    catchUp,
    collectTombstones,
    elements,
    emptySet,
    mergeSets,
    NoMembersError,
    removeElement,
    type TombstoneSet,
} from "../../../../runtime/consistency/crdt/tombstoneSet";
import { VersionVector } from "../../../../runtime/consistency/versionVector";
import { heardAtMost, storeAtMost } from "../support/causal";
import { histories, itKeepsTheLaws, replicas, same, type Replicated } from "../support/laws";

type Kind = "add" | "remove" | "acknowledge" | "collect";

interface Operation {
    readonly kind: Kind;
    readonly element: string;
}

const operations: fc.Arbitrary<Operation> = fc.record({
    kind: fc.constantFrom<Kind[]>("add", "add", "remove", "remove", "acknowledge", "collect"),
    element: fc.constantFrom("a", "b"),
});

function deltaOf(
    set: TombstoneSet,
    replica: string,
    { kind, element }: Operation,
    members: readonly string[],
): TombstoneSet {
    switch (kind) {
        case "add":
            return addElement(set, replica, element);
        case "remove":
            return removeElement(set, replica, element);
        case "acknowledge":
            return acknowledge(set, replica);
        case "collect":
            return collectTombstones(set, members);
    }
}

const sets: Replicated<TombstoneSet, Operation> = {
    initial: emptySet,
    operations,
    // The laws do not depend on who is waited for; with one member, collections are frequent.
    delta: (set, replica, operation) => deltaOf(set, replica, operation, [replica]),
    merge: mergeSets,
    atMost: (a, b) =>
        heardAtMost(a.heard, b.heard) &&
        storeAtMost(a.added, a.heard, b.added) &&
        storeAtMost(a.tombstones, a.heard, b.tombstones) &&
        [...a.acknowledged].every(
            ([replica, vector]) => b.acknowledged.get(replica)?.covers(vector) ?? vector.size === 0,
        ),
};

type Step =
    | { readonly kind: "operation"; readonly at: number; readonly operation: Operation }
    | { readonly kind: "delta"; readonly at: number; readonly delta: number }
    | { readonly kind: "gather" };

/** What three replicas do, and what they hear: single deltas in any order, and now and then everything. */
const scripts: fc.Arbitrary<readonly Step[]> = fc.array(
    fc.oneof(
        {
            weight: 4,
            arbitrary: fc.record({
                kind: fc.constant("operation" as const),
                at: fc.nat(2),
                operation: operations,
            }),
        },
        {
            weight: 1,
            arbitrary: fc.record({
                kind: fc.constant("delta" as const),
                at: fc.nat(2),
                delta: fc.nat(),
            }),
        },
        { weight: 1, arbitrary: fc.record({ kind: fc.constant("gather" as const) }) },
    ),
    { maxLength: 15 },
);

/** Three replicas that hear of each other by deltas alone, and never have more than a delta says. */
class Estate {
    readonly states: TombstoneSet[] = replicas.map(() => emptySet);
    readonly #deltas: TombstoneSet[] = [];
    collected = 0;

    /** @param away who hears nothing, and is not heard of */
    play(script: readonly Step[], away?: number): void {
        for (const step of script) {
            if (step.kind === "operation") {
                this.#operate(step.at, step.operation, step.at === away);
            } else if (step.kind === "delta" && step.at !== away) {
                this.#hear(step.at, this.#deltas[step.delta % this.#deltas.length] ?? emptySet);
            } else if (step.kind === "gather") {
                this.gather(away);
            }
        }
    }

    /** Everybody hears of everything, and that everybody else has, and collects what may be collected. */
    gather(away?: number): void {
        const present = [0, 1, 2].filter((at) => at !== away);
        for (let round = 0; round < 2; round++) {
            for (const a of present) {
                present.filter((b) => b > a).forEach((b) => this.meet(a, b));
            }
        }
        for (const at of present) {
            this.#operate(at, { kind: "collect", element: "" }, false);
        }
    }

    /** Both tell what the other one misses, and then what they have heard of. */
    meet(a: number, b: number): void {
        for (const round of [1, 2]) {
            for (const [to, from] of [
                [a, b],
                [b, a],
            ] as const) {
                const own = this.states[to] as TombstoneSet;
                this.#hear(to, catchUp(this.states[from] as TombstoneSet, own.heard.vector));
            }
            for (const at of round === 1 ? [a, b] : []) {
                const own = this.states[at] as TombstoneSet;
                this.#hear(at, acknowledge(own, replicas[at] as string));
            }
        }
    }

    #operate(at: number, operation: Operation, alone: boolean): void {
        const own = this.states[at] as TombstoneSet;
        const delta = deltaOf(own, replicas[at] as string, operation, replicas);
        this.#hear(at, delta);
        if (!alone) {
            this.#deltas.push(delta);
        }
        if (operation.kind === "collect") {
            const left = (this.states[at] as TombstoneSet).tombstones;
            for (const [dot, targets] of own.tombstones) {
                if (!left.has(dot)) {
                    this.#seenByAll([dot, ...targets]);
                }
            }
        }
    }

    #seenByAll(dots: readonly string[]): void {
        this.collected++;
        for (const { heard, added } of this.states) {
            expect(dots.every((dot) => heard.has(dot))).to.equal(true);
            expect(dots.some((dot) => added.has(dot))).to.equal(false);
        }
    }

    #hear(at: number, news: TombstoneSet): void {
        this.states[at] = mergeSets(this.states[at] as TombstoneSet, news);
    }
}

const numRuns = 10_000;

describe("a set with tombstones", () => {
    itKeepsTheLaws(sets, numRuns);

    it("has an element as long as one of its additions was seen by no removal", () => {
        fc.assert(
            fc.property(histories(sets), ({ states, deltas }) => {
                const added = deltas.flatMap((delta) => [...delta.added]);
                const removed = new Set(
                    deltas.flatMap((delta) => [...delta.tombstones.values()]).flat(),
                );
                const expected = added.filter(([dot]) => !removed.has(dot)).map(([, one]) => one);
                same(elements(states.reduce(mergeSets)), new Set(expected));
            }),
            { numRuns },
        );
    });

    it("collects no tombstone that a member has not seen, and catches up the one that was away", () => {
        let [collected, behind] = [0, 0];
        fc.assert(
            fc.property(scripts, scripts, fc.nat(2), (before, during, away) => {
                const estate = new Estate();
                estate.play(before);
                estate.play(during, away);
                const { states } = estate;
                estate.gather(away);
                const [own, other] = [states[away], states[(away + 1) % 3]] as [
                    TombstoneSet,
                    TombstoneSet,
                ];
                behind += [...elements(own)].some((one) => !elements(other).has(one)) ? 1 : 0;
                estate.gather();
                for (const state of states) {
                    same(elements(state), elements(states[0] as TombstoneSet));
                    expect([`${state.heard.vector}`, state.heard.beyond.size]).to.eql([
                        `${states[0]?.heard.vector}`,
                        0,
                    ]);
                }
                collected += estate.collected;
            }),
            // A case plays up to 30 steps, some of which are six meetings.
            { numRuns: 5000 },
        );
        // Else it would have shown nothing.
        expect(Math.min(collected, behind)).to.be.greaterThan(20);
    });

    it("keeps a tombstone for the one that is away, and collects it when that one has seen it", () => {
        const [away, here, there] = replicas;
        const added = addElement(emptySet, here, "a");
        const all = replicas.map((replica) => acknowledge(added, replica)).reduce(mergeSets, added);
        const removed = mergeSets(all, removeElement(all, here, "a"));
        let here2 = mergeSets(removed, acknowledge(removed, here));
        here2 = mergeSets(here2, acknowledge(here2, there));
        expect(collectTombstones(here2, replicas)).to.eql(emptySet);
        expect(here2.tombstones.size).to.equal(1);

        const back = mergeSets(all, catchUp(here2, all.heard.vector));
        expect(elements(back).size).to.equal(0);
        const told = mergeSets(here2, acknowledge(back, away));
        const collected = mergeSets(told, collectTombstones(told, replicas));
        expect([collected.tombstones.size, collected.added.size]).to.eql([0, 0]);
        // Nothing that is still under way brings it back.
        same(mergeSets(collected, added), collected);
        same(mergeSets(mergeSets(collected, removed), all), collected);
    });

    it("does not wait for a replica that is a member no more", () => {
        const added = addElement(emptySet, "eu-west-1", "a");
        const removed = mergeSets(added, removeElement(added, "eu-west-1", "a"));
        const told = mergeSets(removed, acknowledge(removed, "eu-west-1"));
        expect(mergeSets(told, collectTombstones(told, ["eu-west-1"])).tombstones.size).to.equal(0);
        expect(() => collectTombstones(told, [])).to.throw(NoMembersError);
    });

    it("collects everything once everybody has said that they heard of everything", () => {
        fc.assert(
            fc.property(histories(sets), ({ states }) => {
                const all = states.reduce(mergeSets);
                const told = replicas
                    .map((replica) => acknowledge(all, replica))
                    .reduce(mergeSets, all);
                const collected = mergeSets(told, collectTombstones(told, replicas));
                expect(collected.tombstones.size).to.equal(0);
                same(elements(collected), elements(all));
            }),
            { numRuns: 2000 },
        );
    });

    it("lets an addition win over a removal that had not seen it, and adds nothing twice", () => {
        const one = addElement(emptySet, "eu-west-1", "a");
        const two = addElement(emptySet, "us-east-1", "a");
        const removed = mergeSets(one, removeElement(one, "eu-west-1", "a"));
        expect(elements(mergeSets(removed, two))).to.eql(new Set(["a"]));
        expect(addElement(one, "us-east-1", "a")).to.equal(emptySet);
        expect(removeElement(emptySet, "us-east-1", "a")).to.equal(emptySet);
    });

    it("sends a newcomer of the vector's clock what is there", () => {
        const one = addElement(emptySet, "eu-west-1", "a");
        expect(elements(catchUp(one, VersionVector.empty))).to.eql(new Set(["a"]));
        expect(elements(catchUp(one, one.heard.vector)).size).to.equal(0);
    });
});
