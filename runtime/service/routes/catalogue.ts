import type { FastifyInstance } from "fastify";

import { catalogue, findProduct } from "../catalogue";
import { RequestError } from "../errors";

export function catalogueRoutes(server: FastifyInstance): void {
    server.get("/catalogue", async (_request, reply) => {
        reply.header("cache-control", "public, max-age=60");
        return { products: catalogue };
    });

    server.get<{ Params: { sku: string } }>("/catalogue/:sku", async (request, reply) => {
        const product = findProduct(request.params.sku);
        if (product === undefined) {
            throw new RequestError(404, "no-such-product", `no product ${request.params.sku}`);
        }
        reply.header("cache-control", "public, max-age=60");
        return product;
    });
}
