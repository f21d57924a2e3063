import type { Product } from "./catalogue";
import type { CacheAside } from "./cache/cacheAside";
import type { Table } from "./table";

/** How much of a product is left in the world, as far as this region has heard. */
export interface StockLevel {
    readonly available: number;
}

export interface StockLevelsOptions {
    readonly table: Pick<Table, "getMany">;
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
        const { table, regions } = this.options;
        const keyOf = (sku: string, region: string) => ({
            pk: `STOCK#${sku}`,
            sk: `REGION#${region}`,
        });
        const shares = await table.getMany(
            products.flatMap(({ sku }) => regions.map((region) => keyOf(sku, region))),
            ["available"],
        );
        return new Map(
            products.map(({ sku, stock }) => {
                const open = shares.filter(({ pk }) => pk === `STOCK#${sku}`);
                const left = open.reduce((sum, share) => sum + Number(share["available"]), 0);
                // A share that no customer has touched yet is whole.
                const untouched =
                    Math.floor(stock / regions.length) * (regions.length - open.length);
                return [sku, { available: left + untouched }];
            }),
        );
    }
}
