import { EventEmitter } from "node:events";
import { performance } from "node:perf_hooks";

export interface WorldClockOptions {
    /** World time at start, milliseconds since the epoch. @default the machine's own time */
    readonly startMs?: number;
    /** Most world seconds that may pass in one real second between updates. @default 60 */
    readonly maxSpeed?: number;
}

interface Timer {
    readonly dueMs: number;
    readonly sequence: number;
    readonly fire: () => void;
}

/** Longest single jump. Short, so that what runs in other processes can follow. */
const maxJumpMs = 1000;
/** Longest stretch of real time whose allowance one jump may use. */
const maxSavedMs = 50;
/** How often the event loop shows that it turns, real milliseconds. */
const beatMs = 20;
/** Most world time from one such sign to the next; well below every timeout of the world. */
const maxLagMs = 100;

/**
 * The world's time. It passes as real time does, and jumps ahead to the next timer whenever nothing
 * real is going on: no engine update is held (`hold`) and no real I/O is in flight (`io`). A slow
 * machine therefore makes a rehearsal longer, never wrong: a request that takes 5 ms of real time
 * takes 5 ms of world time however fast the quiet stretches between requests pass. While the event
 * loop is kept from turning, time all but stands still: an answer that waits to be read is not late.
 *
 * The one rule for callers: every real asynchronous operation (socket, file, child process, worker)
 * goes through `io`, unless nothing in the world waits for its end. Waiting for *world* time goes through
 * `sleep`, outside any `io`.
 */
