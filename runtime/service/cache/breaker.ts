export interface BreakerOptions {
    /** Failures in a row after which nothing is tried any more. */
    readonly failures: number;
    /** How long; then one attempt is let through, whose outcome decides. Milliseconds. */
    readonly restMs: number;
    /** Milliseconds. @default the process' own clock */
    readonly now?: () => number;
    readonly onChange?: (open: boolean) => void;
}

/** Thrown instead of trying what has just failed too often. */
export class BreakerOpenError extends Error {
    override readonly name = "BreakerOpenError";
    constructor() {
        super("not tried: it failed too often just now");
    }
}

/** Keeps callers from waiting, one after the other, for something that does not answer. */
export class Breaker {
    readonly #now: () => number;
    #failures = 0;
    #openUntilMs = 0;
    #trying = false;

    constructor(private readonly options: BreakerOptions) {
        this.#now = options.now ?? Date.now;
    }

    /** True while nothing, or a single attempt, is let through. */
    get open(): boolean {
        return this.#failures >= this.options.failures;
    }

    /** @throws BreakerOpenError without trying; otherwise whatever `attempt` throws */
    async run<T>(attempt: () => Promise<T>): Promise<T> {
        if (this.open && (this.#trying || this.#now() < this.#openUntilMs)) {
            throw new BreakerOpenError();
        }
        const trial = this.open;
        this.#trying ||= trial;
        try {
            const result = await attempt();
            this.#settle(true);
            return result;
        } catch (error) {
            this.#settle(false);
            throw error;
        } finally {
            if (trial) {
                this.#trying = false;
            }
        }
    }

    #settle(worked: boolean): void {
        const wasOpen = this.open;
        this.#failures = worked ? 0 : this.#failures + 1;
        if (this.open) {
            this.#openUntilMs = this.#now() + this.options.restMs;
        }
        if (this.open !== wasOpen) {
            this.options.onChange?.(this.open);
        }
    }
}
