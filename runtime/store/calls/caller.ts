import { sleep, type StoreClock } from "./clock";
import { AttemptTimeoutError, failureKind } from "./failure";

/** What a call may take. */
export interface CallLimits {
    /** Longest that one attempt may take, milliseconds. */
    readonly attemptMs: number;
    /** Longest that a call may take with all its attempts, milliseconds. */
    readonly totalMs: number;
    /** Attempts in all, the first one among them. */
    readonly attempts: number;
    /** Longest wait before the second attempt, milliseconds; it doubles with each one. */
    readonly firstBackoffMs: number;
    readonly mostBackoffMs: number;
}

export const defaultLimits: CallLimits = {
    attemptMs: 1000,
    totalMs: 4000,
    attempts: 4,
    firstBackoffMs: 25,
    mostBackoffMs: 1000,
};

/** Thrown when a call came to no answer within its limits. */
export class UnavailableError extends Error {
    override readonly name = "UnavailableError";
    constructor(
        readonly region: string,
        /** Whether a write may have happened all the same. */
        readonly ambiguous: boolean,
        cause: unknown,
    ) {
        super(`${region} gave no answer in time: ${(cause as Error).message}`, { cause });
    }
}

/** Said of every attempt that is called off. Without a reason each would make an error with a stack trace of its own. */
const overReason = "the attempt is over";

/** Retries that are saved up for bad times. One costs 5, a success gives back 1. */
const retryBudget = { most: 500, retry: 5, refund: 1 };

/**
 * Runs calls within limits: of time, of attempts, and of retries that all calls together have saved up, so
 * that a region in trouble is not asked more the worse it does.
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ for full jitter
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html for the budget's figures
 */
export class Caller {
    #saved = retryBudget.most;

    constructor(
        private readonly clock: StoreClock,
        /** From 0 to below 1. */
        private readonly random: () => number,
        readonly limits: CallLimits = defaultLimits,
    ) {}

    /** When a call that begins now must end. */
    deadline(): number {
        return this.clock.now() + this.limits.totalMs;
    }

    /**
     * Attempts until one says something: done, condition failed, or refused for good.
     *
     * @param attempt is told whether an earlier one may have been carried out all the same
     * @param deadlineMs when the last attempt must end; several calls may share it
     * @param signal gives up early
     * @throws UnavailableError; what the region answered otherwise
     */
    async call<T>(
        region: string,
        attempt: (signal: AbortSignal, ambiguous: boolean) => Promise<T>,
        deadlineMs = this.deadline(),
        signal?: AbortSignal,
    ): Promise<T> {
        let ambiguous = false;
        for (let made = 1; ; made++) {
            try {
                const mayBeDone = ambiguous;
                const result = await this.once(
                    region,
                    (over) => attempt(over, mayBeDone),
                    deadlineMs,
                    signal,
                );
                this.#saved = Math.min(retryBudget.most, this.#saved + retryBudget.refund);
                return result;
            } catch (error) {
                const kind = failureKind(error);
                if (kind === "condition" || kind === "refused") {
                    throw error;
                }
                ambiguous ||= kind === "unreachable";
                const waitMs = this.backoffMs(made);
                if (
                    signal?.aborted === true ||
                    made >= this.limits.attempts ||
                    this.#saved < retryBudget.retry ||
                    this.clock.now() + waitMs >= deadlineMs
                ) {
                    throw new UnavailableError(region, ambiguous, error);
                }
                this.#saved -= retryBudget.retry;
                await sleep(this.clock, waitMs, signal);
            }
        }
    }

    /** Full jitter: anything from 0 to an exponential bound. */
    backoffMs(attemptsMade: number): number {
        const { firstBackoffMs, mostBackoffMs } = this.limits;
        return this.random() * Math.min(mostBackoffMs, firstBackoffMs * 2 ** (attemptsMade - 1));
    }

    /** One attempt, in time. @throws AttemptTimeoutError; what the region answered otherwise */
    async once<T>(
        region: string,
        attempt: (signal: AbortSignal) => Promise<T>,
        deadlineMs: number,
        signal?: AbortSignal,
    ): Promise<T> {
        const timeoutMs = Math.min(this.limits.attemptMs, deadlineMs - this.clock.now());
        if (timeoutMs <= 0 || signal?.aborted === true) {
            throw new AttemptTimeoutError(region, 0);
        }
        const over = new AbortController();
        // An attempt that has ended is not called off: an abort that nobody hears has its price all the same.
        return new Promise<T>((resolve, reject) => {
            const end = (): void => {
                cancel();
                signal?.removeEventListener("abort", giveUp);
            };
            const giveUp = (): void => {
                end();
                reject(new AttemptTimeoutError(region, timeoutMs));
                over.abort(overReason);
            };
            const cancel = this.clock.after(timeoutMs, giveUp);
            signal?.addEventListener("abort", giveUp);
            attempt(over.signal).then(
                (result) => {
                    end();
                    resolve(result);
                },
                (error: Error) => {
                    end();
                    reject(error);
                },
            );
        });
    }
}
