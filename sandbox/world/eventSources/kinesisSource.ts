import type { Props } from "../store";
import { refuseRole } from "../streams/access";
import type { Shard, Slice, StreamRecord } from "../streams/shard";
import type { Streams } from "../streams/streams";
import type { World } from "../world";
import type { PolledSource, ReadAs } from "./source";

/** Kinesis streams: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
export class KinesisSource implements PolledSource {
    readonly service = "kinesis";
    readonly batchInfo = "KinesisBatchInfo";

    constructor(
        private readonly world: World,
        private readonly streams: Streams,
    ) {}

    shards(arn: string): readonly Shard[] {
        return this.streams.find(arn)?.shards ?? [];
    }

    read(arn: string, shardId: string, position: number, most: number): Slice {
        return this.streams.read(arn, shardId, position, most);
    }

    refuseUnreadable(arn: string, roleArn: string | undefined): void {
        const { definition } = this.streams.open(arn);
        refuseRole(this.world, definition, roleArn, "GetRecords", "kms:Decrypt");
    }

    /** https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html#services-kinesis-event-example */
    eventRecord(record: StreamRecord, { streamArn, shardId, roleArn }: ReadAs): Props {
        return {
            kinesis: {
                kinesisSchemaVersion: "1.0",
                partitionKey: record.partitionKey,
                sequenceNumber: record.sequenceNumber,
                data: record.data.toString("base64"),
                approximateArrivalTimestamp: record.arrivalMs / 1000,
            },
            eventSource: "aws:kinesis",
            eventVersion: "1.0",
            eventID: `${shardId}:${record.sequenceNumber}`,
            eventName: "aws:kinesis:record",
            invokeIdentityArn: roleArn,
            awsRegion: streamArn.split(":")[3],
            eventSourceARN: streamArn,
        };
    }

    /** A pattern on data matches JSON only. */
    filterFields(record: StreamRecord): Props {
        let data: unknown;
        try {
            data = JSON.parse(record.data.toString("utf8"));
        } catch {
            data = undefined;
        }
        return {
            data,
            partitionKey: record.partitionKey,
            sequenceNumber: record.sequenceNumber,
            approximateArrivalTimestamp: record.arrivalMs / 1000,
        };
    }

    onChange(listener: (arn: string) => void): () => void {
        this.streams.on("change", listener);
        return () => this.streams.off("change", listener);
    }
}
