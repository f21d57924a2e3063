import { expect } from "chai";
import fc from "fast-check";

import {
    contextOf,
    DottedVersion,
    parseDot,
    siblings,
} from "../../../runtime/consistency/dottedVersion";
import { MalformedVectorError, VersionVector } from "../../../runtime/consistency/versionVector";

const regions = ["eu-west-1", "us-east-1"];

/** Who read what and wrote where: by index of a region, and of the state that a client had read there. */
const steps = fc.array(
    fc.record({
        at: fc.nat(1),
        kind: fc.constantFrom("read" as const, "write" as const, "sync" as const),
        client: fc.nat(2),
    }),
    { maxLength: 12 },
);

interface Write {
    readonly version: DottedVersion;
    /** Every write in its past, kept as plain sets: the truth that clocks must tell. */
    readonly past: ReadonlySet<string>;
}

describe("a dotted version", () => {
    it("tells two clients of one region apart, which a vector per region cannot", () => {
        const first = DottedVersion.write("eu-west-1", VersionVector.empty, []);
        const read = contextOf([first]);
        const one = DottedVersion.write("eu-west-1", read, [first]);
        const two = DottedVersion.write("eu-west-1", read, [one]);
        expect([`${one}`, `${two}`]).to.eql(["eu-west-1:2/eu-west-1:1", "eu-west-1:3/eu-west-1:1"]);
        expect(first.compare(one)).to.equal("before");
        expect(one.compare(first)).to.equal("after");
        expect(one.compare(two)).to.equal("concurrent");
        expect(siblings([first, one, two, one])).to.eql([one, two]);
        const resolved = DottedVersion.write("us-east-1", contextOf([one, two]), []);
        expect(siblings([one, two, resolved])).to.eql([resolved]);
    });

    it("says of any two writes what their histories say", () => {
        fc.assert(
            fc.property(steps, (script) => {
                const stores: Write[][] = regions.map(() => []);
                const reads: (readonly Write[])[] = [[], [], []];
                const all: Write[] = [];
                for (const { at, kind, client } of script) {
                    const store = stores[at] as Write[];
                    if (kind === "read") {
                        reads[client] = [...store];
                    } else if (kind === "sync") {
                        stores[at] = keep([...store, ...(stores[1 - at] as Write[])]);
                    } else {
                        const read = reads[client] as readonly Write[];
                        const version = DottedVersion.write(
                            regions[at] as string,
                            contextOf(read.map((one) => one.version)),
                            store.map((one) => one.version),
                        );
                        const past = new Set(
                            read.flatMap((one) => [...one.past, `${one.version}`]),
                        );
                        all.push({ version, past });
                        stores[at] = keep([...store, { version, past }]);
                    }
                }
                for (const a of all) {
                    expect(`${DottedVersion.parse(`${a.version}`)}`).to.equal(`${a.version}`);
                    for (const b of all) {
                        const truth =
                            a === b
                                ? "equal"
                                : b.past.has(`${a.version}`)
                                  ? "before"
                                  : a.past.has(`${b.version}`)
                                    ? "after"
                                    : "concurrent";
                        expect(a.version.compare(b.version)).to.equal(truth);
                    }
                }
            }),
            // A case is a history with up to 144 comparisons.
            { numRuns: 3000 },
        );
    });

    for (const [what, text] of Object.entries({
        "a text without a past": "us:1",
        "a write in its own past": "us:1/us:1",
        "a dot that counts from 0": "us:0/",
        "a dot that is no safe integer": "us:9007199254740992/",
        "a corrupt past": "us:1/eu:0",
    })) {
        it(`refuses ${what}`, () => {
            expect(() => DottedVersion.parse(text)).to.throw(MalformedVectorError);
        });
    }

    it("refuses dots and pairs of versions that cannot be", () => {
        expect(() => parseDot("us:1:2")).to.throw(MalformedVectorError, "is no dot");
        expect(
            () => new DottedVersion({ replica: "us", counter: 1.5 }, VersionVector.empty),
        ).to.throw(MalformedVectorError);
        const [a, b] = [DottedVersion.parse("eu:1/us:1"), DottedVersion.parse("us:1/eu:1")];
        expect(() => a.compare(b)).to.throw(MalformedVectorError, "each in the other's past");
    });
});

function keep(writes: readonly Write[]): Write[] {
    const kept = siblings(writes.map(({ version }) => version));
    return kept.map((version) => writes.find((one) => one.version === version) as Write);
}
