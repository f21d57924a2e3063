/** Lookups of one cluster in a stretch of time. */
export interface HitCount {
    readonly hits: number;
    readonly misses: number;
    /** Share of lookups that found something, 0 to 1; undefined without any. */
    readonly rate: number | undefined;
}

/** Lookups by world second: a rate before and after any moment. */
export class HitCounts {
    readonly #seconds = new Map<number, { hits: number; misses: number }>();

    add(found: boolean, nowMs: number): void {
        const second = Math.floor(nowMs / 1000);
        const counts = this.#seconds.get(second) ?? { hits: 0, misses: 0 };
        counts[found ? "hits" : "misses"]++;
        this.#seconds.set(second, counts);
    }

    /** Of whole seconds from one moment, inclusive, to another, exclusive; world milliseconds. */
    between(fromMs: number, untilMs: number): HitCount {
        const [from, until] = [Math.floor(fromMs / 1000), Math.ceil(untilMs / 1000)];
        let [hits, misses] = [0, 0];
        for (const [second, counts] of this.#seconds) {
            if (second >= from && second < until) {
                hits += counts.hits;
                misses += counts.misses;
            }
        }
        return { hits, misses, rate: hits + misses === 0 ? undefined : hits / (hits + misses) };
    }
}
