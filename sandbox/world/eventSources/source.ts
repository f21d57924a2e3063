import type { Props } from "../store";
import type { Shard, Slice, StreamRecord } from "../streams/shard";

/** Streams, as their pollers see them. */
export interface StreamChangeSource {
    /** A stream's shards, oldest first; none while there is no such stream. */
    shards(arn: string): readonly Shard[];
    /** @throws AwsError */
    read(arn: string, shardId: string, position: number, most: number): Slice;
}

/** Where a record was read, and for whom. */
export interface ReadAs {
    readonly streamArn: string;
    readonly shardId: string;
    /** The function's. */
    readonly roleArn: string;
}

/** A kind of stream that Lambda polls. */
export interface PolledSource extends StreamChangeSource {
    /** As ARNs have it, such as `kinesis`. */
    readonly service: string;
    /** Name of the field that tells a destination which batch was given up. */
    readonly batchInfo: string;
    /** @throws AwsError when the function's role may not read the stream */
    refuseUnreadable(arn: string, roleArn: string | undefined): void;
    /** A record as the function gets it. */
    eventRecord(record: StreamRecord, as: ReadAs): Props;
    /** What filters may be about. */
    filterFields(record: StreamRecord): Props;
    /** Calls with the ARN of a stream that has more to read; returns what ends it. */
    onChange(listener: (arn: string) => void): () => void;
}
