import type { FastifyInstance } from "fastify";

import { catalogue, findProduct } from "../catalogue";
import { RequestError } from "../errors";
import type { StockLevels } from "../stockLevels";

/** The catalogue, with what is left of each product where that can be had: browsing needs neither table nor cache. */
export function catalogueRoutes(server: FastifyInstance, stock: Pick<StockLevels, "of">): void {
    server.get("/catalogue", async (_request, reply) => {
        reply.header("cache-control", "public, max-age=60");
        const levels = await stock.of(catalogue);
        return {
            products: catalogue.map((product) => ({ ...product, ...levels.get(product.sku) })),
        };
    });

    server.get<{ Params: { sku: string } }>("/catalogue/:sku", async (request, reply) => {
        const product = findProduct(request.params.sku);
        if (product === undefined) {
            throw new RequestError(404, "no-such-product", `no product ${request.params.sku}`);
        }
        reply.header("cache-control", "public, max-age=60");
        return { ...product, ...(await stock.of([product])).get(product.sku) };
    });
}
