import { isUnknown } from "../resourceType";
import type { Props } from "../../world/store";

/** Key that marks an asset, an archive, a secret or an output among JSON values (pulumi `sdk/nodejs/runtime/rpc.ts`). */
export const signatureKey = "4dabf18193072939515e22adb298388d";

/** Where the names of inputs that nobody wrote are kept, as the AWS provider itself keeps them. */
export const defaultsKey = "__defaults";

export function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An asset or an archive: one value, whatever is inside. */
export function isAsset(value: unknown): boolean {
    return isObject(value) && signatureKey in value;
}

export function containsUnknown(value: unknown): boolean {
    if (Array.isArray(value)) {
        return value.some(containsUnknown);
    }
    return isObject(value) ? Object.values(value).some(containsUnknown) : isUnknown(value);
}

export function sameValue(a: unknown, b: unknown): boolean {
    return a === b || canonical(a) === canonical(b);
}

/** JSON text with keys in order: equal text, equal value. Absent and null are the same. */
export function canonical(value: unknown): string {
    if (Array.isArray(value)) {
        return `[${value.map(canonical).join(",")}]`;
    }
    if (isObject(value)) {
        const entries = Object.entries(value)
            .filter(([, entry]) => entry !== undefined && entry !== null)
            .sort(([a], [b]) => (a < b ? -1 : 1));
        return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join(",")}}`;
    }
    return JSON.stringify(value ?? null);
}

/** The inputs a user would recognise: without the provider's own bookkeeping. */
export function plainInputs(inputs: Props): Props {
    return Object.fromEntries(Object.entries(inputs).filter(([key]) => key !== defaultsKey));
}

/** Names of the inputs that were filled in rather than written. */
export function filledIn(inputs: Props | undefined): readonly string[] {
    const names = inputs?.[defaultsKey];
    return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}
