import {
    CreateTableCommand,
    DeleteTableCommand,
    DynamoDBClient,
    type KeySchemaElement,
} from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import type { FastifyInstance } from "fastify";

import { DatabaseUnavailableError } from "../../../runtime/service/database/database";
import type { Picture } from "../../../runtime/service/media";
import type { DomainEvent } from "../../../runtime/events/event";
import { rotatedRing, type KeyRing } from "../../../runtime/receipts/keyRing";
import { checkReceipt, signReceipt, type ReceiptedOrder } from "../../../runtime/receipts/receipt";
import type { ArchivedOrder } from "../../../runtime/service/orderArchive";
import { createServer } from "../../../runtime/service/server";
import { openStore } from "../../../runtime/service/store";
import { StockLevels } from "../../../runtime/service/stockLevels";
import { Table } from "../../../runtime/service/table";
import { mostBodyBytes } from "../../../sandbox/world/waf/managedRules";
import {
    type AwsStub,
    fakeCredentials,
    startAwsStub,
    withEnvironment,
} from "../../support/awsStub";

const keySchema = (hash: string, range: string) =>
    [
        { AttributeName: hash, KeyType: "HASH" },
        { AttributeName: range, KeyType: "RANGE" },
    ] satisfies KeySchemaElement[];

const environment = {
    PORT: 8080,
    REGION: "eu-west-1",
    REGIONS: ["eu-west-1", "us-east-1"],
    TABLE_NAME: "storefront",
    MEDIA_BUCKET: "media",
    ORDERS_BUCKET: "orders",
    EVENT_STREAM: "events",
    STATE_NAME: "_state.eu-west-1.app.example.com",
    CACHE_NAME: "_cache.eu-west-1.app.example.com",
    CACHE_ID: "meridian-cache-eu-west-1",
    CACHE_USER: "meridian-storefront",
    DATABASE_WRITER: "_database.eu-west-1.app.example.com",
    DATABASE_READER: "_database-reader.eu-west-1.app.example.com",
    DATABASE: "storefront",
    DATABASE_USER: "storefront",
    WRITE_NAME: "write.app.example.com",
    REGION_HOST: "*.origin.example.com",
    RECEIPT_KEYS: "meridian/receipt-keys",
    LOG_LEVEL: "silent" as const,
};

/** Levels straight from a store. */
function stockOf(store: ReturnType<typeof openStore>): StockLevels {
    return new StockLevels({
        store,
        cache: { read: (ids, load) => load(ids) },
        regions: environment.REGIONS,
        timeoutMs: 5000,
    });
}

