import {
    type AttributeValue,
    BatchGetItemCommand,
    DynamoDBClient,
    type DynamoDBClientResolvedConfig,
    GetItemCommand,
    PutItemCommand,
    QueryCommand,
    type QueryCommandInput,
    UpdateItemCommand,
    type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";

import { awsClient } from "../awsClient";
import { ifConditionHolds } from "../conditionalWrite";

export interface Key {
    readonly pk: string;
    readonly sk: string;
}

/** Most keys of one batch: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
const mostBatchKeys = 100;

/** Indexes of the table. Their keys are the attributes `<index>pk` and `<index>sk`. */
export type Index = "gsi1";

export type Item = Readonly<Record<string, unknown>> & Key;

/**
 * The regional replica of the global table, and nothing of any other region: a request must never
 * depend on a region that is not serving it.
 */
export class Table {
    readonly #client: DynamoDBClient;

    constructor(
        readonly name: string,
        region: string,
    ) {
        this.#client = new DynamoDBClient(
            // A regional call takes single-digit milliseconds; waiting longer only ties up the
            // request that a client is already about to repeat.
            awsClient(region, { connectMs: 500, answerMs: 1500, attempts: 3 }),
        );
    }

    /** What its calls are signed with: the task's own identity. */
    get signing(): Pick<DynamoDBClientResolvedConfig, "credentials" | "sha256"> {
        return this.#client.config;
    }

    /** The item as the local replica has it, or undefined. */
    async get(key: Key, options: { readonly strong?: boolean } = {}): Promise<Item | undefined> {
        const { Item: item } = await this.#client.send(
            new GetItemCommand({
                TableName: this.name,
                Key: marshall(key),
                ConsistentRead: options.strong ?? false,
            }),
        );
        return item === undefined ? undefined : (unmarshall(item) as Item);
    }

    /** Those of the items that the local replica has, with their keys and the named attributes only. */
    async getMany(keys: readonly Key[], attributes: readonly string[]): Promise<readonly Item[]> {
        const items: Item[] = [];
        const names = ["pk", "sk", ...attributes];
        let left: Record<string, AttributeValue>[] = keys.map((key) => marshall(key));
        while (left.length > 0) {
            const { Responses, UnprocessedKeys } = await this.#client.send(
                new BatchGetItemCommand({
                    RequestItems: {
                        [this.name]: {
                            Keys: left.slice(0, mostBatchKeys),
                            ProjectionExpression: names.map((_, index) => `#n${index}`).join(", "),
                            ExpressionAttributeNames: Object.fromEntries(
                                names.map((name, index) => [`#n${index}`, name]),
                            ),
                        },
                    },
                }),
            );
            items.push(...(Responses?.[this.name] ?? []).map((item) => unmarshall(item) as Item));
            left = [...(UnprocessedKeys?.[this.name]?.Keys ?? []), ...left.slice(mostBatchKeys)];
        }
        return items;
    }

    async put(item: Item): Promise<void> {
        await this.#client.send(
            new PutItemCommand({
                TableName: this.name,
                Item: marshall(item, { removeUndefinedValues: true }),
            }),
        );
    }

    /** Writes the item unless its key is taken; says whether it did. */
    async putNew(item: Item): Promise<boolean> {
        return ifConditionHolds(() =>
            this.#client.send(
                new PutItemCommand({
                    TableName: this.name,
                    Item: marshall(item, { removeUndefinedValues: true }),
                    ConditionExpression: "attribute_not_exists(pk)",
                }),
            ),
        );
    }

    /** Runs a conditional update; says whether its condition held. */
    async update(
        key: Key,
        update: Pick<
            UpdateItemCommandInput,
            "UpdateExpression" | "ConditionExpression" | "ExpressionAttributeNames"
        > & { readonly values?: Readonly<Record<string, unknown>> },
    ): Promise<boolean> {
        const { values, ...expressions } = update;
        return ifConditionHolds(() =>
            this.#client.send(
                new UpdateItemCommand({
                    TableName: this.name,
                    Key: marshall(key),
                    ...expressions,
                    ...(values === undefined
                        ? {}
                        : { ExpressionAttributeValues: marshall(values) }),
                }),
            ),
        );
    }

    /** Every item under a partition whose sort key starts with the prefix, all pages. */
    async list(pk: string, prefix: string): Promise<readonly Item[]> {
        return this.#query({
            KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues: marshall({ ":pk": pk, ":prefix": prefix }),
        });
    }

    /** Every item of an index under a key, all pages. Indexes are eventually consistent. */
    async listIndex(index: Index, key: string): Promise<readonly Item[]> {
        return this.#query({
            IndexName: index,
            KeyConditionExpression: "#key = :key",
            ExpressionAttributeNames: { "#key": `${index}pk` },
            ExpressionAttributeValues: marshall({ ":key": key }),
        });
    }

    async #query(query: Omit<QueryCommandInput, "TableName">): Promise<readonly Item[]> {
        const items: Item[] = [];
        let start: QueryCommandInput["ExclusiveStartKey"];
        do {
            const page = await this.#client.send(
                new QueryCommand({
                    TableName: this.name,
                    ...query,
                    ...(start === undefined ? {} : { ExclusiveStartKey: start }),
                }),
            );
            items.push(...(page.Items ?? []).map((item) => unmarshall(item) as Item));
            start = page.LastEvaluatedKey;
        } while (start !== undefined);
        return items;
    }

    close(): void {
        this.#client.destroy();
    }
}
