import type { Shard, Slice } from "../streams/shard";

/** Streams, as their pollers see them. */
export interface StreamChangeSource {
    /** A stream's shards, oldest first; none while there is no such stream. */
    shards(arn: string): readonly Shard[];
    /** @throws AwsError */
    read(arn: string, shardId: string, position: number, most: number): Slice;
}
