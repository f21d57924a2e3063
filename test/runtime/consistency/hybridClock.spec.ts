import { expect } from "chai";
import fc from "fast-check";

import {
    compareTimestamps,
    formatTimestamp,
    HybridClock,
    LocalClockBehindError,
    MalformedTimestampError,
    parseTimestamp,
    RemoteClockAheadError,
    type HybridTimestamp,
} from "../../../runtime/consistency/hybridClock";

const numRuns = 10_000;
const timestamps: fc.Arbitrary<HybridTimestamp> = fc.record({
    wallMs: fc.oneof(fc.nat(3), fc.integer({ min: 0, max: 2 ** 48 - 1 })),
    logical: fc.oneof(fc.nat(3), fc.nat(2 ** 16 - 1)),
});

/** A clock over a machine's clock that a test sets. */
function clockAt(ms: number, options: { maxAheadMs?: number; last?: HybridTimestamp } = {}) {
    const machine = { ms };
    const clock = new HybridClock({
        physicalMs: () => machine.ms,
        maxAheadMs: 50,
        ...options,
    });
    return { machine, clock };
}

describe("a hybrid clock", () => {
    it("follows the machine's clock, and counts while that stands still or goes back", () => {
        const { machine, clock } = clockAt(100);
        expect(clock.now()).to.eql({ wallMs: 100, logical: 0 });
        expect(clock.now()).to.eql({ wallMs: 100, logical: 1 });
        machine.ms = 99.9;
        expect(clock.now()).to.eql({ wallMs: 100, logical: 2 });
        machine.ms = 101.7;
        expect(clock.now()).to.eql({ wallMs: 101, logical: 0 });
    });

    it("takes over what is ahead, by the four cases of the paper", () => {
        const { machine, clock } = clockAt(100);
        expect(clock.update({ wallMs: 110, logical: 7 })).to.eql({ wallMs: 110, logical: 8 });
        expect(clock.update({ wallMs: 110, logical: 20 })).to.eql({ wallMs: 110, logical: 21 });
        expect(clock.update({ wallMs: 105, logical: 99 })).to.eql({ wallMs: 110, logical: 22 });
        machine.ms = 120;
        expect(clock.update({ wallMs: 115, logical: 3 })).to.eql({ wallMs: 120, logical: 0 });
    });

    it("is greater than all it has said and seen, and never too far ahead", () => {
        const steps = fc.array(
            fc.record({
                stepMs: fc.integer({ min: -20, max: 20 }),
                remote: fc.option(
                    fc.record({ wallMs: fc.integer({ min: 900, max: 1200 }), logical: fc.nat(3) }),
                ),
            }),
            { maxLength: 15 },
        );
        fc.assert(
            fc.property(steps, fc.nat(100), (script, maxAheadMs) => {
                const { machine, clock } = clockAt(1000, { maxAheadMs });
                for (const { stepMs, remote } of script) {
                    machine.ms += stepMs;
                    const before = clock.last;
                    let said: HybridTimestamp;
                    try {
                        said = remote === null ? clock.now() : clock.update(remote);
                    } catch (error) {
                        expect(error).to.be.instanceOf(
                            remote !== null && remote.wallMs - machine.ms > maxAheadMs
                                ? RemoteClockAheadError
                                : LocalClockBehindError,
                        );
                        expect(clock.last).to.equal(before);
                        continue;
                    }
                    expect(compareTimestamps(said, before)).to.be.greaterThan(0);
                    if (remote !== null) {
                        expect(compareTimestamps(said, remote)).to.be.greaterThan(0);
                    }
                    expect(said.wallMs).to.be.within(machine.ms, machine.ms + maxAheadMs);
                }
            }),
            { numRuns },
        );
    });

    it("orders effects after causes between machines whose clocks differ", () => {
        const skewMs = 30;
        const events = fc.array(
            fc.record({ at: fc.nat(2), passesMs: fc.nat(5), hears: fc.option(fc.nat()) }),
            { maxLength: 12 },
        );
        const skews = fc.array(fc.nat(skewMs), { minLength: 3, maxLength: 3 });
        fc.assert(
            fc.property(events, skews, (script, offsets) => {
                let trueMs = 1000;
                const clocks = offsets.map(
                    (offset) =>
                        new HybridClock({
                            physicalMs: () => trueMs + offset,
                            maxAheadMs: skewMs,
                        }),
                );
                const said: { at: number; stamp: HybridTimestamp }[] = [];
                for (const { at, passesMs, hears } of script) {
                    trueMs += passesMs;
                    const clock = clocks[at] as HybridClock;
                    const cause = hears === null ? undefined : said[hears % said.length];
                    const stamp = cause === undefined ? clock.now() : clock.update(cause.stamp);
                    if (cause !== undefined) {
                        expect(compareTimestamps(cause.stamp, stamp)).to.be.lessThan(0);
                    }
                    for (const own of said.filter((one) => one.at === at)) {
                        expect(compareTimestamps(own.stamp, stamp)).to.be.lessThan(0);
                    }
                    said.push({ at, stamp });
                }
            }),
            { numRuns },
        );
    });

    it("refuses a remote clock that is too far ahead, and is as before", () => {
        const { clock } = clockAt(1000);
        clock.now();
        expect(clock.update({ wallMs: 1050, logical: 0 }).wallMs).to.equal(1050);
        const error = expect(() => clock.update({ wallMs: 1051, logical: 0 })).to.throw(
            RemoteClockAheadError,
            "51 ms ahead of this machine's clock, and at most 50 ms",
        );
        error.with.property("aheadMs", 51);
        expect(clock.last).to.eql({ wallMs: 1050, logical: 1 });
    });

    it("refuses to bridge a machine's clock that was set back too far", () => {
        const { machine, clock } = clockAt(1000);
        clock.now();
        machine.ms = 950;
        expect(clock.now()).to.eql({ wallMs: 1000, logical: 1 });
        machine.ms = 949;
        expect(() => clock.now()).to.throw(LocalClockBehindError, "51 ms behind");
    });

    it("goes on after a restart where it was", () => {
        const { clock } = clockAt(1000, { last: { wallMs: 1003, logical: 5 } });
        expect(clock.now()).to.eql({ wallMs: 1003, logical: 6 });
    });

    it("goes on in the next millisecond when the logical part is full", () => {
        const last = { wallMs: 1000, logical: 2 ** 16 - 1 };
        expect(clockAt(1000, { last }).clock.now()).to.eql({ wallMs: 1001, logical: 0 });
        expect(() => clockAt(1000, { last, maxAheadMs: 0 }).clock.now()).to.throw(
            LocalClockBehindError,
        );
    });

    it("refuses readings of a clock that cannot be", () => {
        for (const ms of [NaN, -1, Infinity, 2 ** 48]) {
            expect(() => clockAt(ms).clock.now()).to.throw(MalformedTimestampError);
        }
        const last = { wallMs: 2 ** 48 - 1, logical: 2 ** 16 - 1 };
        expect(() => clockAt(2 ** 48 - 1, { last }).clock.now()).to.throw(MalformedTimestampError);
        expect(() => clockAt(0, { maxAheadMs: 0.5 })).to.throw(MalformedTimestampError);
        expect(() => clockAt(0).clock.update({ wallMs: 1, logical: 0.5 })).to.throw(
            MalformedTimestampError,
        );
    });
});

