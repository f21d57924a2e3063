import type { HybridTimestamp } from "../../consistency/hybridClock";
import type { StateCodec } from "../codec/states";

/** Who makes a change, and when. */
export interface Author {
    /** The region that writes; it makes its changes one after the other. */
    readonly region: string;
    readonly at: HybridTimestamp;
}

/** What became of an operation: the delta to merge, or why it must not be. */
export type Step<S> =
    | { readonly kind: "delta"; readonly delta: S }
    | {
          readonly kind: "refused";
          readonly reason: "insufficient-rights";
          readonly wanted: number;
          readonly available: number;
      };

/** A kind of item that every region may change, as the store sees it. */
export interface Mergeable<S, O, V> {
    readonly empty: S;
    readonly codec: StateCodec<S>;
    merge(a: S, b: S): S;
    /** @throws Error of the type's own for an operation that nobody could carry out */
    apply(state: S, operation: O, author: Author): Step<S>;
    /** What a reader gets. @param region where it is read */
    value(state: S, region: string): V;
}
