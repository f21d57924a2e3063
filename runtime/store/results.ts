import type { VersionVector } from "../consistency/versionVector";
import type { Key } from "./keys";
import type { SessionToken } from "./sessionToken";

/** A value and its version. */
export interface Versioned<V> {
    readonly value: V;
    readonly version: VersionVector;
}

/** An item as one region has it; without a value when there is none, or none any more. */
export interface Sight<V> {
    readonly value: V | undefined;
    readonly version: VersionVector;
    readonly region: string;
}

/** Of calls with a session's token: the token to go on with. */
export interface InSession {
    readonly token?: SessionToken;
}

/** What became of a read. */
export type Read<V> =
    | (Versioned<V> & InSession & { readonly kind: "found"; readonly region: string })
    | (InSession & {
          readonly kind: "absent";
          /** Of what was deleted; empty when there never was anything. */
          readonly version: VersionVector;
          readonly region: string;
      })
    | {
          /**
           * No region that can be asked has what the session has seen: its region is cut off or lost.
           * `value` is the newest that there is.
           */
          readonly kind: "behind";
          readonly value: V | undefined;
          readonly version: VersionVector;
          /** What the session has seen. */
          readonly seen: VersionVector;
      }
    | Unavailable;

/** What became of a write. */
export type Write<V> =
    | (Versioned<V> &
          InSession & {
              readonly kind: "written";
              readonly region: string;
              /**
               * What the session has seen could not be found: the operation was carried out without it, and
               * both will count. Of what merges; what has a home is never behind.
               */
              readonly behind?: boolean;
              /** The operation had been written before: this was a retry. */
              readonly repeated: boolean;
          })
    | {
          /** The item is not as the writer expected it. Nothing was written. */
          readonly kind: "conflict";
          readonly current: Sight<V>;
      }
    | {
          /** The region has not so much of its own. Nothing was written. */
          readonly kind: "refused";
          readonly reason: "insufficient-rights";
          readonly wanted: number;
          readonly available: number;
      }
    | {
          /** It may have been written, now or in a moment. Repeat it with the same operation id. */
          readonly kind: "unknown";
          readonly reason: string;
      }
    | Unavailable;

/** No answer within the limits, or no owner at present. Nothing was written. */
export interface Unavailable {
    readonly kind: "unavailable";
    readonly reason: string;
}

/** A deletion has no value left. */
export type Deletion = Write<undefined>;

/** One page of a query. */
export interface Page<V> {
    readonly items: readonly (Versioned<V> & { readonly key: Key })[];
    /** Where the next page begins; undefined after the last one. */
    readonly cursor: string | undefined;
}
