import { expect } from "chai";

import { partsOf, type Timeline } from "../../../automation/drill/rto";

/** Seconds after the fault. */
function timeline(over: Partial<Record<keyof Timeline, number>> = {}): Timeline {
    const seconds = {
        faultMs: 0,
        quorumMs: 130,
        decidedMs: 190,
        votedMs: 220,
        outMs: 228,
        holdEndMs: 400,
        ...over,
    };
    return Object.fromEntries(
        Object.entries(seconds).map(([mark, at]) => [mark, 5_000_000 + at * 1000]),
    ) as unknown as Timeline;
}

const at = (seconds: number): number => 5_000_000 + seconds * 1000;

describe("the parts of the RTO", () => {
    it("end where the next begins", () => {
        expect(partsOf(timeline(), at(270))).to.eql({
            detect: 130,
            decide: 60,
            update: 30,
            dns: 8,
            drain: 42,
        });
    });

    it("are nothing after users were back", () => {
        expect(partsOf(timeline(), at(200))).to.eql({
            detect: 130,
            decide: 60,
            update: 10,
            dns: 0,
            drain: 0,
        });
    });

    it("count a region that Route 53 took out by itself as detected then", () => {
        expect(partsOf(timeline({ outMs: 35 }), at(95))).to.eql({
            detect: 35,
            decide: 0,
            update: 0,
            dns: 0,
            drain: 60,
        });
    });
});
