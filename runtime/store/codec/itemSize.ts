import type { AttributeValue } from "@aws-sdk/client-dynamodb";

import { OversizedItemError } from "../errors";

/** An item in the form of DynamoDB's API. */
export type AttributeMap = Record<string, AttributeValue>;

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-items */
export const mostItemBytes = 400 * 1024;

/**
 * What DynamoDB counts an item as, bytes. Numbers are counted at their most, so that it may be a little
 * more and is never less.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: AttributeMap): number {
    let bytes = 0;
    for (const [name, value] of Object.entries(item)) {
        bytes += Buffer.byteLength(name) + valueBytes(value);
    }
    return bytes;
}

/** @throws OversizedItemError */
export function checkItemSize(what: string, item: AttributeMap): void {
    const bytes = itemBytes(item);
    if (bytes > mostItemBytes) {
        throw new OversizedItemError(what, bytes, mostItemBytes);
    }
}

function valueBytes(value: AttributeValue): number {
    if (value.S !== undefined) {
        return Buffer.byteLength(value.S);
    }
    if (value.N !== undefined) {
        // A byte for two significant digits, one for the exponent and one for the sign.
        return Math.ceil(value.N.length / 2) + 2;
    }
    if (value.L !== undefined) {
        return value.L.reduce((sum, one) => sum + 1 + valueBytes(one), 3);
    }
    if (value.M !== undefined) {
        return 3 + Object.keys(value.M).length + itemBytes(value.M);
    }
    if (value.SS !== undefined) {
        return value.SS.reduce((sum, one) => sum + Buffer.byteLength(one), 0);
    }
    if (value.B !== undefined) {
        return value.B.byteLength;
    }
    if (value.BOOL !== undefined || value.NULL !== undefined) {
        return 1;
    }
    throw new TypeError(`the store writes no attribute of type ${Object.keys(value).join()}`);
}
