/** Time as the store sees it: the machine's, or a rehearsal's. */
export interface StoreClock {
    /** Milliseconds since the epoch. */
    now(): number;
    /** Resolves after so many milliseconds, or once the signal is aborted, whichever comes first. */
    sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Durations alone: `now` says nothing of the day, and neither setting the machine's clock nor a rehearsal that leaps
 * over quiet hours makes a wait shorter. For whoever gives up on time.
 */
export const monotonicClock: StoreClock = {
    now: () => performance.now(),
    sleep: async (ms, signal) => {
        const endMs = performance.now() + ms;
        for (let leftMs = ms; leftMs > 0 && signal?.aborted !== true;) {
            await systemClock.sleep(Math.ceil(leftMs), signal);
            leftMs = endMs - performance.now();
        }
    },
};

export const systemClock: StoreClock = {
    now: () => Date.now(),
    sleep: (ms, signal) =>
        new Promise((resolve) => {
            if (signal?.aborted === true) {
                resolve();
                return;
            }
            const done = (): void => {
                clearTimeout(timer);
                signal?.removeEventListener("abort", done);
                resolve();
            };
            const timer = setTimeout(done, ms);
            signal?.addEventListener("abort", done);
        }),
};
