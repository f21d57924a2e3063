import type { FastifyInstance } from "fastify";

import type { GlobalDataStore } from "../../store/globalDataStore";
import { findProduct, type Product } from "../catalogue";
import { RequestError } from "../errors";
import { tableUnavailable } from "../session";
import { shareOf, stockKey } from "../stockLevels";

const token = { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" } as const;

/**
 * Every region sells from its own share of the stock and asks no other one, so that nothing is oversold
 * whoever cannot be reached. A reservation is made once under its id, also when it is repeated in another
 * region: see `store/items/takes.ts`.
 *
 * A region's share is opened by its first customer. One that joins later opens a share beside those that are
 * open, which do not shrink: set them anew first.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-global-table-design.prescriptive-guidance.writemodes.html
 */
export function stockRoutes(
    server: FastifyInstance,
    store: Pick<GlobalDataStore, "apply" | "take">,
    region: string,
    regions: readonly string[],
): void {
    /** Products whose share is known to be open. */
    const opened = new Set<string>();

    server.post<{
        Params: { sku: string };
        Body: { quantity: number; reservationId: string };
    }>(
        "/stock/:sku/reservations",
        {
            schema: {
                params: { type: "object", properties: { sku: token }, required: ["sku"] },
                body: {
                    type: "object",
                    additionalProperties: false,
                    required: ["quantity", "reservationId"],
                    properties: {
                        quantity: { type: "integer", minimum: 1, maximum: 99 },
                        reservationId: token,
                    },
                },
            },
        },
        async (request, reply) => {
            const { sku } = request.params;
            const { quantity, reservationId } = request.body;
            const product = findProduct(sku);
            if (product === undefined) {
                throw new RequestError(404, "no-such-product", `no product ${sku}`);
            }
            const taking = await take(product, quantity, reservationId);
            switch (taking.kind) {
                case "taken":
                    if (taking.amount !== quantity) {
                        throw new RequestError(
                            409,
                            "reservation-reused",
                            `reservation ${reservationId} is for ${taking.amount}, not ${quantity}; use a new id`,
                        );
                    }
                    return reply
                        .code(taking.repeated ? 200 : 201)
                        .send({ sku, quantity, reservationId, region: taking.region });
                case "refused":
                    throw new RequestError(
                        409,
                        "out-of-stock",
                        `cannot reserve ${quantity} of ${sku} in ${region}: ${taking.available} left`,
                    );
                case "unknown":
                case "unavailable":
                    throw tableUnavailable(reply, taking.reason);
            }
        },
    );

    /** Opens the region's share when there is none to take from. */
    async function take(product: Product, quantity: number, name: string) {
        const key = stockKey(product.sku);
        const taking = await store.take(key, quantity, name);
        if (taking.kind !== "refused" || opened.has(product.sku)) {
            return taking;
        }
        const open = await store.apply("stock", key, {
            op: "open",
            amount: shareOf(product, regions),
        });
        if (open.kind === "unknown" || open.kind === "unavailable") {
            return open;
        }
        opened.add(product.sku);
        return store.take(key, quantity, name);
    }
}
