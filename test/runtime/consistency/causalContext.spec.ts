import { expect } from "chai";
import fc from "fast-check";

import { CausalContext, joinStores } from "../../../runtime/consistency/causalContext";
import { MalformedVectorError } from "../../../runtime/consistency/versionVector";
import { same } from "./support/laws";

const numRuns = 10_000;
const all = ["eu", "us"].flatMap((replica) =>
    Array.from({ length: 5 }, (_, i) => `${replica}:${i + 1}`),
);
const dots = fc.subarray(all);

describe("a causal context", () => {
    it("has heard of exactly what it was told, in any order", () => {
        fc.assert(
            fc.property(dots, dots, (one, two) => {
                const merged = CausalContext.of(one).merge(CausalContext.of(two));
                const told = new Set([...one, ...two]);
                for (const dot of all) {
                    expect(merged.has(dot)).to.equal(told.has(dot));
                }
                same(CausalContext.of(two).merge(CausalContext.of(one)), merged);
                same(CausalContext.of([...told].reverse()), merged);
            }),
            { numRuns },
        );
    });

    it("is a vector alone when nothing is missing", () => {
        const gap = CausalContext.of(["us:3", "us:1", "eu:2"]);
        expect([`${gap.vector}`, [...gap.beyond].sort()]).to.eql(["us:1", ["eu:2", "us:3"]]);
        const whole = gap.merge(CausalContext.of(["us:2"])).merge(CausalContext.of(["eu:1"]));
        expect([`${whole.vector}`, whole.beyond.size]).to.eql(["eu:2,us:3", 0]);
        expect(whole.next("us")).to.eql({ replica: "us", counter: 4 });
        expect(whole.next("ap")).to.eql({ replica: "ap", counter: 1 });
    });

    it("refuses what is no dot", () => {
        expect(() => CausalContext.of(["us"])).to.throw(MalformedVectorError);
        expect(() => CausalContext.empty.has("us:0")).to.throw(MalformedVectorError);
    });

    it("lets live on what both have and what one has not heard of", () => {
        const [a, b] = [
            ["eu:1", "us:1"],
            ["us:1", "us:2"],
        ].map((alive) => new Map(alive.map((dot) => [dot, dot]))) as [
            Map<string, string>,
            Map<string, string>,
        ];
        const joined = joinStores(
            a,
            CausalContext.of(["eu:1", "us:1", "us:2"]),
            b,
            CausalContext.of(["us:1", "us:2"]),
        );
        expect([...joined.keys()]).to.eql(["eu:1", "us:1"]);
    });
});
