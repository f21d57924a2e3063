/** One product. Prices in minor units of the currency. */
export interface Product {
    readonly sku: string;
    readonly title: string;
    readonly price: { readonly amount: number; readonly currency: "USD" };
    /** Units in the world, shared out evenly among the regions. */
    readonly stock: number;
}

/** The catalogue ships with the service: reading it needs no table, so browsing outlives one. */
export const catalogue: readonly Product[] = [
    product("lamp-01", "Desk lamp", 4900, 400_000),
    product("mug-02", "Stoneware mug", 1400, 900_000),
    product("bag-03", "Canvas bag", 3200, 300_000),
    product("pen-04", "Fountain pen", 6800, 120_000),
    product("book-05", "Field notebook", 1200, 800_000),
    product("chair-06", "Reading chair", 38900, 20_000),
    product("clock-07", "Wall clock", 5400, 60_000),
    product("kettle-08", "Gooseneck kettle", 7900, 80_000),
];

export function findProduct(sku: string): Product | undefined {
    return catalogue.find((candidate) => candidate.sku === sku);
}

function product(sku: string, title: string, amount: number, stock: number): Product {
    return { sku, title, price: { amount, currency: "USD" }, stock };
}
