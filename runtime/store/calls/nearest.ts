/** A region has to be so much faster, */
const betterBy = 0.8;
/** so many samples in a row, before it takes over. */
const streakToSwitch = 8;
/** Weight of a new sample in the mean. */
const weight = 0.2;

/**
 * Which region is nearest, by measured latency. The first of the list is, until another one has been
 * clearly faster for a while: two that are about the same must not take turns, because a session that
 * changes its replica waits for replication.
 */
export class Nearest {
    readonly #meansMs = new Map<string, number>();
    #current: string;
    #challenger = "";
    #streak = 0;

    /** @param regions one at least; the first is the local one */
    constructor(private readonly regions: readonly string[]) {
        this.#current = regions[0] ?? "";
    }

    get current(): string {
        return this.#current;
    }

    /** The nearest, and then the others: measured ones by latency, then the rest as they were given. */
    order(): readonly string[] {
        const mean = (region: string): number => this.#meansMs.get(region) ?? Infinity;
        const others = this.regions.filter((region) => region !== this.#current);
        // Not a difference: that of two infinities is no order.
        others.sort((a, b) => (mean(a) === mean(b) ? 0 : mean(a) < mean(b) ? -1 : 1));
        return [this.#current, ...others];
    }

    /** Mean latency of a region, milliseconds; undefined before the first sample. */
    meanMs(region: string): number | undefined {
        return this.#meansMs.get(region);
    }

    /** @param ms how long a read took, or how long it was waited for in vain */
    record(region: string, ms: number): void {
        const before = this.#meansMs.get(region);
        this.#meansMs.set(region, before === undefined ? ms : before + weight * (ms - before));
        this.#reconsider();
    }

    #reconsider(): void {
        const [, best] = this.order();
        const [ownMs, bestMs] = [this.#current, best ?? ""].map((one) => this.#meansMs.get(one));
        if (best === undefined || ownMs === undefined || bestMs === undefined) {
            return;
        }
        if (bestMs >= ownMs * betterBy) {
            this.#streak = 0;
            return;
        }
        this.#streak = best === this.#challenger ? this.#streak + 1 : 1;
        this.#challenger = best;
        if (this.#streak >= streakToSwitch) {
            this.#current = best;
            this.#streak = 0;
        }
    }
}
