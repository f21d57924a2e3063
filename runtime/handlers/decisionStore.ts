import {
    BatchGetItemCommand,
    DynamoDBClient,
    GetItemCommand,
    PutItemCommand,
    UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";

import { awsClient } from "../awsClient";
import { ifConditionHolds } from "../conditionalWrite";
import type { Decision, Signal } from "./decision";

/** All tries of one call together stay well below the handler's 30 seconds. */
export const handlerPatience = { connectMs: 1000, answerMs: 2000, attempts: 3 } as const;

/** A decision as it is kept: `pending` until its notice was accepted by the topic. */
export interface KeptDecision extends Decision {
    readonly id: string;
    readonly atMs: number;
    readonly notice: "pending" | "published";
}

/**
 * The decider's memory, in a table of its own region: it has to work when every other region, and
 * replication with it, does not.
 */
export class DecisionStore {
    readonly #client: DynamoDBClient;

    constructor(
        private readonly tableName: string,
        region: string,
    ) {
        this.#client = new DynamoDBClient(awsClient(region, handlerPatience));
    }

    /**
     * Keeps what an observer says of the region since `signal.sinceMs`. Events may arrive out of order
     * or twice: the latest one counts, and one that says nothing new does not start the time again.
     */
    async keepSignal(region: string, signal: Signal): Promise<void> {
        const { observer, inAlarm, sinceMs } = signal;
        const pk = signalKey(region, observer);
        const values = marshall({ ":at": sinceMs, ":inAlarm": inAlarm });
        const changed = await ifConditionHolds(() =>
            this.#client.send(
                new PutItemCommand({
                    TableName: this.tableName,
                    Item: marshall({ pk, ...signal, heardMs: sinceMs }),
                    ConditionExpression:
                        "attribute_not_exists(pk) OR (heardMs < :at AND inAlarm <> :inAlarm)",
                    ExpressionAttributeValues: values,
                }),
            ),
        );
        if (changed) {
            return;
        }
        // The same again, but later: an older event that says otherwise is then known to be stale.
        await ifConditionHolds(() =>
            this.#client.send(
                new UpdateItemCommand({
                    TableName: this.tableName,
                    Key: marshall({ pk }),
                    UpdateExpression: "SET heardMs = :at",
                    ConditionExpression: "heardMs < :at AND inAlarm = :inAlarm",
                    ExpressionAttributeValues: values,
                }),
            ),
        );
    }

    /** What the given observers last said of the region; those that never said anything are left out. */
    async signals(region: string, observers: readonly string[]): Promise<readonly Signal[]> {
        const { Responses: responses, UnprocessedKeys: left } = await this.#client.send(
            new BatchGetItemCommand({
                RequestItems: {
                    [this.tableName]: {
                        ConsistentRead: true,
                        Keys: observers.map((observer) =>
                            marshall({ pk: signalKey(region, observer) }),
                        ),
                    },
                },
            }),
        );
        if (left !== undefined && Object.keys(left).length > 0) {
            // A decision on half of the signals is no decision; the next run has them all.
            throw new Error(`table ${this.tableName} did not return every signal about ${region}`);
        }
        return (responses?.[this.tableName] ?? []).map((item) => unmarshall(item) as Signal);
    }

    async decision(region: string): Promise<KeptDecision | undefined> {
        const { Item: item } = await this.#client.send(
            new GetItemCommand({
                TableName: this.tableName,
                Key: marshall({ pk: decisionKey(region) }),
                ConsistentRead: true,
            }),
        );
        return item === undefined ? undefined : (unmarshall(item) as KeptDecision);
    }

    /** Keeps a new decision in place of `previous`; false when another run was first. */
    async keepDecision(
        region: string,
        decision: KeptDecision,
        previous: KeptDecision | undefined,
    ): Promise<boolean> {
        return ifConditionHolds(() =>
            this.#client.send(
                new PutItemCommand({
                    TableName: this.tableName,
                    Item: marshall({ pk: decisionKey(region), ...decision }),
                    ...(previous === undefined
                        ? { ConditionExpression: "attribute_not_exists(pk)" }
                        : {
                              ConditionExpression: "id = :previous",
                              ExpressionAttributeValues: marshall({ ":previous": previous.id }),
                          }),
                }),
            ),
        );
    }

    async markPublished(region: string, id: string): Promise<void> {
        await this.#client.send(
            new UpdateItemCommand({
                TableName: this.tableName,
                Key: marshall({ pk: decisionKey(region) }),
                UpdateExpression: "SET notice = :published",
                ConditionExpression: "id = :id",
                ExpressionAttributeValues: marshall({ ":published": "published", ":id": id }),
            }),
        );
    }
}

function signalKey(region: string, observer: string): string {
    return `signal#${region}#${observer}`;
}

function decisionKey(region: string): string {
    return `decision#${region}`;
}
