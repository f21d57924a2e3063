import type { FastifyInstance } from "fastify";

import { catalogue, findProduct } from "../catalogue";
import { RequestError } from "../errors";

/**
 * Everybody gets the same catalogue, so any cache may keep it: a minute while the service is well, an
 * hour in place of an error. Long enough to browse through the loss of a region, short enough for a
 * price to change.
 */
const cacheControl = "public, max-age=60, stale-if-error=3600";

export function catalogueRoutes(server: FastifyInstance): void {
    server.get("/catalogue", async (_request, reply) => {
        reply.header("cache-control", cacheControl);
        return { products: catalogue };
    });

    server.get<{ Params: { sku: string } }>("/catalogue/:sku", async (request, reply) => {
        const product = findProduct(request.params.sku);
        if (product === undefined) {
            throw new RequestError(404, "no-such-product", `no product ${request.params.sku}`);
        }
        reply.header("cache-control", cacheControl);
        return product;
    });
}
