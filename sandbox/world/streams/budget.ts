/** An amount that may be used per second of world time; what a second leaves is not saved up. */
export class Budget {
    #second = Number.NEGATIVE_INFINITY;
    #used = 0;

    constructor(private readonly perSecond: number) {}

    /** Uses an amount, unless this second has too little left; says whether it did. */
    take(amount: number, nowMs: number): boolean {
        if (!this.fits(amount, nowMs)) {
            return false;
        }
        this.#used += amount;
        return true;
    }

    /** Whether the amount is left. What alone is more than a second's amount gets a second of its own. */
    fits(amount: number, nowMs: number): boolean {
        const second = Math.floor(nowMs / 1000);
        if (second !== this.#second) {
            this.#second = second;
            this.#used = 0;
        }
        return this.#used === 0 || this.#used + amount <= this.perSecond;
    }
}
