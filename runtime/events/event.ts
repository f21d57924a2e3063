import * as z from "zod";

/** Region names, entities and ids go into keys: nothing that could be taken for their separator. */
const token = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

const orderPlaced = z.strictObject({
    orderId: token,
    cartId: token,
    /** In the currency's smallest unit. */
    total: z.number().int().min(0),
    currency: z.string().length(3),
});

const schema = z
    .strictObject({
        /** `<origin>/<entity>/<sequence>`: the same event has the same id, however often it is sent. */
        id: z.string(),
        /** Region that it happened in: only that region replicates it, so that no loop can arise. */
        origin: token,
        /** What it is about, and what it is in order with: an order. */
        entity: token,
        /** Counts the entity's events in its origin, from 1. */
        sequence: z.number().int().min(1),
        /** ISO 8601. */
        at: z.iso.datetime(),
        type: z.literal("order-placed"),
        data: orderPlaced,
    })
    .refine((event) => event.id === eventId(event.origin, event.entity, event.sequence), {
        path: ["id"],
        message: "must be <origin>/<entity>/<sequence>",
    });

export type DomainEvent = z.infer<typeof schema>;
export type OrderPlaced = z.infer<typeof orderPlaced>;

/** Thrown for bytes that are no event; they will not become one by being tried again. */
export class MalformedEventError extends Error {
    override readonly name = "MalformedEventError";
}

export function eventId(origin: string, entity: string, sequence: number): string {
    return `${origin}/${entity}/${sequence}`;
}

/** The one event of an order so far: it was placed. Its id needs no counter, so that a repetition has the same. */
export function orderPlacedEvent(origin: string, order: OrderPlaced, at: string): DomainEvent {
    const entity = order.orderId;
    return {
        id: eventId(origin, entity, 1),
        origin,
        entity,
        sequence: 1,
        at,
        type: "order-placed",
        data: order,
    };
}

export function encodeEvent(event: DomainEvent): Uint8Array {
    return Buffer.from(JSON.stringify(event), "utf8");
}

/** @throws MalformedEventError that lists every problem */
export function decodeEvent(bytes: Uint8Array): DomainEvent {
    let parsed: unknown;
    try {
        parsed = JSON.parse(Buffer.from(bytes).toString("utf8"));
    } catch {
        throw new MalformedEventError("the event is not JSON");
    }
    const result = schema.safeParse(parsed);
    if (result.success) {
        return result.data;
    }
    throw new MalformedEventError(
        `the event is malformed: ${result.error.issues
            .map(({ path, message }) => `${path.join(".") || "event"}: ${message}`)
            .join("; ")}`,
    );
}
