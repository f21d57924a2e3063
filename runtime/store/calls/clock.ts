/** Time as the store sees it: the machine's, or a rehearsal's. */
export interface StoreClock {
    /** Milliseconds since the epoch. */
    now(): number;
    /** Resolves after so many milliseconds, or once the signal is aborted, whichever comes first. */
    sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

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
