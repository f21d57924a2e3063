import path from "node:path";

import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

import type { JsonObject } from "./protocol";

/** Keys that mark wrapped values on the wire (pulumi `sdk/nodejs/runtime/rpc.ts`). */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const assetSignatures = ["c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"];

/**
 * A message's struct as plain JSON, with secrets opened (the engine marks them again by name) and
 * the paths of assets made absolute.
 */
export function fromStruct(struct: Struct | undefined): JsonObject {
    return struct === undefined ? {} : (withoutSecrets(struct.toJavaScript()) as JsonObject);
}

export function toStruct(value: JsonObject): Struct {
    return Struct.fromJavaScript(withoutAbsent(value) as Record<string, JavaScriptValue>);
}

function withoutSecrets(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(withoutSecrets);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    const object = value as Record<string, unknown>;
    const signature = object[signatureKey];
    if (signature === secretSignature) {
        return withoutSecrets(object["value"]);
    }
    if (assetSignatures.includes(String(signature)) && typeof object["path"] === "string") {
        // The world reads the file from a folder of its own; the engine starts a plugin in the program's.
        return { ...object, path: path.resolve(object["path"]) };
    }
    return Object.fromEntries(
        Object.entries(object).map(([key, entry]) => [key, withoutSecrets(entry)]),
    );
}

function withoutAbsent(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(withoutAbsent);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    return Object.fromEntries(
        Object.entries(value)
            .filter(([, entry]) => entry !== undefined)
            .map(([key, entry]) => [key, withoutAbsent(entry)]),
    );
}
