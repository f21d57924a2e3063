import type { FastifyInstance } from "fastify";

import type { GlobalDataStore } from "../../store/globalDataStore";
import { findProduct } from "../catalogue";
import { RequestError } from "../errors";
import { answerSession, arriving, sessionHeaders, sessionOf, tableUnavailable } from "../session";

const id = { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" } as const;

/** The key of a cart in the store. */
export function cartKey(cart: string) {
    return { pk: `CART#${cart}`, sk: "CART" };
}

/**
 * A cart merges: every region writes an item of its own, and what was added anywhere is in it. A line is set
 * to a quantity, so that a repetition in another region, which has not heard of the first attempt, changes
 * nothing.
 *
 * What a session has seen elsewhere and has not arrived here is `arriving`: a read is answered with what there
 * is and 202, a write is done without it.
 */
export function cartRoutes(
    server: FastifyInstance,
    store: Pick<GlobalDataStore, "apply" | "get">,
): void {
    server.put<{ Params: { id: string; sku: string }; Body: { quantity: number } }>(
        "/carts/:id/items/:sku",
        {
            schema: {
                params: { type: "object", properties: { id, sku: id }, required: ["id", "sku"] },
                headers: sessionHeaders,
                body: {
                    type: "object",
                    additionalProperties: false,
                    required: ["quantity"],
                    properties: { quantity: { type: "integer", minimum: 0, maximum: 99 } },
                },
            },
        },
        async (request, reply) => {
            const { id: cart, sku } = request.params;
            const { quantity } = request.body;
            if (findProduct(sku) === undefined) {
                throw new RequestError(404, "no-such-product", `no product ${sku}`);
            }
            const token = sessionOf(request.headers);
            const write = await store.apply(
                "cart",
                cartKey(cart),
                { op: "set", line: sku, quantity },
                { token },
            );
            if (write.kind !== "written") {
                throw tableUnavailable(reply, "reason" in write ? write.reason : write.kind);
            }
            answerSession(reply, write.token);
            return { cart, sku, quantity, ...(write.behind === true ? arriving : {}) };
        },
    );

    server.get<{ Params: { id: string } }>(
        "/carts/:id",
        {
            schema: {
                params: { type: "object", properties: { id }, required: ["id"] },
                headers: sessionHeaders,
            },
        },
        async (request, reply) => {
            const { id: cart } = request.params;
            const key = cartKey(cart);
            const token = sessionOf(request.headers);
            const read = await store.get("cart", key, { token });
            switch (read.kind) {
                case "found":
                case "absent":
                    answerSession(reply, read.token);
                    return { cart, items: itemsOf("value" in read ? read.value : undefined) };
                case "behind":
                    answerSession(reply, token.saw(key, read.version));
                    return reply
                        .code(202)
                        .header("retry-after", "1")
                        .send({ cart, items: itemsOf(read.value), ...arriving });
                case "unavailable":
                    throw tableUnavailable(reply, read.reason);
            }
        },
    );
}

function itemsOf(lines: ReadonlyMap<string, number> | undefined) {
    return [...(lines ?? [])].map(([sku, quantity]) => ({ sku, quantity }));
}
