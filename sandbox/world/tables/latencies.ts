import type { MetricSink } from "../world";

interface Series {
    readonly table: string;
    readonly from: string;
    readonly to: string;
    readonly latenciesMs: number[];
}

/** How long writes took to reach their replicas: CloudWatch's metric, and the worst for a drill's record. */
export class ReplicationLatencies {
    readonly #minute = new Map<string, Series>();
    /** Worst latency, milliseconds, of the writes that arrived in a world second. */
    readonly #worst = new Map<number, number>();

    add(table: string, from: string, to: string, latencyMs: number, nowMs: number): void {
        const key = `${table}|${from}|${to}`;
        const series = this.#minute.get(key) ?? { table, from, to, latenciesMs: [] };
        series.latenciesMs.push(latencyMs);
        this.#minute.set(key, series);
        const second = Math.floor(nowMs / 1000);
        this.#worst.set(second, Math.max(latencyMs, this.#worst.get(second) ?? 0));
    }

    /** Worst latency, milliseconds, of what arrived since then. */
    worstMs(sinceMs: number): number {
        const since = Math.floor(sinceMs / 1000);
        return Math.max(
            0,
            ...[...this.#worst].map(([second, worst]) => (second >= since ? worst : 0)),
        );
    }

    /**
     * Publishes the average since the last call, in the region the writes came from.
     * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
     */
    publish(sink: MetricSink): void {
        for (const { table, from, to, latenciesMs } of this.#minute.values()) {
            sink.put({
                region: from,
                namespace: "AWS/DynamoDB",
                metric: "ReplicationLatency",
                dimensions: { TableName: table, ReceivingRegion: to },
                value: latenciesMs.reduce((sum, value) => sum + value, 0) / latenciesMs.length,
            });
        }
        this.#minute.clear();
    }
}