export class WorldClock extends EventEmitter<{
    jump: [deltaMs: number];
    /** Real time that passed and world time did not. */
    lag: [lostMs: number];
}> {
    readonly #maxSpeed: number;
    readonly #heart: NodeJS.Timeout;
    /** World time at the last beat, and what was jumped since. */
    #beatWorld: number;
    #beatReal = performance.now();
    #lastJumpReal = performance.now();
    #sequence = 0;
    #inFlight = 0;
    #holds = 0;
    #timers: Timer[] = [];
    #pump: NodeJS.Timeout | undefined;
    #soon: NodeJS.Immediate | undefined;
    #stopped = false;

    constructor(options: WorldClockOptions = {}) {
        super();
        this.setMaxListeners(0);
        this.#beatWorld = options.startMs ?? Date.now();
        this.#maxSpeed = options.maxSpeed ?? 60;
        if (!(this.#maxSpeed >= 1)) {
            throw new RangeError(`maxSpeed must be at least 1, got ${this.#maxSpeed}`);
        }
        this.#heart = setInterval(() => this.#beat(), beatMs).unref();
    }

    /** World time, milliseconds since the epoch. */
    now(): number {
        return this.#beatWorld + Math.min(performance.now() - this.#beatReal, maxLagMs);
    }

    /** Calls `fire` once, `delayMs` of world time from now. Returns a function that cancels it. */
    after(delayMs: number, fire: () => void): () => void {
        const timer: Timer = {
            dueMs: this.now() + Math.max(0, delayMs),
            sequence: this.#sequence++,
            fire,
        };
        const index = this.#timers.findIndex((other) => other.dueMs > timer.dueMs);
        this.#timers.splice(index < 0 ? this.#timers.length : index, 0, timer);
        this.#wake(0);
        return () => {
            const at = this.#timers.indexOf(timer);
            if (at >= 0) {
                this.#timers.splice(at, 1);
            }
        };
    }

    /** Calls `fire` every `periodMs` of world time, first after `phaseMs`. Returns a function that stops it. */
    every(periodMs: number, fire: () => void, phaseMs: number = periodMs): () => void {
        let stopped = false;
        let cancel = this.after(phaseMs, tick);
        const clock = this;
        let dueMs = this.now() + phaseMs;
        function tick(): void {
            if (stopped) {
                return;
            }
            dueMs += periodMs;
            cancel = clock.after(dueMs - clock.now(), tick);
            fire();
        }
        return () => {
            stopped = true;
            cancel();
        };
    }

    /** Resolves `delayMs` of world time from now. Rejects with the signal's reason when aborted. */
    sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
        return new Promise((resolve, reject) => {
            if (signal?.aborted) {
                reject(signal.reason as Error);
                return;
            }
            const onAbort = (): void => {
                cancel();
                reject(signal?.reason as Error);
            };
            const cancel = this.after(delayMs, () => {
                signal?.removeEventListener("abort", onAbort);
                resolve();
            });
            signal?.addEventListener("abort", onAbort, { once: true });
        });
    }

    /** Runs a real asynchronous operation; world time does not jump until it has settled. */
    async io<T>(operation: () => Promise<T>): Promise<T> {
        this.#inFlight++;
        try {
            return await operation();
        } finally {
            this.#inFlight--;
            this.#wake(0);
        }
    }

    /**
     * Waits in world time inside an `io` that somebody in this process holds open, such as a server
     * that answers late: the wait itself is not I/O, so time may jump over it.
     */
    delay(delayMs: number): Promise<void> {
        return this.handOver(() => this.sleep(delayMs));
    }

    /**
     * Runs an operation inside an `io` that somebody in this process holds open, such as a proxy that
     * asks further: while it runs, what the operation itself does with the clock is all that counts.
     */
    async handOver<T>(operation: () => Promise<T>): Promise<T> {
        this.#inFlight--;
        try {
            return await operation();
        } finally {
            this.#inFlight++;
        }
    }

    /** Keeps world time at real time until the returned function is called: an engine update is in flight. */
    hold(): () => void {
        this.#holds++;
        let released = false;
        return () => {
            if (!released) {
                released = true;
                this.#holds--;
                this.#wake(0);
            }
        };
    }

    /** Stops every timer; nothing fires afterwards. */
    stop(): void {
        this.#stopped = true;
        this.#timers = [];
        clearTimeout(this.#pump);
        clearImmediate(this.#soon);
        clearInterval(this.#heart);
    }

    #beat(): void {
        const world = this.now();
        const real = performance.now();
        const lostMs = real - this.#beatReal - maxLagMs;
        this.#beatWorld = world;
        this.#beatReal = real;
        if (lostMs > 0) {
            this.emit("lag", lostMs);
        }
    }

    #wake(delayMs: number): void {
        clearTimeout(this.#pump);
        clearImmediate(this.#soon);
        if (this.#stopped || this.#timers.length === 0) {
            return;
        }
        // A timeout of 0 is one of a millisecond, and there are a thousand turns in a minute of the world.
        if (delayMs === 0) {
            this.#soon = setImmediate(() => this.#turn());
        } else {
            this.#pump = setTimeout(() => this.#turn(), delayMs);
        }
    }

    #turn(): void {
        if (this.#stopped) {
            return;
        }
        this.#fireDue();
        const next = this.#timers[0];
        if (next === undefined) {
            return;
        }
        const waitMs = next.dueMs - this.now();
        if (this.#inFlight > 0 || this.#holds > 0) {
            this.#wake(Math.max(1, Math.min(waitMs, 50)));
            return;
        }
        // Sockets that were readable before now get their turn before time moves.
        setImmediate(() => this.#jump());
    }

    #jump(): void {
        const next = this.#timers[0];
        if (this.#stopped || next === undefined) {
            return;
        }
        const real = performance.now();
        const idle = this.#inFlight === 0 && this.#holds === 0;
        // What was not used of the allowed speed is not saved up: a pause never ends in a leap.
        const elapsedMs = Math.min(real - this.#lastJumpReal, maxSavedMs);
        const allowedMs = elapsedMs * (this.#maxSpeed - 1);
        const deltaMs = Math.min(next.dueMs - this.now(), maxJumpMs, allowedMs);
        if (idle && deltaMs > 0) {
            this.#lastJumpReal = real;
            this.#beatWorld += deltaMs;
            this.emit("jump", deltaMs);
        }
        this.#wake(next.dueMs <= this.now() ? 0 : 1);
    }

    #fireDue(): void {
        for (;;) {
            const next = this.#timers[0];
            if (this.#stopped || next === undefined || next.dueMs > this.now()) {
                return;
            }
            this.#timers.shift();
            next.fire();
        }
    }
}
