import type { AttributeMap } from "../codec/itemSize";

/** Thrown when an attempt did not end in time. What it was to write may still be written. */
export class AttemptTimeoutError extends Error {
    override readonly name = "AttemptTimeoutError";
    constructor(
        readonly region: string,
        readonly timeoutMs: number,
    ) {
        super(`${region} did not answer within ${timeoutMs} ms`);
    }
}

/**
 * - `condition`: the item is not as the write wants it.
 * - `throttled`: refused for lack of capacity; nothing was written.
 * - `unreachable`: no answer, or none that says what happened; a write may have happened.
 * - `refused`: it will be refused again.
 */
export type FailureKind = "condition" | "throttled" | "unreachable" | "refused";

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
const throttles: readonly string[] = [
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "TransactionConflictException",
];
const outages: readonly string[] = [
    "AbortError",
    "AttemptTimeoutError",
    "InternalServerError",
    "InternalFailure",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "TimeoutError",
    "NetworkingError",
];

/** Reasons of a transaction that nothing is wrong with: others were faster, or there were too many. */
const collisions: readonly (string | undefined)[] = [
    "ProvisionedThroughputExceeded",
    "ThrottlingError",
    "TransactionConflict",
];

export function failureKind(error: unknown): FailureKind {
    const { name, code, $metadata, CancellationReasons } = (error ?? {}) as {
        readonly name?: string;
        readonly code?: unknown;
        readonly CancellationReasons?: readonly { readonly Code?: string }[];
        readonly $metadata?: { readonly httpStatusCode?: number };
    };
    if (name === "ConditionalCheckFailedException") {
        return "condition";
    }
    if (name === "TransactionCanceledException") {
        const reasons = CancellationReasons?.map((reason) => reason.Code) ?? [];
        return reasons.includes("ConditionalCheckFailed")
            ? "condition"
            : reasons.some((reason) => collisions.includes(reason))
              ? "throttled"
              : "refused";
    }
    if (throttles.includes(name ?? "")) {
        return "throttled";
    }
    const isSocketError = typeof code === "string" && /^E[A-Z]+$/.test(code);
    return outages.includes(name ?? "") || isSocketError || ($metadata?.httpStatusCode ?? 0) >= 500
        ? "unreachable"
        : "refused";
}

/** The item that failed a condition; undefined when there is none. */
export function failedItem(error: unknown): AttributeMap | undefined {
    return (error as { readonly Item?: AttributeMap }).Item;
}
