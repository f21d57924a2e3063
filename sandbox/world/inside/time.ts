// Loaded before the timers are replaced, so that Node's own HTTP keeps the machine's time.
import "node:http";
import "node:https";

import { install } from "@sinonjs/fake-timers";

import { machineNow } from "./settings";

/**
 * How often the program's time is brought up to date, in machine milliseconds. Short: whatever a client
 * puts off by a timer of 0 waits for it, with a request under way that keeps the world's time.
 */
const stepMs = 2;

/**
 * The program's time, which is the world's: `Date` and the timers it sets. Sockets and HTTP keep the
 * machine's time, as their other end does, and so do the high-resolution clocks.
 */
export class ProgramTime {
    readonly #setInterval = globalThis.setInterval;
    readonly #clearInterval = globalThis.clearInterval;
    readonly #clock: QueuedClock;
    #offsetMs: number;
    #beat: NodeJS.Timeout | undefined;

    /** @param offsetMs the world's time minus the machine's */
    constructor(offsetMs: number) {
        this.#offsetMs = offsetMs;
        this.#clock = install({
            now: Math.floor(machineNow() + offsetMs),
            toFake: ["Date", "setTimeout", "clearTimeout", "setInterval", "clearInterval"],
        }) as QueuedClock;
    }

    /** When the program's next timer is due, milliseconds of world time; undefined when it has set none. */
    get nextDueMs(): number | undefined {
        return this.#clock.timerHeap?.peek()?.callAt;
    }

    /** Runs the timers that are due by now, for as long as time has not been stopped. */
    run(onBeat: () => void = () => {}): void {
        // Not a reason to stay alive: a program whose work is done ends.
        this.#beat ??= this.#setInterval(() => {
            this.#advance();
            onBeat();
        }, stepMs).unref();
    }

    /** Time stands still, and no timer fires. */
    stop(): void {
        this.#clearInterval(this.#beat);
        this.#beat = undefined;
    }

    /** Takes a new difference between the world's time and the machine's, and fires what is due by it. */
    follow(offsetMs: number): void {
        this.#offsetMs = offsetMs;
        this.#advance();
    }

    /** As `follow`, for a program that slept meanwhile: a timer that was due more than once fires once. */
    wake(offsetMs: number): void {
        this.#offsetMs = offsetMs;
        this.#clock.jump(this.#aheadMs());
    }

    #advance(): void {
        const aheadMs = this.#aheadMs();
        if (aheadMs > 0) {
            this.#clock.tick(aheadMs);
        }
    }

    #aheadMs(): number {
        return Math.max(0, Math.floor(machineNow() + this.#offsetMs) - this.#clock.now);
    }
}

/** The clock's own queue, which its types do not tell of. */
type QueuedClock = ReturnType<typeof install> & {
    readonly timerHeap?: { peek(): { readonly callAt: number } | undefined };
};
