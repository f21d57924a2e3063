import {
    DynamoDBClient,
    TransactionCanceledException,
    TransactWriteItemsCommand,
    type TransactWriteItem,
} from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";

import { awsClient } from "../awsClient";
import type { DomainEvent } from "../events/event";

/** How long an applied event is known as such: a day longer than a stream can deliver it again. */
const rememberedSeconds = 8 * 24 * 3600;
/** How long an order's activity is kept after its last event. */
const keptSeconds = 30 * 24 * 3600;

/**
 * Half of what a transaction could have, which is 100 items and two of them an event: it is as slow as all
 * of its items, and what is in the way of one is in the way of all.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
 */
export const mostEvents = 25;

/** What became of events; each is in one of the three. */
export interface Applied {
    readonly applied: readonly DomainEvent[];
    /** They were applied before, and changed nothing now. */
    readonly duplicates: readonly DomainEvent[];
    /** They changed nothing, and may be tried again. */
    readonly failed: ReadonlyMap<DomainEvent, Error>;
}

/**
 * What happened to orders, everywhere, as this region knows it: an item per order. Each event is applied
 * in one transaction with a mark of its id, so that it counts once however often it is delivered. The
 * table is this region's own: it must work when no other region does.
 */
export class ActivityStore {
    readonly #client: DynamoDBClient;

    constructor(
        private readonly tableName: string,
        region: string,
    ) {
        this.#client = new DynamoDBClient(
            awsClient(region, { connectMs: 1000, answerMs: 2000, attempts: 3 }),
        );
    }

    /**
     * Applies events together: a call for each would take most of its time for being a call. An event that
     * cannot be applied keeps no other one from it. Never throws.
     *
     * @param events at most `mostEvents`, of as many orders
     */
    async apply(events: readonly DomainEvent[], nowMs: number): Promise<Applied> {
        const duplicates: DomainEvent[] = [];
        const failed = new Map<DomainEvent, Error>();
        let waiting = events;
        while (waiting.length > 0) {
            try {
                await this.#client.send(
                    new TransactWriteItemsCommand({
                        TransactItems: waiting.flatMap((event) => this.#items(event, nowMs)),
                    }),
                );
                return { applied: waiting, duplicates, failed };
            } catch (error) {
                const refused = refusals(error, waiting.length);
                if (refused.size === 0) {
                    waiting.forEach((event) => failed.set(event, asError(error)));
                    break;
                }
                // All or nothing: those that nothing was wrong with have not been applied either.
                for (const [index, reason] of refused) {
                    const event = waiting[index] as DomainEvent;
                    if (reason === "duplicate") {
                        duplicates.push(event);
                    } else {
                        failed.set(event, new Error(reason));
                    }
                }
                waiting = waiting.filter((_, index) => !refused.has(index));
            }
        }
        return { applied: [], duplicates, failed };
    }

    /** The mark first. */
    #items(event: DomainEvent, nowMs: number): TransactWriteItem[] {
        const inSeconds = (seconds: number): number => Math.floor(nowMs / 1000) + seconds;
        return [
            {
                Put: {
                    TableName: this.tableName,
                    Item: marshall({
                        pk: `event#${event.id}`,
                        expiresAt: inSeconds(rememberedSeconds),
                    }),
                    ConditionExpression: "attribute_not_exists(pk)",
                },
            },
            { Update: this.#activity(event, inSeconds(keptSeconds)) },
        ];
    }

    #activity(event: DomainEvent, expiresAt: number) {
        const { orderId, cartId, total, currency } = event.data;
        return {
            TableName: this.tableName,
            Key: marshall({ pk: `order#${orderId}` }),
            UpdateExpression:
                "SET orderId = :orderId, cartId = :cartId, #total = :total, currency = :currency, " +
                "placedAt = if_not_exists(placedAt, :at), expiresAt = :expiresAt " +
                "ADD events :one, origins :origins",
            ExpressionAttributeNames: { "#total": "total" },
            ExpressionAttributeValues: marshall({
                ":orderId": orderId,
                ":cartId": cartId,
                ":total": total,
                ":currency": currency,
                ":at": event.at,
                ":expiresAt": expiresAt,
                ":one": 1,
                // Regions that accepted the order: two of them, when a retry was faster than replication.
                ":origins": new Set([event.origin]),
            }),
        };
    }
}

/** Which events of a transaction were the reason that it was not carried out, and why; none, if it was another one. */
function refusals(error: unknown, events: number): ReadonlyMap<number, string> {
    const refused = new Map<number, string>();
    if (!(error instanceof TransactionCanceledException)) {
        return refused;
    }
    for (let index = 0; index < events; index++) {
        const [mark, update] = error.CancellationReasons?.slice(2 * index, 2 * index + 2) ?? [];
        if (mark?.Code === "ConditionalCheckFailed") {
            refused.set(index, "duplicate");
            continue;
        }
        const reason = [mark, update].find((one) => (one?.Code ?? "None") !== "None");
        if (reason !== undefined) {
            refused.set(index, `${reason.Code}: ${reason.Message ?? "no message"}`);
        }
    }
    return refused;
}

function asError(error: unknown): Error {
    return error instanceof Error ? error : new Error(String(error));
}
