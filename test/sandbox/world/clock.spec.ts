import { setTimeout as realSleep } from "node:timers/promises";

import { expect } from "chai";

import { WorldClock } from "../../../sandbox/world/clock";

/** Keeps the event loop from turning for so many real milliseconds. */
function block(forMs: number): void {
    const until = performance.now() + forMs;
    while (performance.now() < until);
}

describe("WorldClock", () => {
    let clock: WorldClock;

    beforeEach(() => {
        clock = new WorldClock({ startMs: 0, maxSpeed: 100_000 });
    });

    afterEach(() => {
        clock.stop();
    });

    it("passes an idle hour without waiting for it", async () => {
        await clock.sleep(3_600_000);
        expect(clock.now()).to.be.at.least(3_600_000).and.below(3_601_000);
    });

    it("fires timers in the order they are due", async () => {
        const fired: string[] = [];
        clock.after(2000, () => fired.push("second"));
        clock.after(1000, () => fired.push("first"));
        clock.after(2000, () => fired.push("third"));
        await clock.sleep(3000);
        expect(fired).to.deep.equal(["first", "second", "third"]);
    });

    it("repeats on schedule and stops", async () => {
        const at: number[] = [];
        const stop = clock.every(10_000, () => at.push(Math.round(clock.now() / 1000)), 3000);
        await clock.sleep(35_000);
        stop();
        await clock.sleep(60_000);
        expect(at).to.deep.equal([3, 13, 23, 33]);
    });

    it("does not jump while real I/O is in flight, and does afterwards", async () => {
        let during = 0;
        const waiting = clock.sleep(60_000);
        await clock.io(async () => {
            await realSleep(30);
            during = clock.now();
        });
        expect(during).to.be.below(5000);
        await waiting;
        expect(clock.now()).to.be.at.least(60_000);
    });

    it("does not jump while an update is held", async () => {
        const release = clock.hold();
        let fired = false;
        clock.after(60_000, () => (fired = true));
        await realSleep(30);
        expect(fired).to.equal(false);
        release();
        await clock.sleep(60_000);
        expect(fired).to.equal(true);
    });

    it("all but stands still while the event loop cannot turn, and says what was lost", async () => {
        const lost: number[] = [];
        clock.on("lag", (lostMs) => lost.push(lostMs));
        const release = clock.hold();
        const before = clock.now();
        let fired = false;
        clock.after(500, () => (fired = true));
        block(1500);
        expect(clock.now() - before).to.be.below(500);
        // Timers come first when the loop turns again, sockets after them.
        await realSleep(0);
        expect(fired).to.equal(false);
        release();
        await clock.sleep(500);
        expect(fired).to.equal(true);
        expect(Math.max(...lost)).to.be.at.least(1400);
    });

    it("lets time jump over a delay inside I/O", async () => {
        await clock.io(() => clock.delay(600_000));
        expect(clock.now()).to.be.at.least(600_000);
    });

    it("tells followers every jump, none longer than a second", async () => {
        const jumps: number[] = [];
        clock.on("jump", (deltaMs) => jumps.push(deltaMs));
        await clock.sleep(10_000);
        expect(Math.max(...jumps)).to.be.at.most(1000);
        expect(jumps.reduce((sum, deltaMs) => sum + deltaMs, 0)).to.be.above(5000);
    });

    it("keeps within its speed", async () => {
        const slow = new WorldClock({ startMs: 0, maxSpeed: 10 });
        const before = performance.now();
        await slow.sleep(500);
        // Never faster than promised; how much slower is the machine's business.
        expect(500 / (performance.now() - before)).to.be.at.most(11);
        slow.stop();
    });

    it("rejects a sleep that is aborted and forgets its timer", async () => {
        const abort = new AbortController();
        const sleeping = clock.sleep(3_600_000, abort.signal);
        abort.abort(new Error("stopped"));
        let reason: unknown;
        await sleeping.catch((error: unknown) => (reason = error));
        expect(reason).to.be.an("error").with.property("message", "stopped");
    });

    it("fires nothing after stop", async () => {
        let fired = false;
        clock.after(10, () => (fired = true));
        clock.stop();
        await realSleep(30);
        expect(fired).to.equal(false);
    });

    it("refuses a speed below real time", () => {
        expect(() => new WorldClock({ maxSpeed: 0.5 })).to.throw(RangeError, /0\.5/);
    });
});
