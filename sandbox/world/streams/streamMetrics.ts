import type { MetricSink } from "../world";
import type { StreamDefinition } from "./definition";
import { sizeOf, type Slice } from "./shard";

/** CloudWatch's metrics of streams, and of shards where enhanced monitoring has them: https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html */
export class StreamMetrics {
    constructor(private readonly metrics: MetricSink) {}

    written(stream: StreamDefinition, shardId: string, bytes: number): void {
        this.#both(stream, shardId, "IncomingRecords", 1);
        this.#both(stream, shardId, "IncomingBytes", bytes);
    }

    read(stream: StreamDefinition, shardId: string, slice: Slice, ageMs: number): void {
        const bytes = slice.records.reduce((sum, record) => sum + sizeOf(record), 0);
        this.#stream(stream, "GetRecords.IteratorAgeMilliseconds", ageMs);
        this.#shard(stream, shardId, "IteratorAgeMilliseconds", ageMs);
        this.#stream(stream, "GetRecords.Records", slice.records.length);
        this.#shard(stream, shardId, "OutgoingRecords", slice.records.length);
        this.#stream(stream, "GetRecords.Bytes", bytes);
        this.#shard(stream, shardId, "OutgoingBytes", bytes);
    }

    refusedWrite(stream: StreamDefinition, shardId: string): void {
        this.#both(stream, shardId, "WriteProvisionedThroughputExceeded", 1);
    }

    refusedRead(stream: StreamDefinition, shardId: string): void {
        this.#both(stream, shardId, "ReadProvisionedThroughputExceeded", 1);
    }

    #both(stream: StreamDefinition, shardId: string, metric: string, value: number): void {
        this.#stream(stream, metric, value);
        this.#shard(stream, shardId, metric, value);
    }

    #stream({ region, name }: StreamDefinition, metric: string, value: number): void {
        this.#put(region, metric, { StreamName: name }, value);
    }

    #shard(stream: StreamDefinition, shardId: string, metric: string, value: number): void {
        const { region, name, shardMetrics } = stream;
        if (shardMetrics.includes(metric) || shardMetrics.includes("ALL")) {
            this.#put(region, metric, { StreamName: name, ShardId: shardId }, value);
        }
    }

    #put(
        region: string,
        metric: string,
        dimensions: Readonly<Record<string, string>>,
        value: number,
    ): void {
        this.metrics.put({ region, namespace: "AWS/Kinesis", metric, dimensions, value });
    }
}