describe("a timestamp's text", () => {
    it("comes back as it was, and sorts as timestamps do", () => {
        fc.assert(
            fc.property(timestamps, timestamps, (a, b) => {
                const [one, two] = [formatTimestamp(a), formatTimestamp(b)];
                expect(parseTimestamp(one)).to.eql(a);
                expect(one < two).to.equal(compareTimestamps(a, b) < 0);
                expect(one === two).to.equal(compareTimestamps(a, b) === 0);
            }),
            { numRuns },
        );
    });

    it("is as the documentation says", () => {
        expect(formatTimestamp({ wallMs: 1_764_300_000_000, logical: 10 })).to.equal(
            "019ac8798b00000a",
        );
    });

    for (const [what, text] of Object.entries({
        "capital letters": "019AC8798B00000A",
        "too few digits": "019ac8798b00000",
        "too many digits": "019ac8798b00000a0",
        "a sign": "-19ac8798b00000a",
        "a prefix": "0x9ac86daf00000a",
        "a space": " 19ac8798b00000a",
        nothing: "",
    })) {
        it(`refuses ${what}`, () => {
            expect(() => parseTimestamp(text)).to.throw(MalformedTimestampError, "16 hexadecimal");
        });
    }

    it("is not made of what is no timestamp", () => {
        for (const bad of [
            { wallMs: -1, logical: 0 },
            { wallMs: 0.5, logical: 0 },
            { wallMs: 2 ** 48, logical: 0 },
            { wallMs: 0, logical: 2 ** 16 },
            { wallMs: 0, logical: -1 },
        ]) {
            expect(() => formatTimestamp(bad)).to.throw(MalformedTimestampError);
        }
    });
});
