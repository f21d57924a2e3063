import type { FastifyInstance } from "fastify";

import { findProduct, type Product } from "../catalogue";
import { RequestError } from "../errors";
import type { Table } from "../table";

/** Most reservations one region keeps open for one product; well under an item's 400 KB. */
const maximumOpenReservations = 2000;

const token = { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" } as const;

/**
 * Every region sells from its own share of the stock and is the only one that writes it, so that the
 * condition "enough left" is checked where it is true: a condition on a global table sees the local
 * replica alone. The reservation and the count change in one item, hence atomically.
 * A region that joins later opens a share of its own beside those that are open, which do not shrink:
 * set them anew first.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-global-table-design.prescriptive-guidance.writemodes.html
 */
export function stockRoutes(
    server: FastifyInstance,
    table: Table,
    region: string,
    regions: readonly string[],
): void {
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
            const key = { pk: `STOCK#${sku}`, sk: `REGION#${region}` };
            await openShare(product, key);
            const reserved = await table.update(key, {
                UpdateExpression:
                    "SET available = available - :quantity, reservations.#id = :quantity",
                ConditionExpression:
                    "available >= :quantity AND attribute_not_exists(reservations.#id) AND size(reservations) < :most",
                ExpressionAttributeNames: { "#id": reservationId },
                values: { ":quantity": quantity, ":most": maximumOpenReservations },
            });
            if (reserved) {
                return reply.code(201).send({ sku, quantity, reservationId, region });
            }
            const share = await table.get(key, { strong: true });
            const reservations = (share?.["reservations"] ?? {}) as Record<string, number>;
            const held = reservations[reservationId];
            if (held === quantity) {
                return reply.code(200).send({ sku, quantity, reservationId, region });
            }
            if (held !== undefined) {
                throw new RequestError(
                    409,
                    "reservation-reused",
                    `reservation ${reservationId} is for ${held}, not ${quantity}; use a new id`,
                );
            }
            const available = Number(share?.["available"]);
            throw available < quantity
                ? new RequestError(
                      409,
                      "out-of-stock",
                      `cannot reserve ${quantity} of ${sku} in ${region}: ${available} left`,
                  )
                : new RequestError(
                      409,
                      "too-many-reservations",
                      `${region} holds all the reservations of ${sku} that it can (${maximumOpenReservations}); try again later`,
                  );
        },
    );

    async function openShare(product: Product, key: { pk: string; sk: string }): Promise<void> {
        if ((await table.get(key)) === undefined) {
            await table.putNew({
                ...key,
                available: Math.floor(product.stock / regions.length),
                reservations: {},
            });
        }
    }
}
