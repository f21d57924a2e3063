import { expect } from "chai";
import fc from "fast-check";

import { decide, type Decided, type Signal } from "../../../runtime/handlers/decision";

const rules = { quorum: 2, dwellMs: 60_000, clearMs: 180_000 };
const now = 1_000_000_000;

function alarmed(observer: string, secondsAgo: number): Signal {
    return { observer, inAlarm: true, sinceMs: now - secondsAgo * 1000 };
}

function quiet(observer: string, secondsAgo: number): Signal {
    return { observer, inAlarm: false, sinceMs: now - secondsAgo * 1000 };
}

describe("decide", () => {
    it("decides nothing without signals", () => {
        expect(decide([], undefined, rules, now)).to.equal(undefined);
    });

    it("decides nothing on one observer, however long it has seen the failure", () => {
        expect(decide([alarmed("a", 3600), quiet("b", 3600)], undefined, rules, now)).to.equal(
            undefined,
        );
    });

    it("waits until every member of the quorum has dwelled", () => {
        expect(decide([alarmed("a", 90), alarmed("b", 59)], undefined, rules, now)).to.equal(
            undefined,
        );
    });

    it("evacuates on a quorum that dwelled, and says since when it stood", () => {
        expect(
            decide([alarmed("b", 60), alarmed("a", 90), quiet("c", 10)], undefined, rules, now),
        ).to.deep.equal({
            phase: "evacuate",
            observers: ["a", "b"],
            sinceMs: now - 60_000,
        });
    });

    it("decides once: the latch holds while the failure lasts", () => {
        const decided: Decided = { phase: "evacuate", atMs: now - 10_000 };
        expect(decide([alarmed("a", 90), alarmed("b", 80)], decided, rules, now)).to.equal(
            undefined,
        );
    });

    it("announces a recovery only after the quorum was gone for the clear time", () => {
        const decided: Decided = { phase: "evacuate", atMs: now - 600_000 };
        expect(decide([alarmed("a", 700), quiet("b", 179)], decided, rules, now)).to.equal(
            undefined,
        );
        expect(decide([alarmed("a", 700), quiet("b", 180)], decided, rules, now)).to.deep.include({
            phase: "recovered",
            observers: ["a"],
            sinceMs: now - 180_000,
        });
    });

    it("may evacuate again after a recovery", () => {
        const decided: Decided = { phase: "recovered", atMs: now - 600_000 };
        expect(decide([alarmed("a", 90), alarmed("b", 90)], decided, rules, now)?.phase).to.equal(
            "evacuate",
        );
    });

    const signals = fc.uniqueArray(
        fc.record({
            observer: fc.constantFrom("a", "b", "c", "d", "e"),
            inAlarm: fc.boolean(),
            sinceMs: fc.integer({ min: now - 600_000, max: now }),
        }),
        { selector: (signal) => signal.observer },
    );

    it("never evacuates on fewer than a quorum of alarms, and never takes an evacuation back early", () => {
        fc.assert(
            fc.property(
                signals,
                fc.integer({ min: 1, max: 4 }),
                fc.boolean(),
                (all, quorum, latched) => {
                    const decided: Decided | undefined = latched
                        ? { phase: "evacuate", atMs: now - 300_000 }
                        : undefined;
                    const decision = decide(all, decided, { ...rules, quorum }, now);
                    const inAlarm = all.filter((signal) => signal.inAlarm).length;
                    if (decision?.phase === "evacuate") {
                        expect(latched).to.equal(false);
                        expect(inAlarm).to.be.at.least(quorum);
                    }
                    if (decision?.phase === "recovered") {
                        expect(inAlarm).to.be.below(quorum);
                        expect(now - decision.sinceMs).to.be.at.least(rules.clearMs);
                    }
                },
            ),
        );
    });

    it("does not depend on the order of the signals", () => {
        fc.assert(
            fc.property(signals, (all) => {
                expect(decide([...all].reverse(), undefined, rules, now)).to.deep.equal(
                    decide(all, undefined, rules, now),
                );
            }),
        );
    });
});
