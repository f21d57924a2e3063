/** How much of something a table lets its users have, in capacity units and world milliseconds. */
export interface Allowance {
    /** Whether the next request is let in. What it costs is known, and charged, only afterwards. */
    admits(nowMs: number): boolean;
    charge(units: number, nowMs: number): void;
}

/** How many seconds of unused capacity a table keeps for a burst. */
const burstSeconds = 300;

/**
 * Provisioned throughput: so many units each second, and what was not used in the last five minutes.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/burst-adaptive-capacity.html
 */
export class ProvisionedAllowance implements Allowance {
    #units: number;
    /** Thousandths of a unit: whole for each millisecond, so that no rounding lets one more in. */
    #saved: number;
    #atMs: number;

    /** @param units per second; a new table has saved nothing yet */
    constructor(units: number, nowMs: number) {
        this.#units = units;
        this.#saved = 1000 * units;
        this.#atMs = nowMs;
    }

    get units(): number {
        return this.#units;
    }

    /** Changes the units per second; what was saved stays, as far as the new burst has room for it. */
    provision(units: number, nowMs: number): void {
        this.#settle(nowMs);
        this.#units = units;
        this.#settle(nowMs);
    }

    admits(nowMs: number): boolean {
        this.#settle(nowMs);
        return this.#saved > 0;
    }

    charge(units: number, nowMs: number): void {
        this.#settle(nowMs);
        this.#saved -= 1000 * units;
    }

    #settle(nowMs: number): void {
        const sinceMs = Math.max(0, nowMs - this.#atMs);
        this.#atMs += sinceMs;
        const most = 1000 * this.#units * burstSeconds;
        this.#saved = Math.min(most, this.#saved + this.#units * sinceMs);
    }
}

/** What an on-demand table serves from its first second, units per second. */
export const onDemandStart = { read: 12_000, write: 4000 } as const;
/** Quota of an on-demand table, units per second, until AWS is asked for more. */
export const onDemandQuota = 40_000;
/** How long a peak must have been reached before twice as much is served. */
const settledMs = 30 * 60_000;

/**
 * On-demand throughput: twice the highest traffic that the table has seen, up to the account's quota.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
 */
export class OnDemandAllowance implements Allowance {
    #second = { at: 0, units: 0 };
    /** Highest second of each minute that is not settled yet, oldest first. */
    #recent: { readonly minute: number; units: number }[] = [];
    #peak: number;

    /** @param start units per second that a new table serves */
    constructor(private readonly start: number) {
        this.#peak = start / 2;
    }

    admits(nowMs: number): boolean {
        this.#settle(nowMs);
        return this.#second.units < Math.min(onDemandQuota, Math.max(this.start, 2 * this.#peak));
    }

    charge(units: number, nowMs: number): void {
        this.#settle(nowMs);
        this.#second.units += units;
        const minute = Math.floor(nowMs / 60_000);
        const last = this.#recent.at(-1);
        if (last?.minute === minute) {
            last.units = Math.max(last.units, this.#second.units);
        } else {
            this.#recent.push({ minute, units: this.#second.units });
        }
    }

    #settle(nowMs: number): void {
        const at = Math.floor(nowMs / 1000);
        if (at === this.#second.at) {
            return;
        }
        this.#second = { at, units: 0 };
        while (
            this.#recent[0] !== undefined &&
            nowMs - 60_000 * this.#recent[0].minute > settledMs
        ) {
            this.#peak = Math.max(this.#peak, this.#recent.shift()?.units ?? 0);
        }
    }
}
