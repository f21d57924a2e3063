import type { FastifyInstance } from "fastify";

import { catalogue, findProduct } from "../catalogue";
import { RequestError } from "../errors";
import type { Media } from "../media";
import type { StockLevels } from "../stockLevels";

/**
 * Everybody gets the same catalogue, so any cache may keep it: a minute while the service is well, an
 * hour in place of an error. Long enough to browse through the loss of a region, short enough for a
 * price to change.
 */
const cacheControl = "public, max-age=60, stale-if-error=3600";

/** The catalogue, with what is left of each product where that can be had: browsing needs neither table nor cache. */
export function catalogueRoutes(
    server: FastifyInstance,
    media: Pick<Media, "find">,
    stock: Pick<StockLevels, "of">,
): void {
    server.get("/catalogue", async (_request, reply) => {
        reply.header("cache-control", cacheControl);
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
        reply.header("cache-control", cacheControl);
        return { ...product, ...(await stock.of([product])).get(product.sku) };
    });

    server.get<{ Params: { sku: string } }>("/catalogue/:sku/media", async (request, reply) => {
        const { sku } = request.params;
        if (findProduct(sku) === undefined) {
            throw new RequestError(404, "no-such-product", `no product ${sku}`);
        }
        const picture = await media.find(sku);
        if (picture === undefined) {
            throw new RequestError(404, "no-such-media", `no picture of ${sku} in this region yet`);
        }
        return reply
            .headers({
                "content-type": picture.contentType,
                "cache-control": "public, max-age=300",
                ...(picture.etag === undefined ? {} : { etag: picture.etag }),
                // An SVG is a document, too: it must neither run anything nor pass for something else.
                "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
                "x-content-type-options": "nosniff",
            })
            .send(Buffer.from(picture.body));
    });
}
