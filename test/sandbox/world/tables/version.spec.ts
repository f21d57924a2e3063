import { expect } from "chai";
import fc from "fast-check";

import {
    includes,
    isNewer,
    merge,
    nextVersion,
    type Version,
} from "../../../../sandbox/world/tables/version";

const region = fc.constantFrom("us-east-1", "eu-west-1", "ap-south-1");
const version: fc.Arbitrary<Version> = fc.record({
    atMs: fc.integer({ min: 0, max: 5 }),
    region,
    seen: fc.dictionary(region, fc.integer({ min: 1, max: 3 })),
});

describe("versions", () => {
    it("put a local write after what it overwrites, even when the clock did not move or moved back", () => {
        fc.assert(
            fc.property(
                version,
                region,
                fc.integer({ min: 0, max: 5 }),
                (current, where, nowMs) => {
                    const next = nextVersion(current, where, nowMs);
                    expect(isNewer(next, current)).to.equal(true);
                    expect(includes(next, current)).to.equal(true);
                    expect(includes(current, next)).to.equal(false);
                },
            ),
        );
    });

    it("have one winner of any two, unless they are the same write", () => {
        fc.assert(
            fc.property(version, version, (a, b) => {
                const same = a.atMs === b.atMs && a.region === b.region;
                expect(Number(isNewer(a, b)) + Number(isNewer(b, a))).to.equal(same ? 0 : 1);
            }),
        );
    });

    it("know after a merge what either knew, and stay the winner's write", () => {
        fc.assert(
            fc.property(version, version, (winner, loser) => {
                const merged = merge(winner, loser);
                expect(includes(merged, winner) && includes(merged, loser)).to.equal(true);
                expect(merged).to.include({ atMs: winner.atMs, region: winner.region });
            }),
        );
    });

    it("tell writes apart that had not seen each other", () => {
        const first = nextVersion(undefined, "us-east-1", 1);
        const second = nextVersion(undefined, "eu-west-1", 2);
        expect(includes(second, first) || includes(first, second)).to.equal(false);
    });
});
