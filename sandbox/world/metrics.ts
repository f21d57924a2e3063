import type { WorldClock } from "./clock";
import type { MetricSample, MetricSink } from "./world";

/** Finest period that can be asked for, milliseconds (CloudWatch's own is 1 s for high-resolution metrics; alarms start at 10 s). */
const bucketMs = 10_000;
/** How long samples are kept, milliseconds: longer than any alarm looks back. */
const retentionMs = 6 * 3600 * 1000;

export interface MetricQuery {
    readonly region: string;
    readonly namespace: string;
    readonly metric: string;
    readonly dimensions: Readonly<Record<string, string>>;
    /** `Average`, `Sum`, `Minimum`, `Maximum`, `SampleCount`, or a percentile such as `p99`. */
    readonly statistic: string;
    readonly periodMs: number;
    /** First period start and last period end, milliseconds since the epoch, on period boundaries. */
    readonly fromMs: number;
    readonly toMs: number;
}

/** Values by period start; a period without samples has none. */
export type Series = ReadonlyMap<number, number>;

/**
 * CloudWatch's metric store: samples by name and dimensions, in the region that published them. As
 * there, a metric is found under exactly the dimensions it was published with and never aggregated
 * over others.
 */
export class Metrics implements MetricSink {
    readonly #metrics = new Map<string, Map<number, number[]>>();

    constructor(private readonly clock: WorldClock) {}

    put(sample: MetricSample): void {
        const key = keyOf(sample.region, sample.namespace, sample.metric, sample.dimensions);
        let buckets = this.#metrics.get(key);
        if (buckets === undefined) {
            buckets = new Map();
            this.#metrics.set(key, buckets);
        }
        const nowMs = this.clock.now();
        const start = Math.floor((sample.atMs ?? nowMs) / bucketMs) * bucketMs;
        const values = buckets.get(start);
        if (values !== undefined) {
            values.push(sample.value);
            return;
        }
        buckets.set(start, [sample.value]);
        for (const old of buckets.keys()) {
            if (old >= nowMs - retentionMs) {
                break;
            }
            buckets.delete(old);
        }
    }

    /** Sum of everything that was published under a name and is still kept. */
    total(
        region: string,
        namespace: string,
        metric: string,
        dimensions: Readonly<Record<string, string>>,
    ): number {
        const buckets = this.#metrics.get(keyOf(region, namespace, metric, dimensions));
        return [...(buckets?.values() ?? [])].flat().reduce((sum, value) => sum + value, 0);
    }

    /** The sets of dimensions that a metric of the region was published with, and is still kept with. */
    dimensionsOf(
        region: string,
        namespace: string,
        metric: string,
    ): readonly Readonly<Record<string, string>>[] {
        return [...this.#metrics.keys()].flatMap((key) => {
            const [r, n, m, dimensions] = JSON.parse(key) as [
                string,
                string,
                string,
                readonly (readonly [string, string])[],
            ];
            return r === region && n === namespace && m === metric
                ? [Object.fromEntries(dimensions)]
                : [];
        });
    }

    query(query: MetricQuery): Series {
        const buckets = this.#metrics.get(
            keyOf(query.region, query.namespace, query.metric, query.dimensions),
        );
        const series = new Map<number, number>();
        for (let start = query.fromMs; start < query.toMs; start += query.periodMs) {
            const values: number[] = [];
            for (let at = start; at < start + query.periodMs; at += bucketMs) {
                values.push(...(buckets?.get(at) ?? []));
            }
            if (values.length > 0) {
                series.set(start, statistic(query.statistic, values));
            }
        }
        return series;
    }
}

function keyOf(
    region: string,
    namespace: string,
    metric: string,
    dimensions: Readonly<Record<string, string>>,
): string {
    const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
    return JSON.stringify([region, namespace, metric, sorted]);
}

/** @throws RangeError for a statistic CloudWatch does not have */
export function statistic(name: string, values: readonly number[]): number {
    switch (name) {
        case "Average":
            return values.reduce((sum, value) => sum + value, 0) / values.length;
        case "Sum":
            return values.reduce((sum, value) => sum + value, 0);
        case "Minimum":
            return Math.min(...values);
        case "Maximum":
            return Math.max(...values);
        case "SampleCount":
            return values.length;
        default: {
            const percentile = Number(/^p(\d{1,2}(?:\.\d{1,2})?|100)$/.exec(name)?.[1]);
            if (Number.isNaN(percentile)) {
                throw new RangeError(
                    `statistic ${JSON.stringify(name)} is unknown; use Average, Sum, Minimum, Maximum, SampleCount or a percentile such as p99`,
                );
            }
            const sorted = [...values].sort((a, b) => a - b);
            const rank = Math.max(1, Math.ceil((percentile / 100) * sorted.length));
            return sorted[rank - 1] as number;
        }
    }
}
