import {
    BatchGetItemCommand,
    GetItemCommand,
    PutItemCommand,
    QueryCommand,
    ScanCommand,
    TransactWriteItemsCommand,
    type DynamoDBClient,
    type PutItemCommandInput,
    type QueryCommandInput,
    type ScanCommandInput,
} from "@aws-sdk/client-dynamodb";

import type { AttributeMap } from "../codec/itemSize";
import type { Key } from "../keys";
import { keyAttributes } from "../stored";

/**
 * What the store needs of an SDK client. Have it try once and not more: the store repeats calls itself, and
 * it must know of every attempt that may have written.
 */
export type ReplicaClient = Pick<DynamoDBClient, "send">;

/** What an item must be like to be replaced. */
export type Condition = Pick<
    PutItemCommandInput,
    "ConditionExpression" | "ExpressionAttributeNames" | "ExpressionAttributeValues"
>;

export interface Page {
    readonly items: readonly AttributeMap[];
    readonly next: AttributeMap | undefined;
}

/** One region's copy of the table. One call is one attempt; everything here may be aborted. */
export class Replica {
    constructor(
        readonly region: string,
        private readonly table: string,
        private readonly client: ReplicaClient,
    ) {}

    async get(key: Key, strong: boolean, signal: AbortSignal): Promise<AttributeMap | undefined> {
        const { Item } = await this.client.send(
            new GetItemCommand({
                TableName: this.table,
                Key: keyAttributes(key),
                ConsistentRead: strong,
            }),
            { abortSignal: signal },
        );
        return Item;
    }

    /**
     * Writes if the condition holds.
     *
     * @throws ConditionalCheckFailedException with the item that there is
     */
    async put(item: AttributeMap, condition: Condition, signal: AbortSignal): Promise<void> {
        await this.client.send(
            new PutItemCommand({
                TableName: this.table,
                Item: item,
                ...condition,
                ReturnValuesOnConditionCheckFailure: "ALL_OLD",
            }),
            { abortSignal: signal },
        );
    }

    /**
     * Writes all of them if every condition holds, or nothing. It is one write in this region alone: the others
     * get the items one by one.
     *
     * @throws TransactionCanceledException with a reason for each
     * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html
     */
    async putTogether(
        puts: readonly { readonly item: AttributeMap; readonly condition: Condition }[],
        signal: AbortSignal,
    ): Promise<void> {
        await this.client.send(
            new TransactWriteItemsCommand({
                TransactItems: puts.map(({ item, condition }) => ({
                    Put: { TableName: this.table, Item: item, ...condition },
                })),
            }),
            { abortSignal: signal },
        );
    }

    async query(query: Omit<QueryCommandInput, "TableName">, signal: AbortSignal): Promise<Page> {
        const { Items = [], LastEvaluatedKey } = await this.client.send(
            new QueryCommand({ TableName: this.table, ...query }),
            { abortSignal: signal },
        );
        return { items: Items, next: LastEvaluatedKey };
    }

    async scan(scan: Omit<ScanCommandInput, "TableName">, signal: AbortSignal): Promise<Page> {
        const { Items = [], LastEvaluatedKey } = await this.client.send(
            new ScanCommand({ TableName: this.table, ...scan }),
            { abortSignal: signal },
        );
        return { items: Items, next: LastEvaluatedKey };
    }

    /** @returns the items that there are, and the keys that were not looked at for lack of capacity */
    async batchGet(
        keys: readonly Key[],
        strong: boolean,
        signal: AbortSignal,
    ): Promise<{ readonly items: readonly AttributeMap[]; readonly left: readonly Key[] }> {
        const { Responses, UnprocessedKeys } = await this.client.send(
            new BatchGetItemCommand({
                RequestItems: {
                    [this.table]: { Keys: keys.map(keyAttributes), ConsistentRead: strong },
                },
            }),
            { abortSignal: signal },
        );
        return {
            items: Responses?.[this.table] ?? [],
            left: (UnprocessedKeys?.[this.table]?.Keys ?? []).map(({ pk, sk }) => ({
                pk: pk?.S ?? "",
                sk: sk?.S ?? "",
            })),
        };
    }
}
