import { z } from "zod";

import { AwsError } from "../../../aws/awsError";
import type { StreamDefinition } from "../../streams/definition";
import { highestHashKey } from "../../streams/hashKeys";
import { shardLimits, sizeOf } from "../../streams/shard";
import type { PutInput } from "../../streams/streams";

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html */
const mostRecords = 500;
export const mostBytes = 10 * 1024 * 1024;

const streamInput = { StreamName: z.string().optional(), StreamARN: z.string().optional() };
const recordInput = {
    Data: z.base64(),
    PartitionKey: z.string().min(1).max(256),
    ExplicitHashKey: z
        .string()
        .regex(/^(0|[1-9]\d{0,38})$/)
        .optional(),
};
/** What the API takes, by action. */
export const inputs = {
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

export type Input<A extends keyof typeof inputs> = z.infer<(typeof inputs)[A]>;

/** @throws AwsError ValidationException with everything that is wrong */
export function read<T>(schema: z.ZodType<T>, body: unknown): T {
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

/** The record as the stream takes it. @throws AwsError */
export function putInput(
    input: Omit<Input<"putRecord">, "StreamName" | "StreamARN">,
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

export function invalid(message: string): AwsError {
    return new AwsError("InvalidArgumentException", message);
}
