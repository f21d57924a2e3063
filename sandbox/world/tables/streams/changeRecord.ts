import { isDeepStrictEqual } from "node:util";

import type { AttributeMap } from "../engine";

/** What became of one item in one region. */
export interface ItemChange {
    readonly key: AttributeMap;
    readonly before: AttributeMap | undefined;
    readonly after: AttributeMap | undefined;
    /** Deleted here because its time to live was over; a replica that is told of it knows only of a delete. */
    readonly expired?: boolean;
}

/** A stream's record as Lambda hands it over, but for what depends on who reads it. */
export interface ChangeRecord {
    readonly eventName: "INSERT" | "MODIFY" | "REMOVE";
    readonly eventVersion: "1.1";
    readonly eventSource: "aws:dynamodb";
    readonly awsRegion: string;
    readonly dynamodb: {
        /** Seconds since the epoch, whole ones. */
        readonly ApproximateCreationDateTime: number;
        readonly Keys: AttributeMap;
        readonly NewImage?: AttributeMap;
        readonly OldImage?: AttributeMap;
        readonly SequenceNumber: string;
        readonly SizeBytes: number;
        readonly StreamViewType: string;
    };
    /** Of a delete by DynamoDB itself. */
    readonly userIdentity?: { readonly type: "Service"; readonly principalId: string };
}

/**
 * The record of a change; undefined for a write that changed nothing, which a stream does not have.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/time-to-live-ttl-streams.html for who deleted
 */
export function changeRecord(
    { key, before, after, expired = false }: ItemChange,
    stream: { readonly region: string; readonly viewType: string },
    sequenceNumber: string,
    nowMs: number,
): ChangeRecord | undefined {
    if (isDeepStrictEqual(before, after)) {
        return undefined;
    }
    const { region, viewType } = stream;
    const images = {
        ...(/NEW/.test(viewType) && after !== undefined ? { NewImage: after } : {}),
        ...(/OLD/.test(viewType) && before !== undefined ? { OldImage: before } : {}),
    };
    return {
        eventName: before === undefined ? "INSERT" : after === undefined ? "REMOVE" : "MODIFY",
        eventVersion: "1.1",
        eventSource: "aws:dynamodb",
        awsRegion: region,
        dynamodb: {
            ApproximateCreationDateTime: Math.floor(nowMs / 1000),
            Keys: key,
            ...images,
            SequenceNumber: sequenceNumber,
            SizeBytes: Buffer.byteLength(JSON.stringify([key, images])),
            StreamViewType: viewType,
        },
        ...(expired
            ? { userIdentity: { type: "Service", principalId: "dynamodb.amazonaws.com" } }
            : {}),
    };
}
