import type { MetricSink } from "../../world";

export type Direction = "read" | "write";

/** A table, or one of its indexes, in one region. */
export interface Metered {
    readonly region: string;
    readonly table: string;
    readonly index?: string;
}

/** A request that found no capacity. */
export interface ThrottledRequest extends Metered {
    /** World time, milliseconds since the epoch. */
    readonly atMs: number;
    readonly operation: string;
}

interface Minute {
    readonly of: Metered;
    readonly consumed: Record<Direction, number>;
    readonly throttled: Record<Direction, number>;
}

const namespace = "AWS/DynamoDB";
const metricWord = { read: "Read", write: "Write" } as const;

/**
 * What every table consumes and refuses: CloudWatch's metrics, a minute at a time, and the refusals
 * for a drill's record. Like DynamoDB it says nothing about a minute in which nothing happened.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
 */
export class CapacityMeter {
    readonly #minutes = new Map<string, Minute>();
    readonly #operations = new Map<
        string,
        { readonly of: Metered; operation: string; count: number }
    >();
    readonly #throttled: ThrottledRequest[] = [];

    consumed(of: Metered, direction: Direction, units: number): void {
        this.#minute(of).consumed[direction] += units;
    }

    throttled(of: Metered, direction: Direction, operation: string, atMs: number): void {
        this.#minute(of).throttled[direction]++;
        const key = JSON.stringify([of.region, of.table, operation]);
        const counted = this.#operations.get(key) ?? { of, operation, count: 0 };
        counted.count++;
        this.#operations.set(key, counted);
        this.#throttled.push({ ...of, operation, atMs });
    }

    /** Requests that were refused since then, oldest first. */
    refusals(sinceMs: number): readonly ThrottledRequest[] {
        return this.#throttled.filter(({ atMs }) => atMs >= sinceMs);
    }

    /** Publishes what was counted since the last call, as of `atMs`. */
    publish(sink: MetricSink, atMs: number): void {
        for (const { of, consumed, throttled } of this.#minutes.values()) {
            const dimensions = dimensionsOf(of);
            for (const direction of ["read", "write"] as const) {
                const word = metricWord[direction];
                for (const [metric, value] of [
                    [`Consumed${word}CapacityUnits`, consumed[direction]],
                    [`${word}ThrottleEvents`, throttled[direction]],
                ] as const) {
                    if (value > 0) {
                        sink.put({ region: of.region, namespace, metric, dimensions, value, atMs });
                    }
                }
            }
        }
        for (const { of, operation, count } of this.#operations.values()) {
            sink.put({
                region: of.region,
                namespace,
                metric: "ThrottledRequests",
                dimensions: { TableName: of.table, Operation: operation },
                value: count,
                atMs,
            });
        }
        this.#minutes.clear();
        this.#operations.clear();
    }

    #minute(of: Metered): Minute {
        const key = JSON.stringify([of.region, of.table, of.index]);
        let minute = this.#minutes.get(key);
        if (minute === undefined) {
            const nothing = { read: 0, write: 0 };
            minute = { of, consumed: { ...nothing }, throttled: { ...nothing } };
            this.#minutes.set(key, minute);
        }
        return minute;
    }
}

/** CloudWatch's dimensions of a table or an index. */
export function dimensionsOf({ table, index }: Metered): Readonly<Record<string, string>> {
    return {
        TableName: table,
        ...(index === undefined ? {} : { GlobalSecondaryIndexName: index }),
    };
}
