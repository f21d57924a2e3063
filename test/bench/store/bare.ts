import {
    GetItemCommand,
    PutItemCommand,
    QueryCommand,
    type AttributeValue,
    type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";

import { keys, region, table } from "./keys";

type Item = Record<string, AttributeValue>;

/**
 * What a careful engineer writes by hand for the same items: the same requests and conditions, what is asked for
 * taken out of the answers, and nothing else. No limits of time, no retries, no checks of what is read, no
 * merging: the items are taken to be one region's.
 */
export class Bare {
    #written = 0;
    #profile = 0;

    constructor(private readonly client: DynamoDBClient) {}

    async readCart(): Promise<ReadonlyMap<string, number>> {
        const item = await this.#regional(keys.bare.cart, false);
        return new Map(
            Object.values(item["state"]?.M?.["lines"]?.M ?? {}).map(({ L = [] }) => [
                L[0]?.S ?? "",
                Number(L[1]?.N),
            ]),
        );
    }

    async setLine(line: string, quantity: number): Promise<void> {
        const item = await this.#regional(keys.bare.cart, true);
        const count = countOf(item) + 1;
        const state = item["state"]?.M ?? {};
        const others = Object.entries(state["lines"]?.M ?? {}).filter(
            ([, { L }]) => L?.[0]?.S !== line,
        );
        const set = { L: [{ S: line }, { N: String(quantity) }, { BOOL: true }] };
        await this.#replace(item, {
            ...this.#stamp(item, count),
            expiresAt: { N: String(Math.ceil(Date.now() / 1000) + 30 * 24 * 3600) },
            state: {
                M: {
                    ...state,
                    lines: { M: Object.fromEntries([...others, [`${region}:${count}`, set]]) },
                    heard: { S: `${region}:${count}` },
                },
            },
        });
    }

    async takeStock(amount: number): Promise<void> {
        const item = await this.#regional(keys.bare.stock, true);
        const state = item["state"]?.M ?? {};
        const granted = Number(state["granted"]?.M?.[region]?.N);
        const used = Number(state["used"]?.M?.[region]?.N ?? 0) + amount;
        if (used > granted) {
            throw new Error("there is not so much");
        }
        await this.#replace(item, {
            ...this.#stamp(item, countOf(item) + 1),
            state: { M: { ...state, used: { M: { [region]: { N: String(used) } } } } },
        });
    }

    async readProfile(): Promise<unknown> {
        return valueOf(await this.#get(false));
    }

    /** Over the version that was written last. */
    async putProfile(value: object): Promise<void> {
        const before = this.#profile === 0 ? countOf(await this.#get(true)) : this.#profile;
        await this.#putProfile({ ...this.#fixed }, before, value);
    }

    async updateProfile(change: (value: Record<string, unknown>) => object): Promise<void> {
        const item = await this.#get(true);
        await this.#putProfile(item, countOf(item), change(valueOf(item)));
    }

    async queryOrders(): Promise<readonly unknown[]> {
        const { Items = [] } = await this.client.send(
            new QueryCommand({
                TableName: table,
                IndexName: "gsi1",
                KeyConditionExpression: "#hash = :pk",
                FilterExpression: "#kind = :kind",
                ExpressionAttributeNames: { "#hash": "gsi1pk", "#kind": "kind" },
                ExpressionAttributeValues: {
                    ":pk": { S: `CART#${keys.bare.cartOfOrders}` },
                    ":kind": { S: "order" },
                },
            }),
        );
        return Items.map(valueOf);
    }

    #fixed: Item = {};

    async #get(strong: boolean): Promise<Item> {
        const { pk, sk } = keys.bare.profile;
        const { Item = {} } = await this.client.send(
            new GetItemCommand({
                TableName: table,
                Key: { pk: { S: pk }, sk: { S: sk } },
                ConsistentRead: strong,
            }),
        );
        this.#fixed = Item;
        return Item;
    }

    async #putProfile(item: Item, before: number, value: object): Promise<void> {
        const next = {
            ...item,
            ...this.#stamp(item, before + 1),
            value: { M: marshall(value) },
        };
        await this.client.send(
            new PutItemCommand({
                TableName: table,
                Item: next,
                ConditionExpression:
                    "#version = :version AND home = :home AND epoch <= :epoch AND #at < :at AND attribute_not_exists(deleted)",
                ExpressionAttributeNames: { "#version": "version", "#at": "at" },
                ExpressionAttributeValues: {
                    ":version": { S: `${region}:${before}` },
                    ":at": next.at,
                    ":home": { S: region },
                    ":epoch": item["epoch"] ?? { N: "0" },
                },
                ReturnValuesOnConditionCheckFailure: "ALL_OLD",
            }),
        );
        this.#profile = before + 1;
    }

    async #regional(key: { readonly pk: string; readonly sk: string }, strong: boolean) {
        const { Items = [] } = await this.client.send(
            new QueryCommand({
                TableName: table,
                KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
                ExpressionAttributeValues: {
                    ":pk": { S: key.pk },
                    ":prefix": { S: `${key.sk}#` },
                },
                ConsistentRead: strong,
            }),
        );
        return Items[0] ?? {};
    }

    async #replace(before: Item, changed: Item): Promise<void> {
        await this.client.send(
            new PutItemCommand({
                TableName: table,
                Item: { ...before, ...changed },
                ConditionExpression: "#version = :version",
                ExpressionAttributeNames: { "#version": "version" },
                ExpressionAttributeValues: { ":version": before["version"] ?? { S: "" } },
                ReturnValuesOnConditionCheckFailure: "ALL_OLD",
            }),
        );
    }

    #stamp(before: Item, count: number) {
        const now = Date.now().toString(16).padStart(12, "0");
        // Of two in a millisecond the later has the greater count behind the time.
        const serial = (++this.#written % 65_536).toString(16).padStart(4, "0");
        return {
            version: { S: `${region}:${count}` },
            at: { S: now + serial },
            operations: {
                L: [{ S: `bare${now}${serial}` }, ...(before["operations"]?.L ?? [])].slice(0, 16),
            },
        };
    }
}

function countOf(item: Item): number {
    return Number(item["version"]?.S?.split(":")[1]);
}

function valueOf(item: Item): Record<string, unknown> {
    return unmarshall(item["value"]?.M ?? {});
}
