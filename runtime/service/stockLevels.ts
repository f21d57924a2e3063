import type { Product } from "./catalogue";
import type { CacheAside } from "./cache/cacheAside";
import type { GlobalDataStore } from "../store/globalDataStore";
import type { Key } from "../store/keys";

/** How much of a product is left in the world, as far as this region has heard. */
export interface StockLevel {
    readonly available: number;
}

export interface StockLevelsOptions {
    readonly store: Pick<GlobalDataStore, "getMany">;
    readonly cache: Pick<CacheAside<StockLevel>, "read">;
    /** Every region that sells. */
    readonly regions: readonly string[];
    /** Longest wait for all of it, milliseconds. */
    readonly timeoutMs: number;
}

/**
 * What is left of products, for whoever browses: a sum over every region's share, which the table has
 * item by item and the cache has ready. It is a hint and never a promise; a reservation asks the share
 * itself. Whoever browses gets the catalogue without it when it cannot be had in time.
 */
export class StockLevels {
    constructor(private readonly options: StockLevelsOptions) {}

    /** Levels by SKU; those that could not be had in time are missing. */
    async of(products: readonly Product[]): Promise<ReadonlyMap<string, StockLevel>> {
        const { cache, timeoutMs } = this.options;
        let timer: NodeJS.Timeout | undefined;
        const late = new Promise<ReadonlyMap<string, StockLevel>>((resolve) => {
            timer = setTimeout(() => resolve(new Map()), timeoutMs);
        });
        const levels = cache
            .read(
                products.map(({ sku }) => sku),
                (skus) => this.#load(products.filter(({ sku }) => skus.includes(sku))),
            )
            // Browsing outlives the table.
            .catch(() => new Map<string, StockLevel>());
        try {
            return await Promise.race([levels, late]);
        } finally {
            clearTimeout(timer);
        }
    }

    async #load(products: readonly Product[]): Promise<ReadonlyMap<string, StockLevel>> {
        const { store, regions } = this.options;
        const reads = await store.getMany(
            products.map(({ sku }) => ({ kind: "stock" as const, key: stockKey(sku) })),
        );
        const levels = new Map<string, StockLevel>();
        for (const [at, product] of products.entries()) {
            const read = reads[at];
            if (read?.kind === "found" || read?.kind === "absent") {
                const { left, opened } =
                    read.kind === "found" ? read.value : { left: 0, opened: [] };
                // A share that no customer has touched yet is whole.
                const untouched = shareOf(product, regions) * (regions.length - opened.length);
                levels.set(product.sku, { available: left + untouched });
            }
        }
        return levels;
    }
}

/** The key of a product's stock in the store. */
export function stockKey(sku: string): Key {
    return { pk: `STOCK#${sku}`, sk: "STOCK" };
}

/** What each region may sell of a product on its own. */
export function shareOf({ stock }: Product, regions: readonly string[]): number {
    return Math.floor(stock / regions.length);
}
