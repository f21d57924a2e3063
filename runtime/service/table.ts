import {
    DynamoDBClient,
    type DynamoDBClientResolvedConfig,
    GetItemCommand,
    PutItemCommand,
    QueryCommand,
    type QueryCommandInput,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";

import { awsClient } from "../awsClient";
import { ifConditionHolds } from "../conditionalWrite";

export interface Key {
    readonly pk: string;
    readonly sk: string;
}

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

    /** Every item of an index under a key, all pages. Indexes are eventually consistent. */
    async listIndex(index: Index, key: string): Promise<readonly Item[]> {
        const items: Item[] = [];
        let start: QueryCommandInput["ExclusiveStartKey"];
        do {
            const page = await this.#client.send(
                new QueryCommand({
                    TableName: this.name,
                    IndexName: index,
                    KeyConditionExpression: "#key = :key",
                    ExpressionAttributeNames: { "#key": `${index}pk` },
                    ExpressionAttributeValues: marshall({ ":key": key }),
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
