import type { Caller } from "./caller";
import { UnavailableError } from "./caller";
import { sleep, type StoreClock } from "./clock";
import { failureKind } from "./failure";
import type { Nearest } from "./nearest";

/** Slow reads that may be asked twice: one in so many, so that a slow day does not double the load. */
const hedgeOneIn = 10;
/** Samples that the delay is measured on. */
const window = 128;

export interface HedgeOptions {
    readonly caller: Caller;
    readonly clock: StoreClock;
    readonly nearest: Nearest;
    /** How long the nearest region may take before it is measured, milliseconds. */
    readonly firstDelayMs: number;
}

/**
 * Reads in the nearest region, and in the next one as well when the nearest is slower than 95 % of the last
 * reads, or fails. The first answer counts.
 *
 * @see Dean and Barroso, "The Tail at Scale", Communications of the ACM 56(2), 2013: hedged requests
 */
export class HedgedReads {
    readonly #tookMs: number[] = [];
    #reads = 0;
    #hedges = 0;

    constructor(private readonly options: HedgeOptions) {}

    /** When a read is slow, milliseconds: the 95th percentile of the last ones. */
    get delayMs(): number {
        if (this.#tookMs.length < window / 4) {
            return this.options.firstDelayMs;
        }
        const sorted = [...this.#tookMs].sort((a, b) => a - b);
        return sorted[Math.floor(sorted.length * 0.95)] as number;
    }

    /**
     * @param read one attempt in a region
     * @throws UnavailableError when no region answered; what a region refused otherwise
     */
    async read<T>(
        read: (region: string, signal: AbortSignal) => Promise<T>,
        deadlineMs: number,
    ): Promise<{ readonly region: string; readonly result: T }> {
        const [first = "", ...others] = this.options.nearest.order();
        const second = others[0];
        if (second === undefined) {
            const result = await this.options.caller.call(
                first,
                (signal) => read(first, signal),
                deadlineMs,
            );
            return { region: first, result };
        }
        this.#reads++;
        const over = new AbortController();
        const nearby = this.#timed(first, read, deadlineMs, over.signal);
        try {
            const early = await Promise.race([
                nearby.catch((error: unknown) => ({ error })),
                sleep(this.options.clock, this.delayMs, over.signal).then(() => "slow" as const),
            ]);
            if (early !== "slow" && !("error" in early)) {
                return early;
            }
            if (early !== "slow") {
                // It failed: another region is no extra load, and the only way to an answer.
                if (failureKind(early.error) === "refused") {
                    throw early.error;
                }
                return await this.#further(others, read, deadlineMs, over.signal, early.error);
            }
            if (this.#hedges * hedgeOneIn > this.#reads) {
                return await nearby.catch((error: unknown) =>
                    this.#further(others, read, deadlineMs, over.signal, error),
                );
            }
            this.#hedges++;
            return await Promise.any([
                nearby,
                this.#timed(second, read, deadlineMs, over.signal),
            ]).catch((error: unknown) =>
                this.#further(others.slice(1), read, deadlineMs, over.signal, firstOf(error)),
            );
        } finally {
            over.abort();
        }
    }

    /** One region after the other, as long as there is time. */
    async #further<T>(
        regions: readonly string[],
        read: (region: string, signal: AbortSignal) => Promise<T>,
        deadlineMs: number,
        signal: AbortSignal,
        cause: unknown,
    ): Promise<{ readonly region: string; readonly result: T }> {
        let last = cause;
        for (const region of regions) {
            try {
                return await this.#timed(region, read, deadlineMs, signal);
            } catch (error) {
                last = error;
            }
        }
        throw last instanceof UnavailableError || failureKind(last) === "refused"
            ? last
            : new UnavailableError(this.options.nearest.current, false, last);
    }

    async #timed<T>(
        region: string,
        read: (region: string, signal: AbortSignal) => Promise<T>,
        deadlineMs: number,
        signal: AbortSignal,
    ): Promise<{ readonly region: string; readonly result: T }> {
        const { clock, caller, nearest } = this.options;
        const startedMs = clock.now();
        try {
            const result = await caller.once(
                region,
                (attempt) => read(region, attempt),
                deadlineMs,
                signal,
            );
            const tookMs = clock.now() - startedMs;
            nearest.record(region, tookMs);
            this.#tookMs.push(tookMs);
            if (this.#tookMs.length > window) {
                this.#tookMs.shift();
            }
            return { region, result };
        } catch (error) {
            // Not one that was called off: that says nothing of the region.
            if (!signal.aborted) {
                nearest.record(region, Math.max(caller.limits.attemptMs, clock.now() - startedMs));
            }
            throw error;
        }
    }
}

function firstOf(error: unknown): unknown {
    return error instanceof AggregateError ? (error.errors[0] as unknown) : error;
}
