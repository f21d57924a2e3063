/** Time as the store sees it: the machine's, or a rehearsal's. */
export interface StoreClock {
    /** Milliseconds since the epoch. */
    now(): number;
    /**
     * Calls back once, after so many milliseconds.
     *
     * @returns calls it off
     */
    after(ms: number, ring: () => void): () => void;
}

/** Resolves after so many milliseconds, or once the signal is aborted, whichever comes first. */
export function sleep(
    clock: Pick<StoreClock, "after">,
    ms: number,
    signal?: AbortSignal,
): Promise<void> {
    return new Promise((resolve) => {
        if (signal?.aborted === true) {
            resolve();
            return;
        }
        const done = (): void => {
            cancel();
            signal?.removeEventListener("abort", done);
            resolve();
        };
        const cancel = clock.after(ms, done);
        signal?.addEventListener("abort", done);
    });
}

export const systemClock: StoreClock = {
    now: () => Date.now(),
    after: (ms, ring) => {
        const timer = setTimeout(ring, ms);
        return () => clearTimeout(timer);
    },
};

/**
 * Durations alone: `now` says nothing of the day, and neither setting the machine's clock nor a rehearsal that leaps
 * over quiet hours makes a wait shorter. For whoever gives up on time.
 */
export const monotonicClock: StoreClock = {
    now: () => performance.now(),
    after: (ms, ring) => {
        const endMs = performance.now() + ms;
        let cancel: () => void;
        const wait = (leftMs: number): void => {
            cancel = systemClock.after(Math.ceil(leftMs), () => {
                const stillMs = endMs - performance.now();
                if (stillMs > 0) {
                    wait(stillMs);
                } else {
                    ring();
                }
            });
        };
        wait(ms);
        return () => cancel();
    },
};
