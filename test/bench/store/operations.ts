import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";

import { awsClient } from "../../../runtime/awsClient";
import { VersionVector } from "../../../runtime/consistency/versionVector";
import { openStore } from "../../../runtime/service/store";
import { Caller } from "../../../runtime/store/calls/caller";
import { systemClock } from "../../../runtime/store/calls/clock";
import { Replica } from "../../../runtime/store/calls/replica";
import type { GlobalDataStore } from "../../../runtime/store/globalDataStore";
import { HomeKeeper } from "../../../runtime/store/homes/homeKeeper";
import { OwnerRecords } from "../../../runtime/store/homes/ownerRecord";
import { defaultLeaseTimes } from "../../../runtime/store/homes/votes";
import type { Write } from "../../../runtime/store/results";
import { Bare } from "./bare";
import { keys, region, regions, table } from "./keys";
import type { Pair } from "./measurePairs";

const lines = Array.from({ length: 10 }, (_, n) => `product-${n}`);
const profile = { name: "Ada Lovelace", language: "en" };

/**
 * The store as the storefront opens it, and the bare SDK with the same settings and a pool of connections of its
 * own, on the tables that `AWS_ENDPOINT_URL` names.
 */
export async function openBench(): Promise<{
    readonly pairs: readonly Pair[];
    /** Renews the lease of the home, as a region's keeper does every few seconds. */
    readonly renew: () => Promise<void>;
    /** @throws Error unless what was written by hand is what the store would have written */
    check(): Promise<void>;
    close(): void;
}> {
    const client = new DynamoDBClient(
        awsClient(region, { connectMs: 500, answerMs: 1000, attempts: 1 }),
    );
    await createTable(client);
    const renew = keepHome(client);
    await renew();
    const store = openStore({ REGION: region, REGIONS: regions, TABLE_NAME: table });
    for (const who of ["ours", "bare"] as const) {
        await fill(store, keys[who]);
    }
    return {
        pairs: pairsOf(store, new Bare(client)),
        renew,
        check: () => check(store),
        close: () => {
            store.close();
            client.destroy();
        },
    };
}

function pairsOf(store: GlobalDataStore, bare: Bare): readonly Pair[] {
    const { cart, stock, profile: key, cartOfOrders } = keys.ours;
    let version = VersionVector.of({ [region]: 1 });
    let n = 0;
    const next = () => ({ ...profile, visits: ++n });
    const quantity = (): number => (++n % 9) + 1;
    const line = (): string => lines[n % lines.length] ?? "";
    return [
        {
            name: "read a cart of 10 lines",
            requests: "Query",
            ours: async () => found(await store.get("cart", cart)),
            bare: () => bare.readCart(),
        },
        {
            name: "set a line of it",
            requests: "Query, PutItem",
            ours: async () =>
                written(
                    await store.apply("cart", cart, {
                        op: "set",
                        line: line(),
                        quantity: quantity(),
                    }),
                ),
            bare: () => bare.setLine(line(), quantity()),
        },
        {
            name: "read a profile",
            requests: "GetItem",
            ours: async () => found(await store.get("profile", key)),
            bare: () => bare.readProfile(),
        },
        {
            name: "put a profile at its home",
            requests: "PutItem",
            ours: async () => {
                const done = written(await store.put("profile", key, next(), version));
                version = done.version;
            },
            bare: () => bare.putProfile(next()),
        },
        {
            name: "update a profile at its home",
            requests: "GetItem, PutItem",
            ours: async () => {
                const done = written(await store.update("profile", key, () => next()));
                version = done.version;
            },
            bare: () => bare.updateProfile(() => next()),
        },
        {
            name: "query 10 orders of a cart",
            requests: "Query",
            ours: async () => {
                const page = await store.query("order", `CART#${cartOfOrders}`, { index: true });
                return whole(page.items);
            },
            bare: async () => whole(await bare.queryOrders()),
        },
        {
            name: "take stock",
            requests: "Query, PutItem",
            ours: async () => written(await store.apply("stock", stock, { op: "take", amount: 1 })),
            bare: () => bare.takeStock(1),
        },
        {
            name: "for comparison: the bare SDK and itself",
            requests: "GetItem",
            ours: () => bare.readProfile(),
            bare: () => bare.readProfile(),
        },
    ];
}

async function check(store: GlobalDataStore): Promise<void> {
    for (const { cart, stock, profile: key } of [keys.ours, keys.bare]) {
        const carts = await store.get("cart", cart);
        const lineCount = carts.kind === "found" ? carts.value.size : 0;
        if (lineCount !== lines.length) {
            throw new Error(`the cart ${cart.pk} has ${lineCount} lines after the bench`);
        }
        found(await store.get("stock", stock));
        found(await store.get("profile", key));
    }
}

async function fill(
    store: GlobalDataStore,
    { cart, stock, profile: key, order, cartOfOrders }: (typeof keys)["ours"],
): Promise<void> {
    for (const line of lines) {
        written(await store.apply("cart", cart, { op: "set", line, quantity: 1 }));
    }
    written(await store.apply("stock", stock, { op: "grant", amount: 1_000_000 }));
    written(await store.apply("stock", stock, { op: "take", amount: 1 }));
    written(await store.put("profile", key, { ...profile, visits: 0 }, "absent"));
    for (let n = 0; n < 10; n++) {
        const items = lines.slice(0, 3).map((line) => ({ line, quantity: 1 }));
        written(await store.put("order", order(n), { cartId: cartOfOrders, items }, "absent"));
    }
}

function keepHome(client: DynamoDBClient): () => Promise<void> {
    const caller = new Caller(systemClock, Math.random);
    const keeper = new HomeKeeper({
        region,
        homes: [region],
        records: [new OwnerRecords(new Replica(region, table, client), caller)],
        votes: { read: async () => new Map([[region, "in-service"]]) },
        clock: systemClock,
        times: defaultLeaseTimes,
        catchUp: { has: async () => true },
    });
    return async () => {
        const problems = await keeper.tick();
        for (const problem of problems.values()) {
            throw problem;
        }
    };
}

async function createTable(client: DynamoDBClient): Promise<void> {
    const key = (hash: string, range: string) => [
        { AttributeName: hash, KeyType: "HASH" as const },
        { AttributeName: range, KeyType: "RANGE" as const },
    ];
    await client.send(
        new CreateTableCommand({
            TableName: table,
            BillingMode: "PAY_PER_REQUEST",
            AttributeDefinitions: ["pk", "sk", "gsi1pk", "gsi1sk"].map((AttributeName) => ({
                AttributeName,
                AttributeType: "S" as const,
            })),
            KeySchema: key("pk", "sk"),
            GlobalSecondaryIndexes: [
                {
                    IndexName: "gsi1",
                    KeySchema: key("gsi1pk", "gsi1sk"),
                    Projection: { ProjectionType: "ALL" },
                },
            ],
        }),
    );
}

/** @throws Error for anything that would make the comparison one of different work */
function written<V>(write: Write<V>): Extract<Write<V>, { readonly kind: "written" }> {
    if (write.kind !== "written") {
        throw new Error(`a write of the bench came to ${JSON.stringify(write)}`);
    }
    return write;
}

function found(read: { readonly kind: string }): void {
    if (read.kind !== "found") {
        throw new Error(`a read of the bench came to ${read.kind}`);
    }
}

function whole(items: readonly unknown[]): void {
    if (items.length !== 10) {
        throw new Error(`a query of the bench found ${items.length} items, and there are 10`);
    }
}
