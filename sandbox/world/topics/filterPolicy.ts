import { matchesPattern } from "../events/pattern";

/** Message attributes as SNS has them. */
export type MessageAttributes = Readonly<
    Record<string, { readonly type: string; readonly value: string }>
>;

/**
 * Whether a subscription's filter policy lets a message through.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
 */
export function passesFilter(
    policy: string | undefined,
    scope: "MessageAttributes" | "MessageBody",
    message: string,
    attributes: MessageAttributes,
): boolean {
    if (policy === undefined) {
        return true;
    }
    const pattern = JSON.parse(policy) as Readonly<Record<string, unknown>>;
    if (scope === "MessageBody") {
        try {
            return matchesPattern(pattern, JSON.parse(message));
        } catch {
            return false;
        }
    }
    return matchesPattern(
        pattern,
        Object.fromEntries(
            Object.entries(attributes).map(([name, { type, value }]) => [
                name,
                valueOf(type, value),
            ]),
        ),
    );
}

function valueOf(type: string, value: string): unknown {
    if (type === "Number") {
        return Number(value);
    }
    if (type === "String.Array") {
        try {
            return JSON.parse(value) as unknown;
        } catch {
            return value;
        }
    }
    return value;
}
