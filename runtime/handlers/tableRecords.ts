import type { AttributeValue } from "@aws-sdk/client-dynamodb";

import type { AttributeMap } from "../store/codec/itemSize";
import type { Change } from "../store/conflicts/judge";

/** What Lambda delivers of a table's stream, as far as the handlers read it: binary values are base64. */
export interface TableEvent {
    readonly Records: readonly TableRecord[];
}

export interface TableRecord {
    readonly eventID: string;
    readonly eventName: "INSERT" | "MODIFY" | "REMOVE";
    readonly dynamodb: {
        readonly SequenceNumber: string;
        /** Seconds since the epoch. */
        readonly ApproximateCreationDateTime?: number;
        readonly Keys?: AttributeMap;
        readonly OldImage?: AttributeMap;
        readonly NewImage?: AttributeMap;
    };
}

/** Thrown for a record that does not say what changed. */
export class UnreadableRecordError extends Error {
    override readonly name = "UnreadableRecordError";
}

/**
 * What a record tells of an item.
 *
 * @throws UnreadableRecordError when an image is missing: the stream needs the view `NEW_AND_OLD_IMAGES`
 */
export function readChange({ eventID, eventName, dynamodb }: TableRecord): Change {
    const { Keys, OldImage, NewImage, ApproximateCreationDateTime: atSeconds } = dynamodb;
    const needs = { INSERT: [NewImage], MODIFY: [OldImage, NewImage], REMOVE: [OldImage] };
    if (
        Keys === undefined ||
        atSeconds === undefined ||
        needs[eventName].some((image) => image === undefined)
    ) {
        throw new UnreadableRecordError(
            `${eventID} has no key, no time or not the images of ${eventName}: the table's stream must have the view NEW_AND_OLD_IMAGES`,
        );
    }
    return {
        key: withBytes(Keys),
        before: OldImage && withBytes(OldImage),
        after: NewImage && withBytes(NewImage),
        atSeconds,
    };
}

/** The SDK's form of an item in JSON, in which binary values are text. */
function withBytes(item: AttributeMap): AttributeMap {
    return Object.fromEntries(
        Object.entries(item).map(([name, value]) => [name, valueWithBytes(value)]),
    );
}

function valueWithBytes(value: AttributeValue): AttributeValue {
    const bytes = (text: unknown): Uint8Array => Buffer.from(String(text), "base64");
    if (value.B !== undefined) {
        return { B: bytes(value.B) };
    }
    if (value.BS !== undefined) {
        return { BS: value.BS.map(bytes) };
    }
    if (value.M !== undefined) {
        return { M: withBytes(value.M) };
    }
    return value.L === undefined ? value : { L: value.L.map(valueWithBytes) };
}
