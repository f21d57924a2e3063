import { Breaker, type BreakerOptions } from "./breaker";

/** A cache as far as reads need one. Every call may fail, or never answer. */
export interface CacheStore {
    /** The texts under the keys, in their order; undefined for a key that is not there. */
    read(keys: readonly string[]): Promise<readonly (string | undefined)[]>;
    /** Keeps the texts for so long; where the cache cannot be written it does nothing. */
    write(entries: ReadonlyMap<string, string>, lifeSeconds: number): Promise<void>;
}

export interface CacheAsideOptions {
    readonly store: CacheStore;
    /** What every key starts with. */
    readonly prefix: string;
    readonly lifeSeconds: number;
    /** Longest wait for the cache, milliseconds; a cache that takes longer is of no use. */
    readonly timeoutMs: number;
    readonly breaker: BreakerOptions;
    /** Uniform in [0, 1). @default Math.random */
    readonly random?: () => number;
}

/** Lives differ by up to this share, so that what was kept together is not all gone at once. */
const spread = 0.2;

/**
 * Reads through a cache that may be lost at any moment: a cache that is slow, broken or cold costs at
 * most its timeout, and after a few failures nothing. What is not in it is loaded, once for everybody
 * who asks at the same time, and kept without anybody waiting for that.
 */
export class CacheAside<T> {
    readonly #breaker: Breaker;
    readonly #loading = new Map<string, Promise<T | undefined>>();

    constructor(private readonly options: CacheAsideOptions) {
        this.#breaker = new Breaker(options.breaker);
    }

    /**
     * The values of the ids, from the cache or else by one call of `load`; those that neither has are
     * missing. Fails only as `load` fails.
     */
    async read(
        ids: readonly string[],
        load: (ids: readonly string[]) => Promise<ReadonlyMap<string, T>>,
    ): Promise<ReadonlyMap<string, T>> {
        const fresh = [...new Set(ids)].filter((id) => !this.#loading.has(id));
        if (fresh.length > 0) {
            const found = this.#find(fresh, load);
            for (const id of fresh) {
                const value = found.then((values) => values.get(id));
                this.#loading.set(id, value);
                // Whoever reads it is told of the failure; here it only has to be noticed.
                value
                    .catch(() => undefined)
                    .finally(() => this.#loading.delete(id))
                    .catch(() => undefined);
            }
        }
        const values = await Promise.all(
            [...new Set(ids)].map(async (id) => [id, await this.#loading.get(id)] as const),
        );
        return new Map(
            values.filter((entry): entry is [string, Awaited<T> & T] => entry[1] !== undefined),
        );
    }

    async #find(
        ids: readonly string[],
        load: (ids: readonly string[]) => Promise<ReadonlyMap<string, T>>,
    ): Promise<ReadonlyMap<string, T>> {
        const cached = await this.#cached(ids);
        const missing = ids.filter((id) => !cached.has(id));
        if (missing.length === 0) {
            return cached;
        }
        const loaded = await load(missing);
        this.#keep(loaded);
        return new Map([...cached, ...loaded]);
    }

    async #cached(ids: readonly string[]): Promise<Map<string, T>> {
        const { store, prefix } = this.options;
        const found = new Map<string, T>();
        try {
            const texts = await this.#breaker.run(() =>
                this.#inTime(store.read(ids.map((id) => prefix + id))),
            );
            ids.forEach((id, index) => {
                const text = texts[index];
                if (text !== undefined) {
                    found.set(id, JSON.parse(text) as T);
                }
            });
        } catch {
            // Neither a cache that fails nor what it holds may fail a request: the rest is loaded.
        }
        return found;
    }

    #keep(values: ReadonlyMap<string, T>): void {
        const { store, prefix, lifeSeconds, random = Math.random } = this.options;
        const entries = new Map(
            [...values].map(([id, value]) => [prefix + id, JSON.stringify(value)]),
        );
        const life = Math.max(1, Math.round(lifeSeconds * (1 - spread * random())));
        if (entries.size > 0) {
            this.#breaker
                .run(() => this.#inTime(store.write(entries, life)))
                .catch(() => undefined);
        }
    }

    #inTime<R>(work: Promise<R>): Promise<R> {
        const { timeoutMs } = this.options;
        return new Promise((resolve, reject) => {
            const timer = setTimeout(
                () => reject(new Error(`the cache did not answer within ${timeoutMs} ms`)),
                timeoutMs,
            );
            work.then(resolve, reject).finally(() => clearTimeout(timer));
        });
    }
}
