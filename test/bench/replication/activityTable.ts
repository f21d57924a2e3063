interface Key {
    readonly pk?: { readonly S?: string };
}

interface TransactItem {
    readonly Put?: { readonly Item: Key; readonly ConditionExpression?: string };
    readonly Update?: {
        readonly Key: Key;
        readonly UpdateExpression: string;
        readonly ExpressionAttributeValues: Readonly<
            Record<string, { readonly S?: string; readonly N?: string }>
        >;
    };
}

export type TransactionAnswer =
    | { readonly kind: "done" }
    | { readonly kind: "canceled"; readonly codes: readonly string[] }
    | { readonly kind: "invalid"; readonly message: string };

/**
 * The transactions that the consumer makes, and no others: marks that must not be there yet, and orders
 * whose events are counted. What DynamoDB would refuse is refused.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
export class ActivityTable {
    readonly #marks = new Set<string>();
    /** Events by order. */
    readonly orders = new Map<string, number>();
    /** The most events of any of them. */
    most = 0;

    constructor(private readonly onApplied: (at: string) => void) {}

    transact(items: readonly TransactItem[]): TransactionAnswer {
        const keys = items.map(({ Put, Update }) => (Put?.Item ?? Update?.Key)?.pk?.S);
        if (items.length === 0 || items.length > 100) {
            return { kind: "invalid", message: "Member must have length between 1 and 100" };
        }
        if (new Set(keys).size < keys.length) {
            return {
                kind: "invalid",
                message: "Transaction request cannot include multiple operations on one item",
            };
        }
        const unknown = items.find(
            ({ Put, Update }) =>
                (Put === undefined) === (Update === undefined) ||
                (Put !== undefined && Put.ConditionExpression !== "attribute_not_exists(pk)") ||
                (Update !== undefined && !/ ADD events :one\b/.test(Update.UpdateExpression)),
        );
        if (unknown !== undefined || keys.includes(undefined)) {
            return { kind: "invalid", message: "this stand-in knows no such transaction" };
        }
        const codes = items.map(({ Put }, index) =>
            Put !== undefined && this.#marks.has(keys[index] as string)
                ? "ConditionalCheckFailed"
                : "None",
        );
        if (codes.some((code) => code !== "None")) {
            return { kind: "canceled", codes };
        }
        for (const [index, { Put, Update }] of items.entries()) {
            const key = keys[index] as string;
            if (Put !== undefined) {
                this.#marks.add(key);
            }
            if (Update !== undefined) {
                const events = (this.orders.get(key) ?? 0) + 1;
                this.orders.set(key, events);
                this.most = Math.max(this.most, events);
                this.onApplied(Update.ExpressionAttributeValues[":at"]?.S ?? "");
            }
        }
        return { kind: "done" };
    }
}
