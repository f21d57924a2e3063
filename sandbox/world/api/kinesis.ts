import { z } from "zod";

import { AwsError } from "../../aws/awsError";
import { refuseRole } from "../streams/access";
import type { StreamDefinition } from "../streams/definition";
import { highestHashKey } from "../streams/hashKeys";
import { decodeIterator, encodeIterator } from "../streams/iterators";
import { shardLimits, sizeOf, type Shard } from "../streams/shard";
import type { Stream } from "../streams/stream";
import type { PutInput, Streams } from "../streams/streams";
import type { World } from "../world";
import { jsonResponse, notImplemented } from "./errors";
import type { ApiCall, ApiHandler, ApiRequest, ApiResponse } from "./handler";
import { callerRole } from "./callerRole";
import { actionOf } from "./server";

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const mostRecords = 500;
const mostBytes = 10 * 1024 * 1024;

const dataActions = /^(PutRecords?|GetRecords|GetShardIterator)$/;

const streamInput = { StreamName: z.string().optional(), StreamARN: z.string().optional() };
const recordInput = {
    Data: z.base64(),
    PartitionKey: z.string().min(1).max(256),
    ExplicitHashKey: z
        .string()
        .regex(/^(0|[1-9]\d{0,38})$/)
        .optional(),
};
const inputs = {
    stream: z.object(streamInput),
    putRecord: z.object({ ...streamInput, ...recordInput }),
    putRecords: z.object({
        ...streamInput,
        Records: z.array(z.object(recordInput)).min(1).max(mostRecords),
    }),
    getRecords: z.object({
        ShardIterator: z.string(),
        Limit: z.number().int().min(1).max(shardLimits.recordsPerRead).optional(),
    }),
    shardIterator: z.object({
        ...streamInput,
        ShardId: z.string(),
        ShardIteratorType: z.enum([
            "AT_SEQUENCE_NUMBER",
            "AFTER_SEQUENCE_NUMBER",
            "TRIM_HORIZON",
            "LATEST",
            "AT_TIMESTAMP",
        ]),
        StartingSequenceNumber: z.string().regex(/^\d+$/).optional(),
        Timestamp: z.number().optional(),
    }),
};

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
        { StreamARN, StreamName }: z.infer<typeof inputs.stream>,
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

function positionOf(shard: Shard, input: z.infer<typeof inputs.shardIterator>): number {
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

function putInput(
    input: z.infer<typeof inputs.putRecord>,
    { mostRecordBytes }: StreamDefinition,
): PutInput {
    const hashKey = input.ExplicitHashKey === undefined ? undefined : BigInt(input.ExplicitHashKey);
    if (hashKey !== undefined && hashKey > highestHashKey) {
        throw invalid(
            `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${hashKey}`,
        );
    }
    const put = {
        partitionKey: input.PartitionKey,
        data: Buffer.from(input.Data, "base64"),
        ...(hashKey === undefined ? {} : { hashKey }),
    };
    if (sizeOf(put) > mostRecordBytes) {
        throw new AwsError(
            "ValidationException",
            `1 validation error detected: Value at 'data' failed to satisfy constraint: Member must have length less than or equal to ${mostRecordBytes}, got ${sizeOf(put)}`,
        );
    }
    return put;
}

function shardOf(shard: Shard): Record<string, unknown> {
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

function summaryOf(stream: Stream): Record<string, unknown> {
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

function encryptionOf({ keyReference }: StreamDefinition): { readonly EncryptionType: string } {
    return { EncryptionType: keyReference === undefined ? "NONE" : "KMS" };
}

function bodyOf(request: ApiRequest): unknown {
    try {
        return JSON.parse(request.body.toString("utf8") || "{}") as unknown;
    } catch {
        throw new AwsError("SerializationException", "the body is not JSON");
    }
}

function read<T>(schema: z.ZodType<T>, body: unknown): T {
    const result = schema.safeParse(body);
    if (result.success) {
        return result.data;
    }
    const { issues } = result.error;
    throw new AwsError(
        "ValidationException",
        `${issues.length} validation error${issues.length === 1 ? "" : "s"} detected: ${issues
            .map(({ path, message }) => `Value at '${path.join(".")}': ${message}`)
            .join("; ")}`,
    );
}

function invalid(message: string): AwsError {
    return new AwsError("InvalidArgumentException", message);
}
