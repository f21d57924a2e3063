import { execFileSync } from "node:child_process";
import path from "node:path";

import { expect } from "chai";
import fc from "fast-check";

import {
    MalformedVectorError,
    maxEntries,
    VectorSizeError,
    VersionVector,
    type Causality,
} from "../../../runtime/consistency/versionVector";
import { ReplicaNameError } from "../../../runtime/consistency/replica";

const numRuns = 10_000;
const replicas = ["ap-east-1", "ap-south-1", "eu-west-1", "us-east-1"];
const counters = fc.dictionary(fc.constantFrom(...replicas), fc.nat(3));
const vectors = counters.map((some) => VersionVector.of(some));

/** The definition, word by word, over plain records. */
function expected(
    a: Readonly<Record<string, number>>,
    b: Readonly<Record<string, number>>,
): Causality {
    const pairs = replicas.map((replica) => [a[replica] ?? 0, b[replica] ?? 0] as const);
    const [less, more] = [pairs.some(([x, y]) => x < y), pairs.some(([x, y]) => x > y)];
    return less && more ? "concurrent" : less ? "before" : more ? "after" : "equal";
}

const inverse = { before: "after", after: "before", equal: "equal", concurrent: "concurrent" };

describe("a version vector", () => {
    it("compares by its definition, and the other way round", () => {
        fc.assert(
            fc.property(counters, counters, (a, b) => {
                const order = VersionVector.of(a).compare(VersionVector.of(b));
                expect(order).to.equal(expected(a, b));
                expect(VersionVector.of(b).compare(VersionVector.of(a))).to.equal(inverse[order]);
            }),
            { numRuns },
        );
    });

    it("takes a missing replica for one that has counted 0, and equal for no order", () => {
        const [none, us0] = [VersionVector.empty, VersionVector.of({ us: 0 })];
        expect(none.compare(us0)).to.equal("equal");
        expect(us0.toString()).to.equal("");
        expect(us0.compare(VersionVector.of({ eu: 1 }))).to.equal("before");
        const twin = VersionVector.of({ eu: 1 });
        expect(twin.compare(VersionVector.of({ eu: 1 }))).to.equal("equal");
        expect(twin.compare(VersionVector.of({ us: 1 }))).to.equal("concurrent");
    });

    it("orders transitively", () => {
        fc.assert(
            fc.property(vectors, vectors, vectors, (a, b, c) => {
                if (a.compare(b) === "before" && b.compare(c) === "before") {
                    expect(a.compare(c)).to.equal("before");
                }
            }),
            { numRuns },
        );
    });

    it("merges into the least that contains both, in any order and any number of times", () => {
        fc.assert(
            fc.property(vectors, vectors, vectors, (a, b, c) => {
                const merged = a.merge(b);
                expect(merged.covers(a) && merged.covers(b)).to.equal(true);
                for (const replica of replicas) {
                    expect(merged.get(replica)).to.equal(Math.max(a.get(replica), b.get(replica)));
                }
                expect(`${b.merge(a)}`).to.equal(`${merged}`);
                expect(`${a.merge(b.merge(c))}`).to.equal(`${merged.merge(c)}`);
                expect(`${merged.merge(a)}`).to.equal(`${merged}`);
            }),
            { numRuns },
        );
    });

    it("is before what it becomes, and changes nothing but one counter", () => {
        fc.assert(
            fc.property(vectors, fc.constantFrom(...replicas), (vector, replica) => {
                const text = vector.toString();
                const next = vector.increment(replica);
                expect(vector.compare(next)).to.equal("before");
                expect(next.get(replica)).to.equal(vector.get(replica) + 1);
                for (const other of replicas.filter((one) => one !== replica)) {
                    expect(next.get(other)).to.equal(vector.get(other));
                }
                expect(vector.toString()).to.equal(text);
            }),
            { numRuns },
        );
    });

    it("is one text and one alone", () => {
        fc.assert(
            fc.property(counters, counters, (a, b) => {
                const [one, two] = [VersionVector.of(a), VersionVector.of(b)];
                expect(VersionVector.parse(one.toString()).compare(one)).to.equal("equal");
                expect(one.toString() === two.toString()).to.equal(one.compare(two) === "equal");
            }),
            { numRuns },
        );
    });

    it("accepts no text that it would not have written", () => {
        const near = fc
            .array(
                fc.oneof(
                    fc.constantFrom(..."ab:,0123456789-. "),
                    fc.constantFrom("a:1", ",", "b:2", "a:01", "é:1", "\n"),
                ),
                { maxLength: 6 },
            )
            .map((parts) => parts.join(""));
        fc.assert(
            fc.property(near, (text) => {
                let parsed: VersionVector;
                try {
                    parsed = VersionVector.parse(text);
                } catch (error) {
                    expect(error).to.be.instanceOf(MalformedVectorError);
                    return;
                }
                expect(parsed.toString()).to.equal(text);
            }),
            { numRuns },
        );
    });

    const corrupt = {
        "a negative counter": "us:-1",
        "a fraction": "us:1.5",
        "a counter that is no safe integer": `us:${Number.MAX_SAFE_INTEGER + 1}`,
        "an exponent": "us:1e3",
        "a 0, which is the same as nothing": "us:0",
        "a leading 0": "us:01",
        "a replica twice": "us:1,us:2",
        "another order": "us:1,eu:1",
        "an empty entry": "eu:1,",
        "no counter": "us",
        "no replica": ":1",
        "a space": "eu:1, us:1",
        "a line's end": "us:1\n",
    };
    for (const [what, text] of Object.entries(corrupt)) {
        it(`refuses ${what}`, () => {
            expect(() => VersionVector.parse(text)).to.throw(MalformedVectorError);
        });
    }

    it("refuses counters and names that cannot be, and says which", () => {
        for (const counter of [-1, 0.5, NaN, Infinity, Number.MAX_SAFE_INTEGER + 1]) {
            expect(() => VersionVector.of({ us: counter }))
                .to.throw(MalformedVectorError)
                .with.property("message")
                .that.contains(`us cannot have counted ${counter}`);
        }
        for (const name of ["", "a:b", "a,b", "a/b", "x".repeat(65)]) {
            expect(() => VersionVector.of({ [name]: 1 })).to.throw(ReplicaNameError);
            expect(() => VersionVector.empty.increment(name)).to.throw(ReplicaNameError);
        }
    });

    it("counts to the end of safe integers and not beyond", () => {
        const last = VersionVector.of({ us: Number.MAX_SAFE_INTEGER });
        expect(VersionVector.parse(`${last}`).get("us")).to.equal(Number.MAX_SAFE_INTEGER);
        expect(() => last.increment("us")).to.throw(MalformedVectorError);
    });

    it("refuses more replicas than it may have, wherever they come from", () => {
        const names = Array.from({ length: maxEntries }, (_, i) => `r${i}`);
        const full = VersionVector.of(Object.fromEntries(names.map((name) => [name, 1])));
        expect(full.size).to.equal(maxEntries);
        expect(full.increment("r0").size).to.equal(maxEntries);
        expect(() => full.increment("one-more")).to.throw(VectorSizeError, `${maxEntries + 1}`);
        expect(() => full.merge(VersionVector.of({ "one-more": 1 }))).to.throw(VectorSizeError);
        const more = [...names, "one-more"].sort().map((name) => `${name}:1`);
        expect(() => VersionVector.parse(more.join(","))).to.throw(VectorSizeError);
    });

    it("makes no new vector when one contains the other", () => {
        const a = VersionVector.of(Object.fromEntries(replicas.map((replica) => [replica, 5])));
        const b = VersionVector.parse(a.toString()).increment("us-east-1");
        expect(a.merge(b)).to.equal(b);
        expect(b.merge(a)).to.equal(b);
    });

    it("allocates nothing to compare", () => {
        const script = path.join(__dirname, "support", "grownByComparing.ts");
        const typescript = ["--require", "ts-node/register/transpile-only"];
        const grown = execFileSync(process.execPath, [...typescript, script], { encoding: "utf8" });
        // The least object is 16 bytes.
        expect(Number(grown))
            .to.be.greaterThan(0)
            .and.lessThan(20_000 * 16);
    });
});
