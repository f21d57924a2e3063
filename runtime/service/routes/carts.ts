import type { FastifyInstance } from "fastify";

import { findProduct } from "../catalogue";
import { RequestError } from "../errors";
import type { Table } from "../table";

const cartLifetimeSeconds = 30 * 24 * 3600;

const id = { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" } as const;

/**
 * A cart is one item per line, so that two regions that write different lines at the same moment
 * never overwrite one another: the table keeps the last writer of each *item*.
 */
export function cartRoutes(server: FastifyInstance, table: Table, region: string): void {
    server.put<{ Params: { id: string; sku: string }; Body: { quantity: number } }>(
        "/carts/:id/items/:sku",
        {
            schema: {
                params: { type: "object", properties: { id, sku: id }, required: ["id", "sku"] },
                body: {
                    type: "object",
                    additionalProperties: false,
                    required: ["quantity"],
                    properties: { quantity: { type: "integer", minimum: 0, maximum: 99 } },
                },
            },
        },
        async (request) => {
            const { id: cart, sku } = request.params;
            if (findProduct(sku) === undefined) {
                throw new RequestError(404, "no-such-product", `no product ${sku}`);
            }
            const now = Date.now();
            // A line of quantity 0 is kept, not deleted, so that the removal itself replicates.
            await table.put({
                pk: `CART#${cart}`,
                sk: `LINE#${sku}`,
                sku,
                quantity: request.body.quantity,
                region,
                updatedAt: new Date(now).toISOString(),
                expiresAt: Math.floor(now / 1000) + cartLifetimeSeconds,
            });
            return { cart, sku, quantity: request.body.quantity };
        },
    );

    server.get<{ Params: { id: string } }>(
        "/carts/:id",
        { schema: { params: { type: "object", properties: { id }, required: ["id"] } } },
        async (request) => {
            const lines = await table.list(`CART#${request.params.id}`, "LINE#");
            return {
                cart: request.params.id,
                items: lines
                    .filter((line) => Number(line["quantity"]) > 0)
                    .map((line) => ({ sku: line["sku"], quantity: line["quantity"] })),
            };
        },
    );
}
