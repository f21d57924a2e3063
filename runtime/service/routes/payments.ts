import type { FastifyInstance, FastifyReply } from "fastify";

import { DatabaseUnavailableError, NotWriterError } from "../database/database";
import { RequestError } from "../errors";
import type { Payments } from "../payments";

/** When a client that could not pay should try again, seconds: a change of the writer takes about a minute. */
const retryAfterSeconds = 5;

const orderParams = {
    type: "object",
    properties: { id: { type: "string", pattern: "^[A-Za-z0-9_-]{1,64}$" } },
    required: ["id"],
} as const;

/**
 * A payment is made where the database is written, and nowhere else: at the name that follows the
 * writer. A region that does not write says 421 and ends the connection, so that the client asks DNS
 * anew. That is no failure of the region's, and must not look like one: an alarm that counts 5xx would
 * have it evacuated next. A database that should write and does not is a failure: 503.
 *
 * What was paid is written down as it comes. Whether it is the order's total is for whoever reconciles
 * the two: the order may be on its way to this region still.
 */
export function paymentRoutes(
    server: FastifyInstance,
    payments: Pick<Payments, "take" | "find">,
    { region, writeName }: { readonly region: string; readonly writeName: string },
): void {
    server.post<{ Params: { id: string }; Body: { amount: number; currency: string } }>(
        "/orders/:id/payment",
        {
            schema: {
                params: orderParams,
                body: {
                    type: "object",
                    additionalProperties: false,
                    required: ["amount", "currency"],
                    properties: {
                        // In minor units of the currency.
                        amount: { type: "integer", minimum: 1, maximum: 2_000_000_000 },
                        currency: { type: "string", pattern: "^[A-Z]{3}$" },
                    },
                },
            },
        },
        async (request, reply) => {
            const orderId = request.params.id;
            const { amount, currency } = request.body;
            const paidAt = new Date().toISOString();
            const { payment, isNew } = await payments
                .take({ orderId, amount, currency, region, paidAt })
                .catch((error: unknown) => {
                    throw explained(error, reply, { region, writeName });
                });
            if (payment.amount !== amount || payment.currency !== currency) {
                throw new RequestError(
                    409,
                    "already-paid",
                    `order ${orderId} is paid with ${payment.amount} ${payment.currency}, not ${amount} ${currency}`,
                );
            }
            return reply.code(isNew ? 201 : 200).send(payment);
        },
    );

    server.get<{ Params: { id: string } }>(
        "/orders/:id/payment",
        { schema: { params: orderParams } },
        async (request, reply) => {
            const payment = await payments.find(request.params.id).catch((error: unknown) => {
                throw explained(error, reply, { region, writeName });
            });
            if (payment === undefined) {
                throw new RequestError(
                    404,
                    "no-such-payment",
                    `no payment of order ${request.params.id}`,
                );
            }
            return payment;
        },
    );
}

/** What the client is told; what it can do about it is in the head of the reply. */
function explained(
    error: unknown,
    reply: FastifyReply,
    { region, writeName }: { readonly region: string; readonly writeName: string },
): unknown {
    if (error instanceof NotWriterError) {
        reply.header("retry-after", retryAfterSeconds).header("connection", "close");
        return new RequestError(
            421,
            "not-the-writer",
            `the database is not written in ${region}; pay at https://${writeName}, on a new connection`,
        );
    }
    if (error instanceof DatabaseUnavailableError) {
        reply.header("retry-after", retryAfterSeconds);
        reply.log.warn({ err: error }, "database unavailable");
        return new RequestError(503, "database-unavailable", error.message);
    }
    return error;
}
