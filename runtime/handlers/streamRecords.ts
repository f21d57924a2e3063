import { decodeEvent, MalformedEventError, type DomainEvent } from "../events/event";

/** What Lambda delivers of a Kinesis stream, as far as the handlers read it. */
export interface StreamEvent {
    readonly Records: readonly StreamRecord[];
}

export interface StreamRecord {
    readonly eventID: string;
    readonly kinesis: {
        readonly sequenceNumber: string;
        /** Base64. */
        readonly data: string;
    };
}

/**
 * What a handler returns: Lambda delivers again from the first of these on.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export interface BatchResponse {
    readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** A record and the event in it, or why there is none. */
export interface ReadRecord {
    readonly record: StreamRecord;
    readonly event: DomainEvent | MalformedEventError;
}

export function readRecords({ Records }: StreamEvent): readonly ReadRecord[] {
    return Records.map((record) => {
        try {
            return { record, event: decodeEvent(Buffer.from(record.kinesis.data, "base64")) };
        } catch (error) {
            if (error instanceof MalformedEventError) {
                return { record, event: error };
            }
            throw error;
        }
    });
}

export function batchResponse(failed: readonly StreamRecord[]): BatchResponse {
    return {
        batchItemFailures: failed.map(({ kinesis }) => ({
            itemIdentifier: kinesis.sequenceNumber,
        })),
    };
}
