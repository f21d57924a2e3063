import { expect } from "chai";

import { check } from "./checker/check";
import type { Violation } from "./checker/violation";
import type { Call } from "./history/operation";
import { shrink } from "./shrink";
import { historyOf, ok } from "./support/histories";

const write = (value: number): Call => ({ kind: "profile", f: "write", value });
const read: Call = { kind: "profile", f: "read", strong: true };

describe("shrinking a failing history", () => {
    it("leaves the operations without which nothing would be wrong", () => {
        const stale = 40;
        const history = historyOf(
            [
                ...Array.from({ length: 60 }, (_, at) => [
                    { call: write(at + 1), at: [at * 4, at * 4 + 1] as const },
                    {
                        call: read,
                        at: [at * 4 + 2, at * 4 + 3] as const,
                        session: `r${at}`,
                        result: ok(at === stale ? at - 10 : at + 1),
                    },
                ]).flat(),
                { call: write(1), at: [0, 1], key: "another" },
            ],
            { final: { us: { profiles: { k: 60, another: 1 } } } },
        );
        const violations = check(history);
        expect(violations.map(({ check: name }) => name)).to.deep.equal(["linearizable"]);
        const small = shrink(history, violations[0] as Violation);
        expect(small.operations.map(({ call, result }) => [call, result])).to.deep.equal([
            [write(30), { type: "ok" }],
            [write(31), { type: "ok" }],
            [read, ok(30)],
        ]);
        expect(check(small).map(({ check: name }) => name)).to.deep.equal(["linearizable"]);
    });
});
