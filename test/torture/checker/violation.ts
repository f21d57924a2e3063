import type { Kind } from "../history/operation";

/** What a history must not have. */
export type Check =
    | "converged"
    | "cart-intent"
    | "oversold"
    | "stock-lost"
    | "one-order"
    | "order-lost"
    | "linearizable"
    | "profile-lost"
    | "read-your-writes"
    | "monotonic-reads";

export interface Violation {
    readonly check: Check;
    readonly kind: Kind;
    readonly key: string;
    readonly message: string;
    /** Indexes of the operations that show it. */
    readonly operations: readonly number[];
}
