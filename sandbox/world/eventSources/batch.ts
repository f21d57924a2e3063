import { matchesPattern } from "../events/pattern";
import type { Props } from "../store";
import type { StreamRecord } from "../streams/shard";
import type { PolledSource } from "./source";

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

/** Whether one of the patterns matches the record; every record passes when there are none. */
export function passesFilters(
    record: StreamRecord,
    patterns: readonly Props[],
    source: Pick<PolledSource, "filterFields">,
): boolean {
    if (patterns.length === 0) {
        return true;
    }
    const fields = source.filterFields(record);
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
        /** Such as `KinesisBatchInfo`. */
        readonly batchInfo: string;
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
        [more.batchInfo]: {
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
