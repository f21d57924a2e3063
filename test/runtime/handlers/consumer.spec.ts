import {
    DynamoDBClient,
    GetItemCommand,
    PutItemCommand,
    type AttributeValue,
} from "@aws-sdk/client-dynamodb";
import { expect } from "chai";

import { encodeEvent, eventId, type DomainEvent } from "../../../runtime/events/event";
import { handler } from "../../../runtime/handlers/consumer";
import type { BatchResponse, StreamRecord } from "../../../runtime/handlers/streamRecords";
import { DynamoDbApi } from "../../../sandbox/world/api/dynamodb";
import { ApiServer } from "../../../sandbox/world/api/server";
import { Tables } from "../../../sandbox/world/tables/tables";
import { fakeCredentials, withEnvironment } from "../../support/awsStub";
import { RecordedMetrics, smallWorld, type SmallWorld } from "../../support/smallWorld";

const table = "meridian-activity";
const region = "us-east-1";

function event(
    entity: string,
    { sequence = 1, origin = "eu-west-1", orderId = entity, total = 1 } = {},
): DomainEvent {
    return {
        id: eventId(origin, entity, sequence),
        origin,
        entity,
        sequence,
        at: `2026-05-01T00:00:0${sequence}.000Z`,
        type: "order-placed",
        data: { orderId, cartId: "c", total, currency: "USD" },
    };
}

function record(data: DomainEvent | string, index: number): StreamRecord {
    return {
        eventID: `shardId-000000000000:${index}`,
        kinesis: {
            sequenceNumber: String(index),
            data: Buffer.from(typeof data === "string" ? data : encodeEvent(data)).toString(
                "base64",
            ),
        },
    };
}

// On the rehearsal cloud's tables: transactions as DynamoDB carries them out.
describe("the consumer", () => {
    let world: SmallWorld;
    let tables: Tables;
    let api: ApiServer;
    let restore: () => void;
    let client: DynamoDBClient;

    before(async () => {
        world = await smallWorld();
        world.declare("aws:dynamodb/table:Table", region, table, {
            name: table,
            hashKey: "pk",
            attributes: [{ name: "pk", type: "S" }],
            billingMode: "PAY_PER_REQUEST",
        });
        tables = new Tables(world, { metrics: new RecordedMetrics() });
        api = new ApiServer(world, [new DynamoDbApi(world, tables)]);
        await tables.start();
        await api.start();
        restore = withEnvironment({
            ...fakeCredentials,
            AWS_ENDPOINT_URL: api.url,
            REGION: region,
            ACTIVITY_TABLE: table,
            DEAD_LETTER_QUEUE_URL: "https://sqs.us-east-1.amazonaws.com/111122223333/letters",
        });
        client = new DynamoDBClient({ region });
    });

    after(async () => {
        client.destroy();
        restore();
        await api.stop();
        await tables.stop();
        world.end();
    });

    const deliver = (...data: readonly (DomainEvent | string)[]): Promise<BatchResponse> =>
        handler({ Records: data.map(record) });
    const order = async (orderId: string): Promise<Record<string, AttributeValue> | undefined> => {
        const Key = { pk: { S: `order#${orderId}` } };
        return (await client.send(new GetItemCommand({ TableName: table, Key }))).Item;
    };
    /** As Lambda does: what was reported comes again, from the first of it on. */
    const deliverAll = async (...data: readonly DomainEvent[]): Promise<void> => {
        let Records: readonly StreamRecord[] = data.map(record);
        while (Records.length > 0) {
            const { batchItemFailures } = await handler({ Records });
            const first = batchItemFailures[0]?.itemIdentifier;
            Records =
                first === undefined
                    ? []
                    : Records.slice(Number(first) - (data.length - Records.length));
        }
    };

    it("applies a batch of more events than a transaction takes", async () => {
        const events = Array.from({ length: 120 }, (_, i) => event(`many-${i}`));
        await deliverAll(...events);
        for (const i of [0, 24, 25, 119]) {
            expect((await order(`many-${i}`))?.["events"]).to.eql({ N: "1" });
        }
    });

    it("applies an event once, delivered again together with new ones", async () => {
        await deliverAll(event("old-1"), event("old-2"));
        await deliverAll(event("old-1"), event("new"), event("old-2"));
        for (const orderId of ["old-1", "old-2", "new"]) {
            expect((await order(orderId))?.["events"], orderId).to.eql({ N: "1" });
        }
    });

    it("applies an entity's events in their order, and twice the same in one batch once", async () => {
        const [first, second] = [event("row"), event("row", { sequence: 2, total: 7 })];
        await deliverAll(first, first, second);
        expect(await order("row")).to.deep.include({
            events: { N: "2" },
            total: { N: "7" },
            placedAt: { S: first.at },
        });
    });

    it("takes two entities' events of one order one after the other", async () => {
        const odd = event("other", { orderId: "shared" });
        await deliverAll(event("shared"), odd);
        expect((await order("shared"))?.["events"]).to.eql({ N: "2" });
    });

    it("holds nobody up by an event that cannot be applied, but what comes after it of its entity", async () => {
        // What somebody else left there is no number to add to.
        const Item = { pk: { S: "order#stuck" }, events: { S: "many" } };
        await client.send(new PutItemCommand({ TableName: table, Item }));
        const answer = await deliver(
            event("before"),
            event("stuck"),
            event("beside"),
            // It could be applied, and would overtake the other.
            event("stuck", { sequence: 2, orderId: "free" }),
        );
        expect(answer.batchItemFailures.map((one) => one.itemIdentifier)).to.eql(["1", "3"]);
        expect((await order("before"))?.["events"]).to.eql({ N: "1" });
        expect((await order("beside"))?.["events"]).to.eql({ N: "1" });
        expect((await order("stuck"))?.["events"]).to.eql({ S: "many" });
        expect(await order("free")).to.equal(undefined);
    });
});
