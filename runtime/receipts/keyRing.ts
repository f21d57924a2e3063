import { randomBytes } from "node:crypto";

import { z } from "zod";

/** A key that receipts are signed with, or were, or will be. */
export interface ReceiptKey {
    readonly id: string;
    /** 256 bits, base64url. */
    readonly secret: string;
}

/**
 * The keys of receipts, oldest first. One of them signs. What comes after it is published one rotation
 * before it signs, so that a region whose copy of the ring is a rotation old can still check what the
 * others sign; what comes before it no longer signs, and is still honoured.
 */
export interface KeyRing {
    /** Id of the key that signs; none in a ring that was never rotated. */
    readonly signing?: string;
    readonly keys: readonly ReceiptKey[];
}

/** Thrown for a text that is no ring. Says nothing of what the text is: it may hold keys. */
export class MalformedKeyRingError extends Error {
    override readonly name = "MalformedKeyRingError";
    constructor() {
        super(
            'the secret is no ring of keys, which is JSON of {"signing": <id>, "keys": [{"id", "secret"}]}; rotate it, or put back the version before',
        );
    }
}

/** Those that no longer sign, the one that does, and the next. */
const mostKeys = 3;

const ringSchema = z
    .object({
        signing: z.string().min(1).exactOptional(),
        keys: z.array(
            z.object({
                id: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/),
                secret: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
            }),
        ),
    })
    .refine(({ signing, keys }) =>
        signing === undefined ? keys.length === 0 : keys.some(({ id }) => id === signing),
    );

/** @throws MalformedKeyRingError */
export function parseKeyRing(text: string): KeyRing {
    let value: unknown;
    try {
        value = JSON.parse(text);
    } catch {
        throw new MalformedKeyRingError();
    }
    const result = ringSchema.safeParse(value);
    if (!result.success) {
        throw new MalformedKeyRingError();
    }
    return result.data;
}

/** The ring after a rotation: the key that was published last signs, and a new one is published. */
export function rotatedRing(ring: KeyRing, newKey: () => ReceiptKey = randomKey): KeyRing {
    const signing = ring.keys.at(-1) ?? newKey();
    const keys = [...ring.keys.slice(0, -1), signing, newKey()];
    return { signing: signing.id, keys: keys.slice(-mostKeys) };
}

export function keyOf(ring: KeyRing, id: string | undefined): ReceiptKey | undefined {
    return ring.keys.find((key) => key.id === id);
}

function randomKey(): ReceiptKey {
    return {
        id: randomBytes(6).toString("base64url"),
        secret: randomBytes(32).toString("base64url"),
    };
}
