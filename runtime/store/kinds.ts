import type { JsonObject } from "./json";
import type { Operation as CartOperation } from "./merging/cart";
import { cart } from "./merging/cart";
import type { Mergeable } from "./merging/mergeable";
import { session, type Operation as SessionOperation } from "./merging/session";
import { stock, type Operation as StockOperation, type StockLevel } from "./merging/stock";
import { UnknownKindError } from "./errors";

/**
 * How items of each kind are written: the one place that says so.
 *
 * A global table replicates asynchronously, item by item, and of two concurrent writes to one item keeps the
 * later, silently; a condition sees the local replica alone. So no item may ever have two writers:
 *
 * - `any-region`: every region writes an item of its own, `<sort key>#<region>`, under a condition on its
 *   version, and a reader merges the items of all regions. Nothing is in conflict, so nothing is lost. For
 *   what merges: carts, sessions.
 * - `home-region`: the item is written through one region at a time, the owner of its home, under a
 *   condition on its version, its home and the owner's epoch. For what must be decided once: orders,
 *   profiles.
 * - `escrow`: as `any-region`, and a region takes only what is its own share, so that the sum never goes
 *   below zero. For stock.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-global-table-design.prescriptive-guidance.writemodes.html
 */
export const kinds = {
    cart: { mode: "any-region", type: cart, lifetimeSeconds: 30 * 24 * 3600 },
    session: { mode: "any-region", type: session, lifetimeSeconds: 24 * 3600 },
    stock: { mode: "escrow", type: stock, lifetimeSeconds: undefined },
    order: { mode: "home-region", index: { attribute: "cartId", prefix: "CART#" } },
    profile: { mode: "home-region", index: undefined },
} as const;

export type Kind = keyof typeof kinds;
export type WriteMode = (typeof kinds)[Kind]["mode"];
export type MergeableKind = "cart" | "session" | "stock";
export type HomeKind = "order" | "profile";

/** What a reader gets of each kind. */
export interface Values {
    /** Quantities above 0 by line. */
    readonly cart: ReadonlyMap<string, number>;
    readonly session: ReadonlyMap<string, unknown>;
    readonly stock: StockLevel;
    readonly order: JsonObject;
    readonly profile: JsonObject;
}

/** What a writer does to each kind that merges. */
export interface Operations {
    readonly cart: CartOperation;
    readonly session: SessionOperation;
    readonly stock: StockOperation;
}

/** How a kind merges, its state being nobody else's business. */
export interface KindOfMergeable<K extends MergeableKind> {
    readonly type: Mergeable<unknown, Operations[K], Values[K]>;
    /** How long an item outlives its last write; undefined for ever. */
    readonly lifetimeSeconds: number | undefined;
}

/** @throws UnknownKindError */
export function modeOf(kind: string): WriteMode {
    if (!Object.hasOwn(kinds, kind)) {
        throw new UnknownKindError(kind, Object.keys(kinds));
    }
    return kinds[kind as Kind].mode;
}

/** @throws UnknownKindError for a kind that has a home instead */
export function mergeableKind<K extends MergeableKind>(kind: K): KindOfMergeable<K> {
    if (modeOf(kind) === "home-region") {
        throw new UnknownKindError(kind, ["cart", "session", "stock"]);
    }
    return kinds[kind] as unknown as KindOfMergeable<K>;
}

/** @throws UnknownKindError for a kind that merges instead */
export function homeKind(kind: HomeKind): (typeof kinds)[HomeKind] {
    if (modeOf(kind) !== "home-region") {
        throw new UnknownKindError(kind, ["order", "profile"]);
    }
    return kinds[kind];
}
