/** What the bench tells the stand-in's process. */
export type CloudOrder =
    | { readonly kind: "start"; readonly shards: number }
    | {
          readonly kind: "load";
          readonly eventsPerSecond: number;
          /** It ends with that many. @default none */
          readonly mostEvents?: number;
      }
    | { readonly kind: "rest" }
    | { readonly kind: "sample" };

/** How far everything has come. */
export interface CloudSample {
    readonly kind: "sample";
    readonly emitted: number;
    /** Applications, each of an event once if all is well; */
    readonly applied: number;
    /** and the orders that have any. */
    readonly orders: number;
    /** The most that any of them has. */
    readonly most: number;
    /** Of what was applied since the last sample. */
    readonly lagsMs: readonly number[];
    /** Processor time so far. */
    readonly cpuMs: number;
}

export type CloudMessage = { readonly kind: "started"; readonly url: string } | CloudSample;

export type HandlerName = "replicator" | "consumer";

/** What the bench tells a handler's process; it answers a `cpu` with milliseconds. */
export type HandlerOrder =
    | { readonly kind: "work"; readonly handler: HandlerName; readonly shards: number }
    | { readonly kind: "cpu" };
