import { AwsError } from "../../aws/awsError";
import { refuseRole } from "../streams/access";
import { decodeIterator, encodeIterator } from "../streams/iterators";
import { shardLimits, sizeOf, type Shard } from "../streams/shard";
import type { Stream } from "../streams/stream";
import type { Streams } from "../streams/streams";
import type { World } from "../world";
import { jsonResponse, notImplemented } from "./errors";
import type { ApiCall, ApiHandler, ApiRequest, ApiResponse } from "./handler";
import { callerRole } from "./callerRole";
import { encryptionOf, shardOf, summaryOf } from "./kinesis/answers";
import { inputs, invalid, mostBytes, putInput, read, type Input } from "./kinesis/inputs";
import { actionOf } from "./server";

const dataActions = /^(PutRecords?|GetRecords|GetShardIterator)$/;

/** Where a caller stands towards a stream. */
interface Call {
    readonly region: string;
    readonly caller: string;
    readonly roleArn: string | undefined;
    readonly body: unknown;
}

/** Kinesis's data plane, and what its clients ask before they use it. */
export class KinesisApi implements ApiHandler {
    readonly service = "kinesis";
    readonly protocol = "json";

    constructor(
        private readonly world: World,
        private readonly streams: Streams,
    ) {}

    describe(request: ApiRequest): ApiCall {
        const action = actionOf(request);
        return { action, plane: dataActions.test(action) ? "data" : "control" };
    }

    async handle(request: ApiRequest): Promise<ApiResponse> {
        return jsonResponse(
            this.#run(actionOf(request), {
                region: request.region,
                caller: request.caller,
                roleArn: callerRole(request.headers),
                body: bodyOf(request),
            }),
        );
    }

    #run(action: string, call: Call): unknown {
        switch (action) {
            case "PutRecord":
                return this.#putRecord(call);
            case "PutRecords":
                return this.#putRecords(call);
            case "GetShardIterator":
                return this.#shardIterator(call);
            case "GetRecords":
                return this.#getRecords(call);
            case "ListShards": {
                const stream = this.#allowed(call, read(inputs.stream, call.body), action);
                return { Shards: stream.shards.map(shardOf) };
            }
            case "DescribeStreamSummary": {
                const stream = this.#allowed(call, read(inputs.stream, call.body), action);
                return { StreamDescriptionSummary: summaryOf(stream) };
            }
            default:
                throw notImplemented("kinesis", action);
        }
    }

    #putRecord(call: Call): unknown {
        const input = read(inputs.putRecord, call.body);
        const stream = this.#allowed(call, input, "PutRecord", "kms:GenerateDataKey");
        const put = putInput(input, stream.definition);
        const { shardId, record } = this.streams.put(stream.definition.arn, put, call.caller);
        return {
            ShardId: shardId,
            SequenceNumber: record.sequenceNumber,
            ...encryptionOf(stream.definition),
        };
    }

    #putRecords(call: Call): unknown {
        const input = read(inputs.putRecords, call.body);
        const stream = this.#allowed(call, input, "PutRecords", "kms:GenerateDataKey");
        const puts = input.Records.map((record) => putInput(record, stream.definition));
        if (puts.reduce((sum, put) => sum + sizeOf(put), 0) > mostBytes) {
            throw invalid(`Records size exceeds ${mostBytes / 1024 / 1024} MB limit`);
        }
        const results = puts.map((put) => {
            try {
                const placed = this.streams.put(stream.definition.arn, put, call.caller);
                return { ShardId: placed.shardId, SequenceNumber: placed.record.sequenceNumber };
            } catch (error) {
                if (error instanceof AwsError) {
                    return { ErrorCode: error.code, ErrorMessage: error.message };
                }
                throw error;
            }
        });
        return {
            FailedRecordCount: results.filter((result) => "ErrorCode" in result).length,
            Records: results,
            ...encryptionOf(stream.definition),
        };
    }

    #shardIterator(call: Call): unknown {
        const input = read(inputs.shardIterator, call.body);
        const stream = this.#allowed(call, input, "GetShardIterator");
        const { arn } = stream.definition;
        const shard = stream.shard(input.ShardId);
        if (shard === undefined) {
            throw new AwsError(
                "ResourceNotFoundException",
                `Shard ${input.ShardId} in stream ${stream.definition.name} under account ${this.world.accountId} does not exist`,
            );
        }
        const position = positionOf(shard, input);
        return {
            ShardIterator: encodeIterator(
                { arn, shardId: shard.id, position },
                this.world.clock.now(),
            ),
        };
    }

    #getRecords(call: Call): unknown {
        const { ShardIterator, Limit } = read(inputs.getRecords, call.body);
        const nowMs = this.world.clock.now();
        const { arn, shardId, position } = decodeIterator(ShardIterator, nowMs);
        const stream = this.streams.open(arn);
        refuseRole(this.world, stream.definition, call.roleArn, "GetRecords", "kms:Decrypt");
        const slice = this.streams.read(
            arn,
            shardId,
            position,
            Limit ?? shardLimits.recordsPerRead,
        );
        return {
            Records: slice.records.map((record) => ({
                SequenceNumber: record.sequenceNumber,
                ApproximateArrivalTimestamp: record.arrivalMs / 1000,
                Data: record.data.toString("base64"),
                PartitionKey: record.partitionKey,
                ...encryptionOf(stream.definition),
            })),
            ...(slice.finished
                ? {}
                : {
                      NextShardIterator: encodeIterator(
                          { arn, shardId, position: slice.next },
                          nowMs,
                      ),
                  }),
            MillisBehindLatest: Math.floor(slice.behindMs),
        };
    }

    #allowed(
        call: Call,
        { StreamARN, StreamName }: Input<"stream">,
        action: string,
        keyAction?: string,
    ): Stream {
        if (StreamARN === undefined && StreamName === undefined) {
            throw invalid("Either StreamName or StreamARN must be specified.");
        }
        const stream = this.streams.open(
            StreamARN ?? this.streams.arnOf(call.region, StreamName ?? ""),
        );
        refuseRole(this.world, stream.definition, call.roleArn, action, keyAction);
        return stream;
    }
}

function positionOf(shard: Shard, input: Input<"shardIterator">): number {
    const { ShardIteratorType: type, StartingSequenceNumber: number, Timestamp } = input;
    switch (type) {
        case "TRIM_HORIZON":
            return shard.oldest;
        case "LATEST":
            return shard.latest;
        case "AT_TIMESTAMP":
            if (Timestamp === undefined) {
                throw invalid("Must specify timestamp parameter for iterator type AT_TIMESTAMP.");
            }
            return shard.positionAt(Timestamp * 1000);
        case "AT_SEQUENCE_NUMBER":
        case "AFTER_SEQUENCE_NUMBER": {
            if (number === undefined) {
                throw invalid(
                    `Must specify startingSequenceNumber parameter for iterator type ${type}.`,
                );
            }
            return shard.positionOf(BigInt(number) + (type === "AT_SEQUENCE_NUMBER" ? 0n : 1n));
        }
    }
}

function bodyOf(request: ApiRequest): unknown {
    try {
        return JSON.parse(request.body.toString("utf8") || "{}") as unknown;
    } catch {
        throw new AwsError("SerializationException", "the body is not JSON");
    }
}
