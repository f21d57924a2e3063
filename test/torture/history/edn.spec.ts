import { expect } from "chai";
import { parseEDNString } from "edn-data";

import { historyOf, info, ok } from "../support/histories";
import { toEdn } from "./edn";

describe("a history as Jepsen writes it", () => {
    it("has an invocation and a completion for every call, in order of time", () => {
        const edn = toEdn(
            historyOf([
                { call: { kind: "profile", f: "write", value: 1 }, at: [0, 5] },
                {
                    call: { kind: "profile", f: "swap", from: 1, to: 2 },
                    at: [1, Infinity],
                    process: 1,
                    result: info,
                },
                {
                    call: { kind: "profile", f: "read", strong: true },
                    at: [6.5, 7],
                    process: 1,
                    result: ok(1),
                },
                { call: { kind: "stock", f: "take", amount: 1 }, at: [8, 9] },
            ]),
            "profile",
        );
        const events = parseEDNString(edn, { mapAs: "object", keywordAs: "string" }) as {
            readonly [name: string]: unknown;
        }[];
        expect(
            events.map(({ time, process, type, f, value }) => [time, process, type, f, value]),
        ).to.deep.equal([
            [0, 0, "invoke", "write", ["k", 1]],
            [1e6, 1, "invoke", "cas", ["k", [1, 2]]],
            [5e6, 0, "ok", "write", ["k", 1]],
            // The client goes on as another process: Jepsen takes one without an end for dead.
            [6.5e6, 3, "invoke", "read", ["k", null]],
            [7e6, 3, "ok", "read", ["k", 1]],
            [7e6, 1, "info", "cas", ["k", [1, 2]]],
        ]);
        expect(events.map(({ index }) => index)).to.deep.equal([0, 1, 2, 3, 4, 5]);
        expect(events[5]?.["error"]).to.equal("no answer");
    });

    it("keeps awkward text in one piece", () => {
        const edn = toEdn(
            historyOf([
                {
                    call: { kind: "order", f: "place", body: 'a "b" \\ c' },
                    at: [0, 1],
                    result: ok('o "1" \\'),
                },
            ]),
            "order",
        );
        const [invoked, completed] = parseEDNString(edn, {
            mapAs: "object",
            keywordAs: "string",
        }) as { readonly value: unknown }[];
        expect(invoked?.value).to.deep.equal(["k", 'a "b" \\ c']);
        expect(completed?.value).to.deep.equal(["k", 'o "1" \\']);
    });
});
