import { createHmac, timingSafeEqual } from "node:crypto";

import { z } from "zod";

import { keyOf, type KeyRing, type ReceiptKey } from "./keyRing";

const orderSchema = z.object({
    orderId: z.string(),
    cartId: z.string(),
    total: z.number(),
    currency: z.string(),
    /** Region that acknowledged the order. */
    region: z.string(),
    /** ISO 8601. */
    createdAt: z.string(),
});

/** What a receipt vouches for. */
export type ReceiptedOrder = z.infer<typeof orderSchema>;

export type ReceiptCheck =
    | { readonly kind: "valid"; readonly order: ReceiptedOrder }
    /** Nobody with a key of the ring signed it. */
    | { readonly kind: "forged" }
    /** Signed with a key that the ring does not have: newer than the ring, or too old. */
    | { readonly kind: "unknown-key" };

/** Longest receipt that is looked at; one is about 300 characters. */
export const mostReceiptCharacters = 1024;

/**
 * The order in words that only somebody with the ring can say: `<key id>.<order>.<HMAC-SHA256 of both>`,
 * the last two in base64url. Undefined as long as no key signs.
 */
export function signReceipt(order: ReceiptedOrder, ring: KeyRing): string | undefined {
    const key = keyOf(ring, ring.signing);
    if (key === undefined) {
        return undefined;
    }
    const claim = `${key.id}.${Buffer.from(JSON.stringify(order)).toString("base64url")}`;
    return `${claim}.${codeOf(claim, key)}`;
}

export function checkReceipt(text: string, ring: KeyRing): ReceiptCheck {
    const [, id, payload, code] =
        /^([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{43})$/.exec(text) ?? [];
    if (payload === undefined || code === undefined || text.length > mostReceiptCharacters) {
        return { kind: "forged" };
    }
    const key = keyOf(ring, id);
    if (key === undefined) {
        return { kind: "unknown-key" };
    }
    const expected = codeOf(`${key.id}.${payload}`, key);
    if (!timingSafeEqual(Buffer.from(expected), Buffer.from(code))) {
        return { kind: "forged" };
    }
    // What has the right code was written by `signReceipt`.
    const order = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as unknown;
    return { kind: "valid", order: orderSchema.parse(order) };
}

function codeOf(claim: string, key: ReceiptKey): string {
    return createHmac("sha256", Buffer.from(key.secret, "base64url"))
        .update(claim)
        .digest("base64url");
}
