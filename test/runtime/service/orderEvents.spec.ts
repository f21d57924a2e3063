import { expect } from "chai";

import { orderPlacedEvent, type DomainEvent } from "../../../runtime/events/event";
import type { PutOutcome } from "../../../runtime/events/eventStream";
import { OrderEvents } from "../../../runtime/service/orderEvents";

function placed(orderId: string): DomainEvent {
    const order = { orderId, cartId: "c", total: 100, currency: "USD" };
    return orderPlacedEvent("eu-west-1", order, "2026-05-01T00:00:00.000Z");
}

/** A stream that takes or refuses, and remembers each call. */
class FakeStream {
    readonly calls: (readonly string[])[] = [];
    readonly stored: string[] = [];
    closed = false;
    /** What it refuses, by order. */
    refused = new Set<string>();
    hangs = false;

    async put(events: readonly DomainEvent[]): Promise<PutOutcome> {
        this.calls.push(events.map(({ entity }) => entity));
        if (this.hangs) {
            await new Promise(() => undefined);
        }
        const failed = events.filter(({ entity }) => this.refused.has(entity));
        const stored = events.filter((event) => !failed.includes(event));
        this.stored.push(...stored.map(({ entity }) => entity));
        return { stored, failed, ...(failed.length === 0 ? {} : { reason: new Error("no") }) };
    }

    close(): void {
        this.closed = true;
    }
}

describe("the storefront's events", () => {
    let stream: FakeStream;
    let lost: string[];
    let events: OrderEvents;

    beforeEach(() => {
        stream = new FakeStream();
        lost = [];
        events = new OrderEvents({
            stream,
            onLost: ({ entity }) => void lost.push(entity),
            pauseMs: { first: 1, longest: 4 },
        });
    });

    const until = async (holds: () => boolean): Promise<void> => {
        while (!holds()) {
            await new Promise((resolve) => setTimeout(resolve, 1));
        }
    };

    it("go to the stream after the request, several in one call", async () => {
        events.emit(placed("a"));
        events.emit(placed("b"));
        expect(stream.calls).to.eql([]);
        await until(() => events.pending === 0);
        expect(stream.calls).to.eql([["a", "b"]]);
    });

    it("are tried again until the stream takes them, and only those that it did not", async () => {
        stream.refused.add("b");
        events.emit(placed("a"));
        events.emit(placed("b"));
        await until(() => stream.calls.length >= 3);
        expect(stream.calls.slice(1).every((call) => call.join() === "b")).to.equal(true);
        stream.refused.clear();
        await until(() => events.pending === 0);
        expect(stream.stored).to.eql(["a", "b"]);
        expect(lost).to.eql([]);
    });

    it("are lost, and said to be, when too many wait", async () => {
        stream.hangs = true;
        for (let index = 0; index < 10_001; index++) {
            events.emit(placed(`o${index}`));
        }
        expect(lost).to.eql(["o10000"]);
        expect(events.pending).to.equal(10_000);
    });

    it("are emitted before the task ends, and the rest is told of", async () => {
        events.emit(placed("a"));
        await events.drain(1000);
        expect(stream.stored).to.eql(["a"]);
        expect(lost).to.eql([]);
        expect(stream.closed).to.equal(true);
        events.emit(placed("late"));
        expect(lost).to.eql(["late"]);
    });

    it("do not keep the task from ending", async () => {
        stream.hangs = true;
        events.emit(placed("a"));
        await events.drain(10);
        expect(lost).to.eql(["a"]);
    });
});
