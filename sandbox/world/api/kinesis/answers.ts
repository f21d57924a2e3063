import type { StreamDefinition } from "../../streams/definition";
import type { Shard } from "../../streams/shard";
import type { Stream } from "../../streams/stream";

export function shardOf(shard: Shard): Record<string, unknown> {
    const [parent, adjacent] = shard.parents;
    return {
        ShardId: shard.id,
        ...(parent === undefined ? {} : { ParentShardId: parent }),
        ...(adjacent === undefined ? {} : { AdjacentParentShardId: adjacent }),
        HashKeyRange: {
            StartingHashKey: String(shard.range.from),
            EndingHashKey: String(shard.range.to),
        },
        SequenceNumberRange: {
            StartingSequenceNumber: shard.startingSequenceNumber,
            ...(shard.endingSequenceNumber === undefined
                ? {}
                : { EndingSequenceNumber: shard.endingSequenceNumber }),
        },
    };
}

export function summaryOf(stream: Stream): Record<string, unknown> {
    const { definition } = stream;
    return {
        StreamName: definition.name,
        StreamARN: definition.arn,
        StreamStatus: "ACTIVE",
        StreamModeDetails: { StreamMode: definition.onDemand ? "ON_DEMAND" : "PROVISIONED" },
        RetentionPeriodHours: definition.retentionMs / 3_600_000,
        StreamCreationTimestamp: stream.createdMs / 1000,
        EnhancedMonitoring: [{ ShardLevelMetrics: definition.shardMetrics }],
        ...encryptionOf(definition),
        ...(definition.keyReference === undefined ? {} : { KeyId: definition.keyReference }),
        OpenShardCount: stream.openShards.length,
        ConsumerCount: 0,
    };
}

export function encryptionOf({ keyReference }: StreamDefinition): {
    readonly EncryptionType: string;
} {
    return { EncryptionType: keyReference === undefined ? "NONE" : "KMS" };
}
