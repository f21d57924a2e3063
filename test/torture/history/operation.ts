/** What a client asks of the storefront. Quantities are whole items; a profile's values are unique numbers. */
export type Call =
    /** Sets the quantity of one line of a cart; 0 takes the line out. */
    | { readonly kind: "cart"; readonly f: "set"; readonly sku: string; readonly quantity: number }
    | { readonly kind: "cart"; readonly f: "read" }
    /** Places the order whose idempotency key is the operation's key. */
    | { readonly kind: "order"; readonly f: "place"; readonly body: string }
    | { readonly kind: "order"; readonly f: "read" }
    | { readonly kind: "stock"; readonly f: "take"; readonly amount: number }
    | { readonly kind: "stock"; readonly f: "add"; readonly amount: number }
    | { readonly kind: "stock"; readonly f: "read" }
    | { readonly kind: "profile"; readonly f: "write"; readonly value: number }
    /** Writes `to` if the profile is `from`; fails, certainly without an effect, if it is not. */
    | {
          readonly kind: "profile";
          readonly f: "swap";
          readonly from: number | null;
          readonly to: number;
      }
    /** A strong read is answered by the item's home; another one by the replica at hand. */
    | { readonly kind: "profile"; readonly f: "read"; readonly strong: boolean };

export type Kind = Call["kind"];

export const kinds: readonly Kind[] = ["cart", "order", "stock", "profile"];

/** Lines of a cart with a quantity over 0, by SKU. */
export type Cart = Readonly<Record<string, number>>;

/** A cart, an order's identity and body, what is left of a product, or a profile; null where there is none. */
export type Value = Cart | string | number | null;

/**
 * How a call ended, in Jepsen's words: `ok`, it took effect; `fail`, it certainly did not; `info`, nobody
 * knows, and it may take effect at any later time.
 */
export type Result =
    | { readonly type: "ok"; readonly value?: Value }
    | { readonly type: "fail"; readonly reason: string }
    | { readonly type: "info"; readonly reason: string };

/** One call of one client, from its invocation to its completion. */
export interface Operation {
    /** Place in the history by invocation, from 0. */
    readonly index: number;
    /** A client; it has one call at a time. */
    readonly process: number;
    /** Whose reads have to be in order; it goes with the client from region to region. */
    readonly session: string;
    readonly region: string;
    readonly key: string;
    readonly call: Call;
    /** Milliseconds from the start of the history. */
    readonly invokedMs: number;
    /** The same; infinite for a call whose end nobody saw. */
    readonly completedMs: number;
    readonly result: Result;
}

/**
 * What the system tells of itself: an order or a profile's value that a takeover lost, or a cart's line that
 * a client wrote in another region before its earlier write had arrived there, so that both count.
 */
export interface Reported {
    readonly kind: Kind;
    readonly key: string;
    /** Of a cart the line, else absent. */
    readonly sku?: string;
    readonly value: Value;
}

/** What one region holds after everything has healed. */
export interface FinalState {
    readonly carts: Readonly<Record<string, Cart>>;
    readonly orders: Readonly<Record<string, string | null>>;
    readonly stock: Readonly<Record<string, number | null>>;
    readonly profiles: Readonly<Record<string, number | null>>;
}

export interface History {
    readonly operations: readonly Operation[];
    /** What is left of each product before the first operation. */
    readonly initialStock: Readonly<Record<string, number>>;
    readonly reported: readonly Reported[];
    /** By region, read one after the other once the regions have had time to agree. */
    readonly final: Readonly<Record<string, FinalState>>;
}

/** Whether an operation ended before another one began: the order that everybody can see. */
export function precedes(a: Operation, b: Operation): boolean {
    return a.completedMs < b.invokedMs;
}

/** Whether an operation took effect, or may have. */
export function mayHaveHappened({ result }: Operation): boolean {
    return result.type !== "fail";
}

/** Narrows operations to one call: `callsOf(operations, "cart", "set")`. */
export function callsOf<K extends Kind, F extends Extract<Call, { kind: K }>["f"]>(
    operations: readonly Operation[],
    kind: K,
    f: F,
): readonly (Operation & { readonly call: Extract<Call, { kind: K; f: F }> })[] {
    return operations.filter(
        (operation): operation is Operation & { call: Extract<Call, { kind: K; f: F }> } =>
            operation.call.kind === kind && operation.call.f === f,
    );
}

/** A value as text, for messages and as a key. */
export function textOf(value: Value | undefined): string {
    return JSON.stringify(value ?? null);
}

/** Values by group, groups in the order in which they are met. */
export function groupBy<T>(
    values: readonly T[],
    keyOf: (value: T) => string,
): ReadonlyMap<string, readonly T[]> {
    const groups = new Map<string, T[]>();
    for (const value of values) {
        const key = keyOf(value);
        const group = groups.get(key);
        if (group === undefined) {
            groups.set(key, [value]);
        } else {
            group.push(value);
        }
    }
    return groups;
}
