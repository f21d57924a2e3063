import { AwsError } from "../../aws/awsError";
import { findTableStream } from "../../aws/dynamodb/tableStream";
import { keyAllowsRole, roleAllows } from "../permissions";
import type { Props } from "../store";
import type { Shard, Slice, StreamRecord } from "../streams/shard";
import type { TableStreams } from "../tables/streams/tableStreams";
import type { World } from "../world";
import type { PolledSource, ReadAs } from "./source";

/** Streams of tables: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html */
export class TableSource implements PolledSource {
    readonly service = "dynamodb";
    readonly batchInfo = "DDBStreamBatchInfo";

    constructor(
        private readonly world: World,
        private readonly streams: TableStreams,
    ) {}

    shards(arn: string): readonly Shard[] {
        return this.streams.shards(arn);
    }

    read(arn: string, shardId: string, position: number, most: number): Slice {
        return this.streams.read(arn, shardId, position, most);
    }

    /**
     * The role needs what the stream's API asks for, and the key of the table, which encrypts the stream.
     * A stream that was turned off has lost its table's key here and is left to the first of the two.
     *
     * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
     */
    refuseUnreadable(arn: string, roleArn: string | undefined): void {
        const service = "lambda.amazonaws.com";
        if (!roleAllows(this.world, roleArn, service, "dynamodb:GetRecords", arn)) {
            throw new AwsError(
                "AccessDeniedException",
                `User: ${roleArn} is not authorized to perform: dynamodb:GetRecords on resource: ${arn}`,
            );
        }
        const stream = findTableStream(this.world.store, arn);
        if (stream?.keyArn === undefined || roleArn === undefined) {
            return;
        }
        const use = keyAllowsRole(this.world, stream.region, stream.keyArn, {
            roleArn,
            assumedBy: service,
            action: "kms:Decrypt",
            context: {
                "kms:ViaService": `dynamodb.${stream.region}.amazonaws.com`,
                "kms:EncryptionContext:aws:dynamodb:tableName": stream.table,
                "kms:EncryptionContext:aws:dynamodb:subscriberId": this.world.accountId,
            },
        });
        if (use !== "allowed") {
            throw new AwsError(
                "AccessDeniedException",
                `${roleArn} cannot perform kms:Decrypt with the key of the table ${stream.table} (${use})`,
            );
        }
    }

    /** https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html#events-sample-dynamodb */
    eventRecord({ data, sequenceNumber }: StreamRecord, { streamArn, shardId }: ReadAs): Props {
        return {
            eventID: `${shardId}:${sequenceNumber}`,
            ...parse(data),
            eventSourceARN: streamArn,
        };
    }

    filterFields({ data }: StreamRecord): Props {
        return parse(data);
    }

    onChange(listener: (arn: string) => void): () => void {
        this.streams.on("change", listener);
        return () => this.streams.off("change", listener);
    }
}

function parse(data: Buffer): Props {
    return JSON.parse(data.toString("utf8")) as Props;
}
