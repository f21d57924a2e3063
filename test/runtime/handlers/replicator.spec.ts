import { expect } from "chai";

import { encodeEvent, eventId, type DomainEvent } from "../../../runtime/events/event";
import { EventStream } from "../../../runtime/events/eventStream";
import { handler } from "../../../runtime/handlers/replicator";
import type { StreamEvent } from "../../../runtime/handlers/streamRecords";
import { fakeCredentials, withEnvironment } from "../../support/awsStub";
import { startKinesisStub, type KinesisStub } from "../../support/kinesisStub";

function event(entity: string, sequence = 1, origin = "eu-west-1"): DomainEvent {
    return {
        id: eventId(origin, entity, sequence),
        origin,
        entity,
        sequence,
        at: "2026-05-01T00:00:00.000Z",
        type: "order-placed",
        data: { orderId: entity, cartId: "c", total: 1, currency: "USD" },
    };
}

function batch(...data: readonly (DomainEvent | string)[]): StreamEvent {
    return {
        Records: data.map((one, index) => ({
            eventID: `shardId-000000000000:${index}`,
            kinesis: {
                sequenceNumber: String(index),
                data: Buffer.from(typeof one === "string" ? one : encodeEvent(one)).toString(
                    "base64",
                ),
            },
        })),
    };
}

describe("the replicator", () => {
    let stub: KinesisStub;
    let restore: () => void;

    before(async () => {
        stub = await startKinesisStub();
        restore = withEnvironment({
            ...fakeCredentials,
            AWS_ENDPOINT_URL: stub.url,
            REGION: "eu-west-1",
            TARGET_REGION: "us-east-1",
            STREAM_NAME: "events",
        });
    });

    after(async () => {
        restore();
        await stub.stop();
    });

    beforeEach(() => {
        stub.calls.length = 0;
        stub.stored.length = 0;
        stub.refused.clear();
        stub.dead = false;
    });

    const ids = (): readonly string[] =>
        stub.stored.map((text) => (JSON.parse(text) as DomainEvent).id);

    it("sends the events of its own region as they are", async () => {
        expect(await handler(batch(event("a"), event("b")))).to.eql({ batchItemFailures: [] });
        expect(stub.stored).to.eql([event("a"), event("b")].map((one) => JSON.stringify(one)));
    });

    it("sends nothing that another region began, so that nothing goes round", async () => {
        const foreign = event("a", 1, "ap-east-1");
        const back = event("b", 1, "us-east-1");
        expect(await handler(batch(foreign, back))).to.eql({ batchItemFailures: [] });
        expect(stub.calls).to.eql([]);
    });

    it("leaves what is no event to the consumer", async () => {
        expect(await handler(batch("no event", event("a")))).to.eql({ batchItemFailures: [] });
        expect(ids()).to.eql(["eu-west-1/a/1"]);
    });

    it("sends an event only after the one before it of the same entity", async () => {
        await handler(batch(event("a", 1), event("a", 2), event("b", 1), event("a", 3)));
        expect(stub.calls).to.eql([["a", "b"], ["a"], ["a"]]);
        expect(ids().filter((id) => id.includes("/a/"))).to.eql(
            [1, 2, 3].map((n) => `eu-west-1/a/${n}`),
        );
    });

    it("reports what was not stored, which nothing of the same entity overtakes", async () => {
        stub.refused.add("a");
        const answer = await handler(batch(event("a", 1), event("b", 1), event("a", 2)));
        expect(answer).to.eql({
            batchItemFailures: [{ itemIdentifier: "0" }, { itemIdentifier: "2" }],
        });
        expect(ids()).to.eql(["eu-west-1/b/1"]);
    });

    it("reports everything when the target does not answer, within seconds", async () => {
        stub.dead = true;
        expect(await handler(batch(event("a"), event("b")))).to.eql({
            batchItemFailures: [{ itemIdentifier: "0" }, { itemIdentifier: "1" }],
        });
    });
});

describe("a stream of events", () => {
    it("is written 500 records at a time", async () => {
        const stub = await startKinesisStub();
        const restore = withEnvironment({ ...fakeCredentials, AWS_ENDPOINT_URL: stub.url });
        const stream = new EventStream("events", "eu-west-1", {
            connectMs: 1000,
            answerMs: 3000,
            attempts: 1,
        });
        try {
            const events = Array.from({ length: 501 }, (_, index) => event(`o${index}`));
            const { stored, failed } = await stream.put(events);
            expect(stored).to.eql(events);
            expect(failed).to.eql([]);
            expect(stub.calls.map(({ length }) => length)).to.eql([500, 1]);
        } finally {
            stream.close();
            restore();
            await stub.stop();
        }
    });
});