describe("storefront", () => {
    let aws: AwsStub;
    let client: DynamoDBClient;
    let table: Table;
    let store: ReturnType<typeof openStore>;
    let server: FastifyInstance;
    let restore: () => void;
    const state = { evacuated: false };
    const pictures = new Map<string, Picture>();
    const archived: ArchivedOrder[] = [];
    const emitted: DomainEvent[] = [];
    let ring: KeyRing = { keys: [] };
    const buckets = {
        media: {
            find: async (sku: string) => {
                if (sku === "pen-04") {
                    throw new Error("no answer from the bucket");
                }
                return pictures.get(sku);
            },
        },
        archive: { keep: (order: ArchivedOrder) => void archived.push(order) },
        events: { emit: (event: DomainEvent) => void emitted.push(event) },
        payments: {
            take: async () => Promise.reject(new DatabaseUnavailableError("no database")),
            find: async () => Promise.reject(new DatabaseUnavailableError("no database")),
        },
        receipts: {
            issue: (order: ReceiptedOrder) => signReceipt(order, ring),
            check: async (receipt: string) => checkReceipt(receipt, ring),
        },
    };

    before(async () => {
        aws = await startAwsStub();
        restore = withEnvironment({ ...fakeCredentials, AWS_ENDPOINT_URL: aws.url });
        client = new DynamoDBClient({ region: "eu-west-1" });
        table = new Table("storefront", "eu-west-1");
        store = openStore(environment);
    });

    after(async () => {
        client.destroy();
        store.close();
        table.close();
        restore();
        await aws.stop();
    });

    beforeEach(async () => {
        state.evacuated = false;
        archived.length = 0;
        emitted.length = 0;
        ring = { keys: [] };
        await client.send(
            new CreateTableCommand({
                TableName: "storefront",
                AttributeDefinitions: ["pk", "sk", "gsi1pk", "gsi1sk"].map((name) => ({
                    AttributeName: name,
                    AttributeType: "S" as const,
                })),
                KeySchema: keySchema("pk", "sk"),
                GlobalSecondaryIndexes: [
                    {
                        IndexName: "gsi1",
                        KeySchema: keySchema("gsi1pk", "gsi1sk"),
                        Projection: { ProjectionType: "ALL" },
                    },
                ],
                BillingMode: "PAY_PER_REQUEST",
            }),
        );
        server = createServer(environment, table, state, {
            ...buckets,
            store,
            stock: stockOf(store),
        });
    });

    afterEach(async () => {
        await server.close();
        await client.send(new DeleteTableCommand({ TableName: "storefront" }));
    });

    function order(
        key: string,
        cartId = "c1",
        items: readonly unknown[] = [{ sku: "mug-02", quantity: 2 }],
    ): Promise<{ statusCode: number; json: () => Record<string, unknown> }> {
        return server.inject({
            method: "POST",
            url: "/orders",
            headers: { "idempotency-key": key },
            payload: { cartId, items },
        });
    }

    it("answers the shallow health check without the table, and the deep one only with it", async () => {
        expect((await server.inject("/health")).json()).to.deep.equal({
            status: "ok",
            region: "eu-west-1",
        });
        expect((await server.inject("/health/deep")).statusCode).to.equal(200);
        // Its database is gone, and that is no reason to take a region out of service, or all of them.
        expect((await server.inject("/orders/order-1/payment")).statusCode).to.equal(503);
        const undo = withEnvironment({ AWS_ENDPOINT_URL: "http://127.0.0.1:9" });
        const unreachable = new Table("storefront", "eu-west-1");
        const elsewhere = createServer(environment, unreachable, state, {
            ...buckets,
            store,
            stock: stockOf(store),
        });
        expect((await elsewhere.inject("/health")).statusCode).to.equal(200);
        const deep = await elsewhere.inject("/health/deep");
        expect(deep.statusCode).to.equal(503);
        expect(deep.json()).to.include({ table: "failed" });
        await elsewhere.close();
        unreachable.close();
        undo();
    });

    it("calls a region whose table is still to come incomplete, and not failed", async () => {
        const absent = new Table("no-such-table", "eu-west-1");
        const nothing = openStore({ ...environment, TABLE_NAME: "no-such-table" });
        const early = createServer(environment, absent, state, {
            ...buckets,
            store,
            stock: stockOf(nothing),
        });
        const deep = await early.inject("/health/deep");
        expect(deep.statusCode).to.equal(200);
        expect(deep.json()).to.deep.equal({
            status: "incomplete",
            region: "eu-west-1",
            table: "absent",
        });
        const { products } = (await early.inject("/catalogue")).json<{ products: object[] }>();
        expect(products[0]).to.have.property("sku");
        expect(products[0]).not.to.have.property("available");
        await early.close();
    });

    it("serves a product's picture as it is in the region's bucket, and lets nothing in it run", async () => {
        pictures.set("mug-02", {
            body: Buffer.from("<svg/>"),
            contentType: "image/svg+xml",
            etag: '"e"',
        });
        const answer = await server.inject("/catalogue/mug-02/media");
        expect(answer.statusCode).to.equal(200);
        expect(answer.body).to.equal("<svg/>");
        expect(answer.headers).to.include({
            "content-type": "image/svg+xml",
            etag: '"e"',
            "cache-control": "public, max-age=300",
            "x-content-type-options": "nosniff",
        });
        expect(answer.headers["content-security-policy"]).to.contain("default-src 'none'");
    });

    it("tells a product that does not exist from a picture that is not here, and from a bucket that fails", async () => {
        const ask = async (sku: string) => {
            const answer = await server.inject(`/catalogue/${sku}/media`);
            return [answer.statusCode, answer.json<{ error: string }>().error];
        };
        expect(await ask("nothing-99")).to.deep.equal([404, "no-such-product"]);
        expect(await ask("lamp-01")).to.deep.equal([404, "no-such-media"]);
        expect(await ask("pen-04")).to.deep.equal([500, "failed"]);
    });

    it("archives an order once it is written, with what was acknowledged, and none that is refused", async () => {
        const order = (key: string, sku: string) =>
            server.inject({
                method: "POST",
                url: "/orders",
                headers: { "idempotency-key": key },
                payload: { cartId: "c1", items: [{ sku, quantity: 1 }] },
            });
        const made = await order("o1", "mug-02");
        expect(made.statusCode).to.equal(201);
        expect(archived).to.deep.equal([made.json()]);
        expect((await order("o2", "nothing-99")).statusCode).to.equal(404);
        expect((await order("o1", "lamp-01")).statusCode).to.equal(409);
        expect(archived).to.have.length(1);
        expect((await order("o1", "mug-02")).statusCode).to.equal(200);
        expect(archived[1]).to.deep.equal(archived[0]);
    });

    it("tells of an order once it is written, under the same id when it is repeated", async () => {
        const order = (key: string, sku: string) =>
            server.inject({
                method: "POST",
                url: "/orders",
                headers: { "idempotency-key": key },
                payload: { cartId: "c1", items: [{ sku, quantity: 1 }] },
            });
        const made = (await order("o1", "mug-02")).json<{ createdAt: string; total: number }>();
        expect((await order("o2", "nothing-99")).statusCode).to.equal(404);
        expect(emitted).to.deep.equal([
            {
                id: "eu-west-1/o1/1",
                origin: "eu-west-1",
                entity: "o1",
                sequence: 1,
                at: made.createdAt,
                type: "order-placed",
                data: { orderId: "o1", cartId: "c1", total: made.total, currency: "USD" },
            },
        ]);
        expect((await order("o1", "mug-02")).statusCode).to.equal(200);
        expect(emitted[1]).to.deep.equal(emitted[0]);
    });

    it("says which region served", async () => {
        expect((await server.inject("/catalogue")).headers["x-served-by"]).to.equal("eu-west-1");
    });

    it("ends kept-alive connections once the region was voted out, and keeps answering", async () => {
        expect((await server.inject("/catalogue")).headers.connection).to.equal("keep-alive");
        state.evacuated = true;
        const answer = await server.inject("/catalogue");
        expect(answer.statusCode).to.equal(200);
        expect(answer.headers.connection).to.equal("close");
    });

    it("keeps a cart line by line, and drops a line at quantity 0, in the table for a month", async () => {
        const put = (sku: string, quantity: number) =>
            server.inject({ method: "PUT", url: `/carts/c1/items/${sku}`, payload: { quantity } });
        await put("mug-02", 2);
        await put("lamp-01", 1);
        await put("mug-02", 0);
        expect((await server.inject("/carts/c1")).json()).to.deep.equal({
            cart: "c1",
            items: [{ sku: "lamp-01", quantity: 1 }],
        });
        const item = await table.get({ pk: "CART#c1", sk: "CART#eu-west-1" });
        expect(item).to.include({ kind: "cart", version: "eu-west-1:3", origin: "eu-west-1" });
        expect(Number(item?.["expiresAt"]) * 1000 - Date.now()).to.be.within(
            29 * 86_400_000,
            30 * 86_400_000 + 1000,
        );
    });

    it("makes one order of a repeated idempotency key", async () => {
        const first = await order("k1");
        const again = await order("k1");
        expect([first.statusCode, again.statusCode]).to.deep.equal([201, 200]);
        expect(again.json()).to.deep.equal(first.json());
        expect(first.json()["total"]).to.equal(2800);
        expect((await server.inject("/orders/k1")).json()).to.deep.equal(first.json());
    });

    describe("receipts", () => {
        const read = (id: string, receipt: unknown) =>
            server.inject({
                url: `/orders/${id}`,
                headers: { "x-order-receipt": String(receipt) },
            });

        beforeEach(() => {
            ring = rotatedRing({ keys: [] });
        });

        it("come with an order, and again when it is repeated", async () => {
            const first = (await order("k1")).json();
            expect(first["receipt"]).to.be.a("string");
            expect((await order("k1")).json()["receipt"]).to.equal(first["receipt"]);
            expect((await read("k1", first["receipt"])).statusCode).to.equal(200);
        });

        it("are not waited for: without a key there is an order and no receipt", async () => {
            ring = { keys: [] };
            const made = await order("k1");
            expect(made.statusCode).to.equal(201);
            expect(made.json()).not.to.have.property("receipt");
        });

        it("vouch for an order of another region that has not arrived", async () => {
            const said = {
                orderId: "k9",
                cartId: "c9",
                total: 12.5,
                currency: "USD",
                region: "us-east-1",
                createdAt: "2026-05-01T00:00:00.000Z",
            };
            const answer = await read("k9", signReceipt(said, ring));
            expect(answer.statusCode).to.equal(202);
            expect(answer.json()).to.deep.equal({ ...said, status: "arriving" });
            expect((await server.inject("/orders/k9")).statusCode).to.equal(404);
        });

        it("are refused when they are made up, or another order's", async () => {
            const { receipt } = (await order("k1")).json();
            await order("k2");
            const forged = String(receipt).replace(/.$/, (last) => (last === "A" ? "E" : "A"));
            for (const [id, shown] of [
                ["k1", forged],
                ["k1", "nonsense"],
                ["k2", receipt],
            ] as const) {
                const answer = await read(id, shown);
                expect(answer.statusCode).to.equal(401);
                expect(answer.json()).to.include({ error: "receipt-not-valid" });
            }
        });

        it("that cannot be checked are no reason to keep an order back, and one to ask again", async () => {
            const { receipt } = (await order("k1")).json();
            const elsewhere = signReceipt(
                {
                    orderId: "k9",
                    cartId: "c",
                    total: 1,
                    currency: "USD",
                    region: "us-east-1",
                    createdAt: "",
                },
                ring,
            );
            ring = { keys: [] };
            expect((await read("k1", receipt)).statusCode).to.equal(200);
            expect((await read("k9", elsewhere)).statusCode).to.equal(503);
        });
    });

    it("takes bodies as large as its web ACL lets pass, and no larger", async () => {
        const send = (bytes: number) => {
            const body = JSON.stringify({ cartId: "c1", items: [{ sku: "mug-02", quantity: 2 }] });
            return server.inject({
                method: "POST",
                url: "/orders",
                headers: { "idempotency-key": "padded", "content-type": "application/json" },
                payload: body.padEnd(bytes),
            });
        };
        expect((await send(mostBodyBytes)).statusCode).to.equal(201);
        expect((await send(mostBodyBytes + 1)).statusCode).to.equal(413);
    });

    it("refuses an idempotency key that belongs to another cart", async () => {
        await order("k1", "c1");
        expect((await order("k1", "c2")).statusCode).to.equal(409);
    });

    it("refuses an idempotency key that belongs to an order of other things", async () => {
        await order("k1", "c1", [{ sku: "mug-02", quantity: 2 }]);
        const other = await order("k1", "c1", [{ sku: "mug-02", quantity: 3 }]);
        expect(other.statusCode).to.equal(409);
        expect(other.json()).to.include({ error: "idempotency-key-reused" });
    });

    it("lists the orders of a cart, and of no other", async () => {
        const orders = await Promise.all([order("k2"), order("k1"), order("k3", "c2")]);
        expect((await server.inject("/carts/c1/orders")).json()).to.deep.equal({
            cart: "c1",
            orders: [orders[1]?.json(), orders[0]?.json()],
        });
    });

    for (const [title, request] of [
        ["an unknown product", { method: "GET", url: "/catalogue/none" }],
        ["an unknown order", { method: "GET", url: "/orders/none" }],
        [
            "a line of an unknown product",
            { method: "PUT", url: "/carts/c/items/none", payload: { quantity: 1 } },
        ],
    ] as const) {
        it(`answers 404 to ${title}`, async () => {
            expect((await server.inject(request)).statusCode).to.equal(404);
        });
    }

    for (const [title, request] of [
        [
            "a negative quantity",
            { method: "PUT", url: "/carts/c/items/mug-02", payload: { quantity: -1 } },
        ],
        ["a cart id with a separator", { method: "GET", url: "/carts/a%23b" }],
        [
            "an order without an idempotency key",
            {
                method: "POST",
                url: "/orders",
                payload: { cartId: "c", items: [{ sku: "mug-02", quantity: 1 }] },
            },
        ],
        [
            "an order of nothing",
            {
                method: "POST",
                url: "/orders",
                headers: { "idempotency-key": "k" },
                payload: { cartId: "c", items: [] },
            },
        ],
    ] as const) {
        it(`refuses ${title} with 400 and a message`, async () => {
            const answer = await server.inject(request);
            expect(answer.statusCode).to.equal(400);
            expect(answer.json()).to.have.property("message").that.is.a("string");
        });
    }
});
