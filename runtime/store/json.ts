import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";

import type { Json } from "../consistency/crdt/lwwRegister";
import { StoreInputError } from "./errors";
import type { AttributeMap } from "./codec/itemSize";

export type JsonObject = { readonly [key: string]: Json };

/**
 * A value as a DynamoDB map.
 *
 * @throws StoreInputError for what JSON does not know, or DynamoDB would keep as something else
 */
export function encodeJson(what: string, value: JsonObject): AttributeValue {
    check(what, value);
    return { M: marshall(value) };
}

export function decodeJson(map: AttributeMap): JsonObject {
    return unmarshall(map) as JsonObject;
}

function check(path: string, value: unknown): void {
    if (value === null || typeof value === "string" || typeof value === "boolean") {
        return;
    }
    if (typeof value === "number") {
        // DynamoDB keeps 38 digits, the SDK reads back those that a number can hold.
        if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
            throw new StoreInputError(
                `${path} cannot be ${value}: a number must be finite, and an integer safe`,
            );
        }
        return;
    }
    if (Array.isArray(value)) {
        value.forEach((one, index) => check(`${path}[${index}]`, one));
        return;
    }
    if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
        Object.entries(value).forEach(([key, one]) => check(`${path}.${key}`, one));
        return;
    }
    throw new StoreInputError(
        `${path} cannot be a ${typeof value} (${Object.prototype.toString.call(value)}): it must be JSON, without undefined, dates and classes`,
    );
}
