import * as A from "@automerge/automerge";
import { expect } from "chai";
import fc from "fast-check";
import * as vectorclock from "vectorclock";

import { parsePartReport } from "../../../automation/commands/benchParts";
import { VersionVector, type Causality } from "../../../runtime/consistency/versionVector";
import { automergeCarts, automergeCounters } from "./automerge";
import { exponent, measure, quantile } from "../measure";
import { libraries, mergeContender, type Libraries } from "./contenders";
import type { AnyReplicated } from "./library";
import { consistencyReport } from "./report";
import { cartScript, counterScript, replicaNames, vectorPair } from "./workload";

describe("the bench of consistency", () => {
    let all: Libraries;

    before(async () => {
        all = await libraries();
    });

    /** What a library has after each way of merging. */
    const merged = <Script>(
        library: AnyReplicated<Script>,
        script: Script,
    ): readonly Readonly<Record<string, number>>[] => {
        const { mine, whole, delta } = library.build(script);
        return [whole, delta].map((other: unknown) =>
            library.value(library.merge(library.copy(mine), other)),
        );
    };

    it("has every library come to the same cart, which is what was put in and not taken out", () => {
        for (const [lines, replicas, changes, by] of [
            [10, 4, 1, "one"],
            [10, 4, 2, "all"],
            [60, 2, 5, "one"],
            [4, 3, 1, "all"],
        ] as const) {
            const script = cartScript(lines, replicaNames(replicas), changes, by);
            const expected = new Map<string, number>();
            const parts = new Map<string, number>();
            for (const { replica, sku, amount } of [
                ...script.shared,
                ...script.mine,
                ...script.theirs,
            ]) {
                for (const one of amount === 0 ? script.replicas : [replica]) {
                    parts.set(`${sku}/${one}`, amount);
                }
            }
            for (const [key, amount] of parts) {
                const sku = key.slice(0, key.indexOf("/"));
                expected.set(sku, (expected.get(sku) ?? 0) + amount);
            }
            for (const library of all.carts) {
                for (const value of merged(library, script)) {
                    expect(value, `${library.name}, ${lines} lines`).to.eql(
                        Object.fromEntries([...expected].filter(([, sum]) => sum > 0)),
                    );
                }
            }
        }
    });

    it("has every library come to the same count", () => {
        const script = counterScript(replicaNames(4));
        const count = script.shared.reduce((sum, one) => sum + one.added - one.removed, 5 - 3);
        for (const library of all.counters) {
            for (const value of merged(library, script)) {
                expect(value, library.name).to.eql({ count });
            }
        }
    });

    it("merges what is stored to what the states merge to", () => {
        const script = cartScript(12, replicaNames(4));
        for (const library of all.carts) {
            const { mine, theirs, whole } = library.build(script);
            const stored = library.mergeStored(library.stored(mine), library.stored(theirs));
            const state: unknown = library.merge(library.copy(mine), whole);
            if (library.name !== "yjs" && library.name !== "@automerge/automerge") {
                expect(Buffer.from(stored), library.name).to.eql(
                    Buffer.from(library.stored(state)),
                );
            }
            expect(Buffer.byteLength(stored), library.name).to.be.greaterThan(0);
        }
    });

    it("compares vectors as vectorclock does, which does not tell equal from concurrent", () => {
        const clock = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.integer({ min: 1, max: 3 }));
        const order = (a: Record<string, number>, b: Record<string, number>): Causality => {
            switch (vectorclock.compare(a, b)) {
                case -1:
                    return "before";
                case 1:
                    return "after";
                case 0:
                    return vectorclock.isIdentical(a, b) ? "equal" : "concurrent";
            }
        };
        fc.assert(
            fc.property(clock, clock, (a, b) => {
                expect(VersionVector.of(a).compare(VersionVector.of(b))).to.equal(order(a, b));
            }),
            { numRuns: 2000 },
        );
        for (const expected of ["before", "after", "equal", "concurrent"] as const) {
            const [a, b] = vectorPair(replicaNames(4), expected);
            expect(order(a, b)).to.equal(expected);
        }
    });

    it("gives each merge a state of its own", () => {
        for (const library of all.carts) {
            const { mine } = library.build(cartScript(10, replicaNames(2)));
            const before = JSON.stringify(library.value(mine));
            mergeContender(library, cartScript(10, replicaNames(2)), "whole").prepare(3)();
            const other = library.build(cartScript(10, replicaNames(2)));
            library.merge(library.copy(mine), other.whole);
            expect(JSON.stringify(library.value(mine)), library.name).to.equal(before);
        }
    });

    it("gives Automerge no time of day, with which two builds of one script would be at odds", () => {
        const replicas = replicaNames(2);
        const times = [
            ...A.getAllChanges(automergeCarts.build(cartScript(10, replicas)).mine),
            ...A.getAllChanges(automergeCounters.build(counterScript(replicas)).mine),
        ].map((change) => A.decodeChange(change).time);
        expect(times).to.not.be.empty;
        expect(times.filter((time) => time !== 0)).to.deep.equal([]);
    });

    it("reports figures and tables that the command line takes", async () => {
        const report = await consistencyReport({
            rounds: 1,
            roundMs: 0,
            mostOperations: 2,
            carts: [3],
            growth: { lines: [2, 4], replicas: [2, 3] },
        });
        expect(parsePartReport("consistency", JSON.stringify(report))).to.eql(report);
        for (const { title, head, rows } of report.tables) {
            expect(rows.length, title).to.be.greaterThan(0);
            rows.forEach((row) => expect(row.length, title).to.equal(head.length));
        }
        expect(report.figures.map(({ what }) => what)).to.include.members([
            "version vectors: compare, against vectorclock",
            "counter: merge, against crdts",
            "cart of 3 lines: merge, against yjs",
            "cart of 3 lines: bytes, against the smallest other",
        ]);
    });
});

describe("a measurement", () => {
    it("runs every contender in every round, after it has made ready", () => {
        const calls: string[] = [];
        const contender = (name: string) => ({
            name,
            prepare: (operations: number) => () => calls.push(`${name} ${operations}`),
        });
        const measured = measure([contender("a"), contender("b")], {
            rounds: 2,
            roundMs: 1e9,
            mostOperations: 2,
        });
        expect(measured.map(({ name }) => name)).to.eql(["a", "b"]);
        expect(calls).to.eql(["a 1", "a 2", "b 1", "b 2", "a 2", "b 2", "a 2", "b 2"]);
    });

    it("takes the middle of its samples, and the power that a cost grows by", () => {
        expect(quantile([3, 1, 2], 0.5)).to.equal(2);
        expect(quantile([4, 1, 2, 3], 0.25)).to.equal(1.75);
        expect(exponent([2, 4, 8].map((n) => [n, 3 * n * n]))).to.be.closeTo(2, 1e-9);
    });
});
