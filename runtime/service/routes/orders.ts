import { isDeepStrictEqual } from "node:util";

import type { FastifyInstance } from "fastify";

import { findProduct } from "../catalogue";
import { orderPlacedEvent } from "../../events/event";
import { mostReceiptCharacters, type ReceiptedOrder } from "../../receipts/receipt";
import { RequestError } from "../errors";
import type { Surroundings } from "../server";
import type { Table } from "../table";

interface OrderBody {
    readonly cartId: string;
    readonly items: readonly { readonly sku: string; readonly quantity: number }[];
}

const token = { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" } as const;

/**
 * The order's id *is* the client's idempotency key. A retry that lands in another region, before
 * the first attempt replicated, writes the same item there, and the replicas converge on one order.
 *
 * Orders are therefore no items with a home, though the store has a kind for them. A home would decide which of
 * two *different* orders under one key counts, and a client that sends those is at fault: in one region it is
 * refused (409), in two the later one stays. It would cost every client whose key has its home in a lost region
 * 46 s of 503 and more until another region has taken it over, which is the failover's whole worth. The stock
 * of an order is taken once by its reservation, whatever becomes of the order: see `stock.ts`.
 */
export function orderRoutes(
    server: FastifyInstance,
    table: Table,
    { archive, events, receipts }: Pick<Surroundings, "archive" | "events" | "receipts">,
    region: string,
): void {
    /** Tells of an order that is in the table; whatever becomes of that, the order stands. */
    const tell = (order: Readonly<Record<string, unknown>>): void => {
        const told = publicOrder(order);
        archive.keep(told);
        events.emit(
            orderPlacedEvent(
                region,
                {
                    orderId: told.orderId,
                    cartId: String(order["cartId"]),
                    total: Number(order["total"]),
                    currency: String(order["currency"]),
                },
                told.createdAt,
            ),
        );
    };

    const withReceipt = (order: Readonly<Record<string, unknown>>): object => {
        const receipt = receipts.issue(receiptedOrder(order));
        return { ...publicOrder(order), ...(receipt === undefined ? {} : { receipt }) };
    };

    server.post<{ Body: OrderBody; Headers: { "idempotency-key": string } }>(
        "/orders",
        {
            schema: {
                headers: {
                    type: "object",
                    required: ["idempotency-key"],
                    properties: { "idempotency-key": token },
                },
                body: {
                    type: "object",
                    additionalProperties: false,
                    required: ["cartId", "items"],
                    properties: {
                        cartId: token,
                        items: {
                            type: "array",
                            minItems: 1,
                            maxItems: 50,
                            items: {
                                type: "object",
                                additionalProperties: false,
                                required: ["sku", "quantity"],
                                properties: {
                                    sku: token,
                                    quantity: { type: "integer", minimum: 1, maximum: 99 },
                                },
                            },
                        },
                    },
                },
            },
        },
        async (request, reply) => {
            const orderId = request.headers["idempotency-key"];
            const { cartId, items } = request.body;
            const order = {
                pk: `ORDER#${orderId}`,
                sk: "ORDER",
                orderId,
                cartId,
                items,
                total: totalOf(items),
                currency: "USD",
                region,
                createdAt: new Date().toISOString(),
                gsi1pk: `CART#${cartId}`,
                gsi1sk: `ORDER#${orderId}`,
            };
            if (await table.putNew(order)) {
                tell(order);
                return reply.code(201).send(withReceipt(order));
            }
            const existing = await table.get({ pk: order.pk, sk: order.sk }, { strong: true });
            if (existing?.["cartId"] !== cartId || !isDeepStrictEqual(existing["items"], items)) {
                throw new RequestError(
                    409,
                    "idempotency-key-reused",
                    `idempotency key ${orderId} belongs to another order; use a new key`,
                );
            }
            // Perhaps the first attempt's task ended before it could tell.
            tell(existing);
            return reply.code(200).send(withReceipt(existing));
        },
    );

    oneOrder(server, table, receipts);
    cartOrders(server, table);
}

/**
 * An order by its id. A receipt (header `x-order-receipt`) tells an order that no region has heard of from
 * one that another region acknowledged and that has not arrived here: the latter is answered with 202 and
 * what the receipt vouches for, whether or not that region is still there.
 */
function oneOrder(
    server: FastifyInstance,
    table: Table,
    receipts: Pick<Surroundings["receipts"], "check">,
): void {
    server.get<{ Params: { id: string }; Headers: { "x-order-receipt"?: string } }>(
        "/orders/:id",
        {
            schema: {
                params: { type: "object", properties: { id: token }, required: ["id"] },
                headers: {
                    type: "object",
                    properties: {
                        "x-order-receipt": { type: "string", maxLength: mostReceiptCharacters },
                    },
                },
            },
        },
        async (request, reply) => {
            const { id } = request.params;
            const receipt = request.headers["x-order-receipt"];
            const check = receipt === undefined ? undefined : await receipts.check(receipt);
            if (
                check?.kind === "forged" ||
                (check?.kind === "valid" && check.order.orderId !== id)
            ) {
                throw new RequestError(
                    401,
                    "receipt-not-valid",
                    `the receipt is not one of order ${id}; send the one that the order was answered with, or none`,
                );
            }
            const order = await table.get({ pk: `ORDER#${id}`, sk: "ORDER" });
            if (order !== undefined) {
                return publicOrder(order);
            }
            if (check?.kind === "valid") {
                return reply.code(202).send({ ...check.order, status: "arriving" });
            }
            if (check?.kind === "unknown-key") {
                throw new RequestError(
                    503,
                    "receipt-not-checked",
                    `order ${id} is not here, and its receipt cannot be checked now; try again`,
                );
            }
            throw new RequestError(404, "no-such-order", `no order ${id}`);
        },
    );
}

/** The orders made of a cart, by their ids; a new one may take a moment to appear. */
function cartOrders(server: FastifyInstance, table: Table): void {
    server.get<{ Params: { id: string } }>(
        "/carts/:id/orders",
        { schema: { params: { type: "object", properties: { id: token }, required: ["id"] } } },
        async (request) => {
            const orders = await table.listIndex("gsi1", `CART#${request.params.id}`);
            return { cart: request.params.id, orders: orders.map(publicOrder) };
        },
    );
}

function totalOf(items: OrderBody["items"]): number {
    let total = 0;
    for (const { sku, quantity } of items) {
        const product = findProduct(sku);
        if (product === undefined) {
            throw new RequestError(404, "no-such-product", `no product ${sku}`);
        }
        total += product.price.amount * quantity;
    }
    return total;
}

function receiptedOrder(order: Readonly<Record<string, unknown>>): ReceiptedOrder {
    const said = (name: string): string => String(order[name]);
    return {
        orderId: said("orderId"),
        cartId: said("cartId"),
        total: Number(order["total"]),
        currency: said("currency"),
        region: said("region"),
        createdAt: said("createdAt"),
    };
}

function publicOrder(
    order: Readonly<Record<string, unknown>>,
): Record<string, unknown> & { readonly orderId: string; readonly createdAt: string } {
    return {
        orderId: String(order["orderId"]),
        ...Object.fromEntries(
            ["cartId", "items", "total", "currency", "region"].map((name) => [name, order[name]]),
        ),
        createdAt: String(order["createdAt"]),
    };
}
