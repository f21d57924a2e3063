import { sleep, type StoreClock } from "../../../../runtime/store/calls/clock";

interface Timer {
    readonly atMs: number;
    readonly ring: () => void;
}

/** A clock that stands still while anything can go on without it, and then goes on to its next timer. */
export class TestClock implements StoreClock {
    #nowMs = Date.UTC(2026, 0, 1);
    readonly #timers = new Set<Timer>();

    /** @param isBusy whether something goes on that will end without the clock */
    constructor(private readonly isBusy: () => boolean) {}

    now(): number {
        return this.#nowMs;
    }

    after(ms: number, ring: () => void): () => void {
        const timer: Timer = {
            atMs: this.#nowMs + Math.max(0, ms),
            ring: () => {
                this.#timers.delete(timer);
                ring();
            },
        };
        this.#timers.add(timer);
        return () => this.#timers.delete(timer);
    }

    sleep(ms: number): Promise<void> {
        return sleep(this, ms);
    }

    /** Lets so much time pass at once. */
    pass(ms: number): void {
        const untilMs = this.#nowMs + ms;
        for (;;) {
            const next = this.#next();
            if (next === undefined || next.atMs > untilMs) {
                break;
            }
            this.#nowMs = next.atMs;
            next.ring();
        }
        this.#nowMs = untilMs;
    }

    /** Waits for a promise, and lets time pass whenever it waits for time. */
    async run<T>(work: Promise<T>): Promise<T> {
        let over = false;
        const end = (): void => {
            over = true;
        };
        work.then(end, end);
        for (let idle = 0; !over;) {
            await new Promise((resolve) => setImmediate(resolve));
            idle = this.isBusy() ? 0 : idle + 1;
            const next = this.#next();
            // A turn or two are for what has been answered and goes on now.
            if (idle > 2 && next !== undefined && !over) {
                this.#nowMs = Math.max(this.#nowMs, next.atMs);
                next.ring();
                idle = 0;
            }
        }
        return work;
    }

    #next(): Timer | undefined {
        let first: Timer | undefined;
        for (const timer of this.#timers) {
            if (first === undefined || timer.atMs < first.atMs) {
                first = timer;
            }
        }
        return first;
    }
}
