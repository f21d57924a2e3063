import type { Exchange } from "./connection";
import type { Acknowledgement, Write } from "./ledger";

/** One thing a shopper does: a request as a rule, and what its acknowledgement promises. */
export interface Step {
    readonly name:
        | "browse"
        | "product"
        | "media"
        | "cart"
        | "read-cart"
        | "reserve"
        | "order"
        | "read-order"
        | "pay"
        | "profile"
        | "save-profile";
    /** Absent with a profile, which takes as many requests as its condition and its home ask for. */
    readonly exchange?: Exchange;
    /** The write that a 2xx answer acknowledges, if the step is one that is kept account of. */
    readonly write?: (by: Acknowledgement) => Write;
    /** Whether the answer comes with a receipt, or the receipt of the visit is shown. */
    readonly receipt?: "given" | "shown";
    /** Whether the shopper says what it has seen, and is told of what it sees. */
    readonly inSession?: true;
}

/** A product on the shelf. */
interface Choice {
    readonly sku: string;
    readonly quantity: number;
}

/** Looks at the whole catalogue: how every visit starts. */
export const browse: Step = {
    name: "browse",
    exchange: { method: "GET", path: "/catalogue" },
};

/** Products of a catalogue page, by their numbers; none when it is no such page. */
export function shelfOf(body: Buffer): readonly string[] {
    try {
        const page = JSON.parse(body.toString("utf8")) as { products?: { sku?: unknown }[] };
        return (page.products ?? []).map(({ sku }) => sku).filter((sku) => typeof sku === "string");
    } catch {
        return [];
    }
}

/** The receipt of an order's answer; none when it has none. */
export function receiptOf(body: Buffer): string | undefined {
    try {
        const { receipt } = JSON.parse(body.toString("utf8")) as { receipt?: unknown };
        return typeof receipt === "string" ? receipt : undefined;
    } catch {
        return undefined;
    }
}

/**
 * One visit to the shop, from a product to the payment of the order. Every id is used for one visit and every line of
 * a cart is written once, so that each acknowledged write has to be found afterwards.
 *
 * @param shelf the products to choose from, at least one
 */
export function visit(id: string, shelf: readonly string[], random: () => number): readonly Step[] {
    const first = Math.floor(random() * shelf.length);
    const choices: Choice[] = [...new Set([shelf[first], shelf[(first + 1) % shelf.length]])]
        .filter((sku) => sku !== undefined)
        .map((sku) => ({ sku, quantity: 1 + Math.floor(random() * 3) }));
    const cart = `cart-${id}`;
    const orderId = `order-${id}`;
    return [
        { name: "profile" },
        { name: "save-profile" },
        ...choices.flatMap((choice) => [product(choice.sku), cartLine(cart, choice)]),
        ...choices.slice(0, 1).map(({ sku }) => picture(sku)),
        {
            name: "read-cart",
            exchange: { method: "GET", path: `/carts/${cart}` },
            inSession: true,
        },
        ...choices.slice(0, 1).map((choice) => reservation(id, choice)),
        order(orderId, cart, choices),
        {
            name: "read-order",
            exchange: { method: "GET", path: `/orders/${orderId}` },
            receipt: "shown",
        },
        payment(orderId, 100 * (1 + Math.floor(random() * 500))),
    ];
}

/** A visit of somebody who looks at one product and leaves. */
export function look(_id: string, shelf: readonly string[], random: () => number): readonly Step[] {
    return shelf
        .slice(Math.floor(random() * shelf.length))
        .slice(0, 1)
        .map(product);
}

function product(sku: string): Step {
    return { name: "product", exchange: { method: "GET", path: `/catalogue/${sku}` } };
}

function picture(sku: string): Step {
    return { name: "media", exchange: { method: "GET", path: `/catalogue/${sku}/media` } };
}

function cartLine(cart: string, { sku, quantity }: Choice): Step {
    return {
        name: "cart",
        exchange: { method: "PUT", path: `/carts/${cart}/items/${sku}`, body: { quantity } },
        write: (by) => ({ kind: "cart-line", cart, sku, quantity, by }),
        inSession: true,
    };
}

function reservation(id: string, { sku, quantity }: Choice): Step {
    return {
        name: "reserve",
        exchange: {
            method: "POST",
            path: `/stock/${sku}/reservations`,
            body: { quantity, reservationId: `reservation-${id}` },
        },
    };
}

function order(orderId: string, cart: string, choices: readonly Choice[]): Step {
    return {
        name: "order",
        exchange: {
            method: "POST",
            path: "/orders",
            headers: { "idempotency-key": orderId },
            body: { cartId: cart, items: choices },
        },
        write: (by) => ({ kind: "order", orderId, cart, by }),
        receipt: "given",
    };
}

function payment(orderId: string, amount: number): Step {
    return {
        name: "pay",
        exchange: {
            method: "POST",
            path: `/orders/${orderId}/payment`,
            body: { amount, currency: "USD" },
        },
        write: (by) => ({ kind: "payment", orderId, amount, by }),
    };
}
