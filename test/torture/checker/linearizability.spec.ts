import { expect } from "chai";
import fc from "fast-check";

import { HistoryTooWideError, linearize, type Step } from "./linearizability";

interface Op {
    readonly invokedMs: number;
    readonly completedMs: number;
    readonly optional: boolean;
    readonly f: "write" | "read";
    readonly value: number;
}

const steps = (operations: readonly Op[]): Step<number>[] =>
    operations.map((operation, index) => ({
        ...operation,
        index,
        apply: (state) =>
            operation.f === "write"
                ? operation.value
                : state === operation.value
                  ? state
                  : undefined,
    }));

const judge = (operations: readonly Op[]): boolean =>
    linearize(steps(operations), 0, String).linearizable;

/** By trying every order of every choice of what happened. */
function bruteForce(operations: readonly Op[], state = 0): boolean {
    if (operations.every(({ optional }) => optional)) {
        return true;
    }
    return operations.some((next, at) => {
        const rest = operations.filter((_, index) => index !== at);
        const mayBeNext = rest.every(
            ({ completedMs, optional }) => optional || completedMs >= next.invokedMs,
        );
        return (
            mayBeNext &&
            (next.f === "write" || next.value === state) &&
            bruteForce(rest, next.f === "write" ? next.value : state)
        );
    });
}

const operation = fc
    .record({
        invokedMs: fc.nat(8),
        took: fc.nat(5),
        optional: fc.boolean(),
        f: fc.constantFrom("write", "read"),
        value: fc.nat(2),
    })
    .map(({ took, ...rest }): Op => ({ ...rest, completedMs: rest.invokedMs + took }));

describe("the judge of linearizability", () => {
    it("says what trying every order says", () => {
        let [yes, no] = [0, 0];
        fc.assert(
            fc.property(fc.array(operation, { maxLength: 6 }), (operations) => {
                const expected = bruteForce(operations);
                expected ? yes++ : no++;
                expect(judge(operations)).to.equal(expected);
            }),
            { numRuns: 2000 },
        );
        expect(yes).to.be.greaterThan(100);
        expect(no).to.be.greaterThan(100);
    });

    it("accepts what really happened one after the other, however long", () => {
        fc.assert(
            fc.property(
                fc.array(fc.record({ write: fc.boolean(), before: fc.nat(9), after: fc.nat(9) }), {
                    maxLength: 400,
                }),
                (moments) => {
                    let state = 0;
                    const operations = moments.map(({ write, before, after }, at): Op => {
                        state = write ? at + 1 : state;
                        return {
                            invokedMs: at * 3 - before,
                            completedMs: at * 3 + after,
                            optional: false,
                            f: write ? "write" : "read",
                            value: state,
                        };
                    });
                    expect(judge(operations)).to.be.true;
                },
            ),
            { numRuns: 100 },
        );
    });

    it("says how far it came, and what could not follow", () => {
        const op = (f: Op["f"], value: number, invokedMs: number): Op => ({
            f,
            value,
            invokedMs,
            completedMs: invokedMs + 1,
            optional: false,
        });
        const verdict = linearize(
            steps([op("write", 1, 0), op("read", 1, 2), op("read", 0, 4), op("read", 1, 6)]),
            0,
            String,
        );
        expect(verdict).to.deep.equal({ linearizable: false, reached: [0, 1], stuckAt: [2] });
    });

    it("gives up on what it cannot finish, rather than to call it good", () => {
        const wide = Array.from({ length: 24 }, (_, value): Op => ({
            invokedMs: 0,
            completedMs: 100,
            optional: false,
            f: "write",
            value,
        }));
        const never: Op = { invokedMs: 0, completedMs: 100, optional: false, f: "read", value: -1 };
        expect(() => linearize(steps([...wide, never]), 0, String, 10_000)).to.throw(
            HistoryTooWideError,
        );
    });
});
