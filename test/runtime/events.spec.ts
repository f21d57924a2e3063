import { expect } from "chai";

import {
    decodeEvent,
    encodeEvent,
    MalformedEventError,
    orderPlacedEvent,
} from "../../runtime/events/event";

const order = { orderId: "o-1", cartId: "c-1", total: 1250, currency: "USD" };
const event = orderPlacedEvent("eu-west-1", order, "2026-05-01T12:00:00.000Z");

describe("an event", () => {
    it("is the same when it is emitted again, and another from another region", () => {
        expect(event.id).to.equal("eu-west-1/o-1/1");
        expect(orderPlacedEvent("eu-west-1", order, event.at)).to.eql(event);
        expect(orderPlacedEvent("us-east-1", order, event.at).id).to.equal("us-east-1/o-1/1");
    });

    it("comes out of its bytes as it went in", () => {
        expect(decodeEvent(encodeEvent(event))).to.eql(event);
    });

    const malformed: Readonly<Record<string, readonly [unknown, RegExp]>> = {
        "an id that does not follow from the rest": [
            { ...event, id: "us-east-1/o-1/1" },
            /id: must be <origin>\/<entity>\/<sequence>/,
        ],
        "no origin": [{ ...event, origin: undefined }, /origin/],
        "a slash in its entity": [{ ...event, entity: "a/b", id: "eu-west-1/a/b/1" }, /entity/],
        "a sequence of 0": [{ ...event, sequence: 0, id: "eu-west-1/o-1/0" }, /sequence/],
        "an unknown type": [{ ...event, type: "order-eaten" }, /type/],
        "a total of half a cent": [{ ...event, data: { ...order, total: 0.5 } }, /data\.total/],
        "more than it should have": [{ ...event, extra: 1 }, /extra/],
        "a time that is none": [{ ...event, at: "noon" }, /at: /],
    };
    for (const [title, [value, expected]] of Object.entries(malformed)) {
        it(`cannot have ${title}`, () => {
            expect(() => decodeEvent(Buffer.from(JSON.stringify(value)))).to.throw(
                MalformedEventError,
                expected,
            );
        });
    }

    it("is JSON", () => {
        expect(() => decodeEvent(Buffer.from([0xff, 0x00]))).to.throw("the event is not JSON");
    });
});
