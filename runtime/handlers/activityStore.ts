import {
    DynamoDBClient,
    TransactionCanceledException,
    TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";

import { awsClient } from "../awsClient";
import type { DomainEvent } from "../events/event";

/** How long an applied event is known as such: a day longer than a stream can deliver it again. */
const rememberedSeconds = 8 * 24 * 3600;
/** How long an order's activity is kept after its last event. */
const keptSeconds = 30 * 24 * 3600;

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

    /** Applies an event. Returns `duplicate` when it was applied before, and changes nothing then. */
    async apply(event: DomainEvent, nowMs: number): Promise<"applied" | "duplicate"> {
        const inSeconds = (seconds: number): number => Math.floor(nowMs / 1000) + seconds;
        try {
            await this.#client.send(
                new TransactWriteItemsCommand({
                    TransactItems: [
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
                    ],
                }),
            );
            return "applied";
        } catch (error) {
            if (
                error instanceof TransactionCanceledException &&
                error.CancellationReasons?.[0]?.Code === "ConditionalCheckFailed"
            ) {
                return "duplicate";
            }
            throw error;
        }
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
