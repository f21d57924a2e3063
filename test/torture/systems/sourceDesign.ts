import { createHash } from "node:crypto";

import {
    type AttributeValue,
    ConditionalCheckFailedException,
    GetItemCommand,
    PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";

import { CloudProcess, regions } from "../cloud";
import type { Call, Cart, FinalState, Value } from "../history/operation";
import { Refusal, type Caller, type Conditions, type System } from "../system";

const table = "source-design";
const primary = regions[0];

type Item = Readonly<Record<string, unknown>>;

/**
 * The design that is often written down for this problem, built as it reads: the version of an item is the
 * writer's clock, and the condition on it is judged by the replica that the writer is near; reads ask the
 * primary region, consistently; after a write the writer copies the item to every other region, although
 * the table does; and events are told apart by the MD5 of what they say. The baseline that the checker has
 * to find wanting.
 */
export class SourceDesign implements System {
    readonly #processes = new Map<string, CloudProcess>();
    /** Ids of the restocking events that a region has applied. */
    readonly #applied = new Map<string, Set<string>>();

    private constructor(private readonly conditions: Conditions) {
        for (const region of regions) {
            this.#start(region);
            this.#applied.set(region, new Set());
        }
    }

    static async start(conditions: Conditions): Promise<SourceDesign> {
        await conditions.cloud.createTable(table);
        const design = new SourceDesign(conditions);
        for (const [sku, left] of Object.entries(conditions.initialStock)) {
            await design.#put(primary, `STOCK#${sku}`, { left });
        }
        await conditions.cloud.quiet();
        return design;
    }

    async call(
        region: string,
        _caller: Caller,
        key: string,
        call: Call,
    ): Promise<Value | undefined> {
        switch (call.kind) {
            case "cart": {
                const item = await this.#get(region, `CART#${key}`);
                const lines = (item?.["lines"] ?? {}) as Cart;
                return call.f === "read"
                    ? withoutEmpty(lines)
                    : this.#put(region, `CART#${key}`, {
                          lines: { ...lines, [call.sku]: call.quantity },
                      });
            }
            case "order": {
                if (call.f === "read") {
                    return orderOf(await this.#get(region, `ORDER#${key}`));
                }
                const order = { body: call.body, placedIn: region, nonce: this.#nonce() };
                await this.#put(region, `ORDER#${key}`, order);
                return orderOf(order);
            }
            case "stock": {
                const left = Number((await this.#get(region, `STOCK#${key}`))?.["left"] ?? 0);
                if (call.f === "read") {
                    return left;
                }
                if (call.f === "add") {
                    return this.#restock(region, key, call.amount);
                }
                if (left < call.amount) {
                    throw new Refusal("sold out");
                }
                return this.#put(region, `STOCK#${key}`, { left: left - call.amount });
            }
            case "profile":
                return this.#profile(region, key, call);
        }
    }

    async #profile(
        region: string,
        key: string,
        call: Extract<Call, { kind: "profile" }>,
    ): Promise<Value | undefined> {
        if (call.f === "write") {
            return this.#put(region, `PROFILE#${key}`, { value: call.value });
        }
        const found = profileOf(await this.#get(region, `PROFILE#${key}`));
        if (call.f === "read") {
            return found;
        }
        if (found !== call.from) {
            throw new Refusal("another value");
        }
        return this.#put(region, `PROFILE#${key}`, { value: call.to });
    }

    /** An event of the same content has the same id, and whoever has seen that one leaves it out. */
    async #restock(region: string, sku: string, amount: number): Promise<undefined> {
        const id = createHash("md5").update(JSON.stringify({ sku, amount })).digest("hex");
        const applied = this.#applied.get(region);
        if (applied?.has(id) === true) {
            return undefined;
        }
        applied?.add(id);
        const left = Number((await this.#get(region, `STOCK#${sku}`))?.["left"] ?? 0);
        return this.#put(region, `STOCK#${sku}`, { left: left + amount });
    }

    /** Consistent, and so of the primary region's replica, wherever the client is. */
    async #get(region: string, pk: string, of: string = primary): Promise<Item | undefined> {
        const { Item: item } = await this.#process(region)
            .dynamodb(of)
            .send(
                new GetItemCommand({
                    TableName: table,
                    Key: marshall({ pk, sk: "-" }),
                    ConsistentRead: true,
                }),
            );
        return item === undefined ? undefined : unmarshall(item);
    }

    async #put(region: string, pk: string, fields: Item): Promise<undefined> {
        const version = Math.floor(this.conditions.clock(region));
        const item = marshall({ pk, sk: "-", ...fields, version, lastUpdatedRegion: region });
        try {
            await this.#process(region)
                .dynamodb(region)
                .send(
                    new PutItemCommand({
                        TableName: table,
                        Item: item,
                        ConditionExpression: "attribute_not_exists(pk) OR version < :version",
                        ExpressionAttributeValues: marshall({ ":version": version }),
                    }),
                );
        } catch (error) {
            if (error instanceof ConditionalCheckFailedException) {
                throw new Refusal("an older version");
            }
            throw error;
        }
        void this.#replicate(region, item);
        return undefined;
    }

    async #replicate(region: string, item: Record<string, AttributeValue>): Promise<void> {
        for (const other of regions.filter((each) => each !== region)) {
            try {
                await this.#process(region)
                    .dynamodb(other)
                    .send(new PutItemCommand({ TableName: table, Item: item }));
            } catch {
                // Nobody is told of a copy that did not arrive, and the regions after it get none.
                return;
            }
        }
    }

    #process(region: string): CloudProcess {
        return this.#processes.get(region) as CloudProcess;
    }

    #start(region: string): void {
        this.#processes.set(
            region,
            new CloudProcess(`storefront of ${region}`, region, this.conditions.cloud),
        );
    }

    #nonce(): number {
        return Math.floor(this.conditions.random() * 1e9);
    }

    kill(region: string): void {
        this.#process(region).kill();
        this.#applied.get(region)?.clear();
    }

    async restart(region: string): Promise<void> {
        this.#start(region);
    }

    async evacuate(): Promise<void> {}

    async failBack(): Promise<void> {}

    async settle(): Promise<void> {
        await this.conditions.cloud.quiet();
    }

    async reported(): Promise<readonly []> {
        return [];
    }

    async finalState(region: string): Promise<FinalState> {
        const { keys } = this.conditions;
        const read = async <V>(
            names: readonly string[],
            prefix: string,
            valueOf: (item: Item | undefined) => V,
        ): Promise<Record<string, V>> =>
            Object.fromEntries(
                await Promise.all(
                    names.map(
                        async (name) =>
                            [
                                name,
                                valueOf(await this.#get(region, `${prefix}#${name}`, region)),
                            ] as const,
                    ),
                ),
            );
        return {
            carts: await read(keys.cart, "CART", (item) =>
                withoutEmpty((item?.["lines"] ?? {}) as Cart),
            ),
            orders: await read(keys.order, "ORDER", orderOf),
            stock: await read(keys.stock, "STOCK", (item) =>
                item === undefined ? null : Number(item["left"]),
            ),
            profiles: await read(keys.profile, "PROFILE", profileOf),
        };
    }

    async stop(): Promise<void> {}
}

function withoutEmpty(lines: Cart): Cart {
    return Object.fromEntries(Object.entries(lines).filter(([, quantity]) => quantity > 0));
}

function orderOf(item: Item | undefined): string | null {
    return item === undefined
        ? null
        : JSON.stringify([item["body"], item["placedIn"], item["nonce"]]);
}

function profileOf(item: Item | undefined): number | null {
    return item === undefined ? null : Number(item["value"]);
}
