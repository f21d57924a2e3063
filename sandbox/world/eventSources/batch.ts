import { matchesPattern } from "../events/pattern";
import type { Props } from "../store";
import type { StreamRecord } from "../streams/shard";

/** What Lambda hands to a function of a batch: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html#services-kinesis-event-example */
export function eventOf(
    records: readonly StreamRecord[],
    source: { readonly streamArn: string; readonly shardId: string; readonly roleArn: string },
): unknown {
    const { streamArn, shardId, roleArn } = source;
    return {
        Records: records.map((record) => ({
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
        })),
    };
}

/**
 * Index of the first record that a function reports as failed; the length when it reports none, and 0,
 * the whole batch, when the report makes no sense.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export function firstFailure(result: unknown, records: readonly StreamRecord[]): number {
    const failures =
        typeof result === "object" && result !== null
            ? (result as Props)["batchItemFailures"]
            : undefined;
    if (failures === undefined || failures === null) {
        return records.length;
    }
    if (!Array.isArray(failures)) {
        return 0;
    }
    const indexes = failures.map((failure: unknown) => {
        const id =
            typeof failure === "object" && failure !== null
                ? (failure as Props)["itemIdentifier"]
                : undefined;
        // One that is unknown fails the whole batch.
        return Math.max(
            0,
            records.findIndex(({ sequenceNumber }) => sequenceNumber === id),
        );
    });
    return Math.min(records.length, ...indexes);
}

/** Whether one of the patterns matches a record; a pattern on data matches JSON only. */
export function passesFilters(record: StreamRecord, patterns: readonly Props[]): boolean {
    if (patterns.length === 0) {
        return true;
    }
    let data: unknown;
    try {
        data = JSON.parse(record.data.toString("utf8"));
    } catch {
        data = undefined;
    }
    const fields = {
        data,
        partitionKey: record.partitionKey,
        sequenceNumber: record.sequenceNumber,
        approximateArrivalTimestamp: record.arrivalMs / 1000,
    };
    return patterns.some((pattern) => matchesPattern(pattern, fields));
}

export type GivenUp = "RetryAttemptsExhausted" | "RecordAgeExceeded";

/** What goes to the destination in place of the records: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
export function failureRecord(
    records: readonly StreamRecord[],
    more: {
        readonly condition: GivenUp;
        readonly invocations: number;
        readonly functionArn: string;
        readonly streamArn: string;
        readonly shardId: string;
        readonly nowMs: number;
        readonly requestId: string;
    },
): unknown {
    const [first, last] = [records[0], records.at(-1)];
    const time = (ms: number | undefined): string => new Date(ms ?? 0).toISOString();
    return {
        requestContext: {
            requestId: more.requestId,
            functionArn: more.functionArn,
            condition: more.condition,
            approximateInvokeCount: more.invocations,
        },
        responseContext:
            more.invocations === 0
                ? null
                : { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
        version: "1.0",
        timestamp: time(more.nowMs),
        KinesisBatchInfo: {
            shardId: more.shardId,
            startSequenceNumber: first?.sequenceNumber,
            endSequenceNumber: last?.sequenceNumber,
            approximateArrivalOfFirstRecord: time(first?.arrivalMs),
            approximateArrivalOfLastRecord: time(last?.arrivalMs),
            batchSize: records.length,
            streamArn: more.streamArn,
        },
    };
}
