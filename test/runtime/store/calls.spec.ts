import { install } from "@sinonjs/fake-timers";
import { expect } from "chai";

import { Caller, defaultLimits, UnavailableError } from "../../../runtime/store/calls/caller";
import { monotonicClock, sleep, systemClock } from "../../../runtime/store/calls/clock";
import { failureKind } from "../../../runtime/store/calls/failure";
import { HedgedReads } from "../../../runtime/store/calls/hedged";
import { Nearest } from "../../../runtime/store/calls/nearest";
import { TestClock } from "./support/testClock";

const throttled = (): Error =>
    Object.assign(new Error("slow down"), { name: "ThrottlingException" });

async function failure(work: Promise<unknown>): Promise<UnavailableError> {
    try {
        await work;
    } catch (error) {
        expect(error).to.be.instanceOf(UnavailableError);
        return error as UnavailableError;
    }
    return expect.fail("it did not fail");
}

describe("a caller", () => {
    const clock = new TestClock(() => false);

    it("repeats what may work, with full jitter, and not beyond its attempts", async () => {
        const startedMs = clock.now();
        const madeAtMs: number[] = [];
        const caller = new Caller(clock, () => 0.5);
        const error = await failure(
            clock.run(
                caller.call("eu-west-1", async () => {
                    madeAtMs.push(clock.now() - startedMs);
                    throw throttled();
                }),
            ),
        );
        expect(madeAtMs).to.deep.equal([0, 12.5, 37.5, 87.5]);
        expect(error.ambiguous).to.equal(false);
    });

    it("gives an attempt its time, and all of them theirs", async () => {
        const startedMs = clock.now();
        let made = 0;
        const caller = new Caller(clock, () => 0, { ...defaultLimits, attempts: 100 });
        const error = await failure(
            clock.run(caller.call("eu-west-1", () => (made++, new Promise(() => undefined)))),
        );
        expect(made).to.equal(4);
        expect(clock.now() - startedMs).to.equal(defaultLimits.totalMs);
        expect(error.ambiguous).to.equal(true);
    });

    it("stops repeating when all calls together have used up their retries", async () => {
        const caller = new Caller(clock, () => 0);
        let made = 0;
        for (let n = 0; n < 100; n++) {
            await failure(
                clock.run(
                    caller.call("eu-west-1", async () => {
                        made++;
                        throw throttled();
                    }),
                ),
            );
        }
        // 500 saved, 5 for each retry.
        expect(made).to.equal(100 + 100);
    });

    it("does not repeat what will be refused again", async () => {
        let made = 0;
        const refused = new Error("no such table");
        const caller = new Caller(clock, () => 0);
        const error: unknown = await caller
            .call("eu-west-1", async () => {
                made++;
                throw refused;
            })
            .catch((one: unknown) => one);
        expect([error, made]).to.deep.equal([refused, 1]);
    });

    it("knows what failures mean", () => {
        const socket = Object.assign(new Error(""), { code: "ECONNRESET" });
        const server = Object.assign(new Error(""), { $metadata: { httpStatusCode: 503 } });
        expect(
            [throttled(), socket, server, new TypeError("x"), undefined].map(failureKind),
        ).to.deep.equal(["throttled", "unreachable", "unreachable", "refused", "refused"]);
    });
});

describe("the machine's clock", () => {
    it("stops sleeping when it is called off, before or meanwhile", async () => {
        const over = new AbortController();
        const asleep = sleep(systemClock, 3_600_000, over.signal);
        over.abort();
        await asleep;
        await sleep(systemClock, 3_600_000, over.signal);
    });
});

describe("the nearest region", () => {
    it("changes only for one that has been clearly faster for a while", () => {
        const nearest = new Nearest(["a", "b", "c"]);
        for (let n = 0; n < 50; n++) {
            nearest.record("a", 10);
            nearest.record("b", n % 2 === 0 ? 9 : 11);
        }
        expect(nearest.order()).to.deep.equal(["a", "b", "c"]);
        nearest.record("c", 2);
        expect(nearest.current).to.equal("a");
        for (let n = 0; n < 10; n++) {
            nearest.record("c", 2);
        }
        expect(nearest.current).to.equal("c");
    });
});

describe("hedged reads", () => {
    const clock = new TestClock(() => false);
    const answers = new Map<string, number | Error>();
    let asked: string[] = [];

    const reads = (): HedgedReads =>
        new HedgedReads({
            caller: new Caller(clock, () => 0),
            clock,
            nearest: new Nearest(["a", "b", "c"]),
            firstDelayMs: 100,
        });

    async function readIn(region: string): Promise<string> {
        asked.push(region);
        const answer = answers.get(region);
        if (answer instanceof Error) {
            throw answer;
        }
        await clock.sleep(answer ?? 0);
        return region;
    }

    const read = (from: HedgedReads) =>
        clock.run(from.read(readIn, clock.now() + defaultLimits.totalMs));

    beforeEach(() => {
        asked = [];
        answers.clear();
    });

    it("ask one region when it is fast", async () => {
        answers.set("a", 20);
        expect(await read(reads())).to.deep.equal({ region: "a", result: "a" });
        expect(asked).to.deep.equal(["a"]);
    });

    it("ask a second one when it is slow, and take whichever is first", async () => {
        answers.set("a", 900).set("b", 30);
        const startedMs = clock.now();
        expect((await read(reads())).region).to.equal("b");
        expect(clock.now() - startedMs).to.equal(130);
        answers.set("a", 110).set("b", 500);
        expect((await read(reads())).region).to.equal("a");
    });

    it("ask one after the other when they fail, and say when none is left", async () => {
        answers.set("a", throttled()).set("b", throttled());
        expect((await read(reads())).region).to.equal("c");
        answers.set("c", throttled());
        await failure(read(reads()));
        expect(asked).to.deep.equal(["a", "b", "c", "a", "b", "c"]);
    });

    it("do not double the load when every read is slow", async () => {
        const slow = reads();
        answers.set("a", 900).set("b", 950);
        for (let n = 0; n < 20; n++) {
            await read(slow);
        }
        expect(asked.filter((one) => one === "b").length).to.be.at.most(3);
    });

    it("learn what slow is", async () => {
        const learning = reads();
        answers.set("b", 500);
        for (let n = 0; n < 40; n++) {
            answers.set("a", 10 + (n % 20));
            await read(learning);
        }
        expect(learning.delayMs).to.equal(29);
    });
});

describe("waits by a clock of durations", () => {
    it("take a machine's clock that is set, or a rehearsal that leaps, for no answer that is late", async () => {
        const leaping = install({ toFake: ["Date", "setTimeout", "clearTimeout"] });
        try {
            const caller = new Caller(monotonicClock, () => 0);
            const answer = caller.call("eu-west-1", async () => {
                leaping.tick(3_600_000);
                // By the wall clock this is an hour later.
                await new Promise((resolve) => setImmediate(resolve));
                leaping.tick(3_600_000);
                await new Promise((resolve) => setImmediate(resolve));
                return "there";
            });
            expect(await answer).to.equal("there");
        } finally {
            leaping.uninstall();
        }
    });

    it("end when they are called off, and by themselves", async () => {
        const over = new AbortController();
        const wait = sleep(monotonicClock, 3_600_000, over.signal);
        over.abort();
        await wait;
        const fromMs = monotonicClock.now();
        await sleep(monotonicClock, 5);
        expect(monotonicClock.now() - fromMs).to.be.at.least(5);
    });
});
