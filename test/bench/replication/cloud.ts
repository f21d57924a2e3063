import http from "node:http";
import type { AddressInfo } from "node:net";

import { encodeEvent, orderPlacedEvent } from "../../../runtime/events/event";
import type { BatchResponse, StreamRecord } from "../../../runtime/handlers/streamRecords";
import { ActivityTable } from "./activityTable";
import { Shard, shardOf } from "./shards";

export type StreamName = "source" | "target";

/** What a reader sends for its next batch. */
export interface NextRequest {
    readonly stream: StreamName;
    readonly shard: number;
    /** What became of the batch before. */
    readonly answer?: BatchResponse;
}

interface PutRecords {
    readonly Records: readonly { readonly Data: string; readonly PartitionKey: string }[];
}

/** Of every so many batches of the source one is delivered twice, as at-least-once delivery may. */
const repeatedEvery = 100;

/**
 * What the handlers call and are called by: two regions' streams, the reader that Lambda has for each
 * shard, PutRecords of the target region, and the consumer's table. No limits and no latency of its own: what is
 * measured is the handlers.
 */
export class StandInCloud {
    readonly streams: Readonly<Record<StreamName, readonly Shard[]>>;
    readonly table: ActivityTable;
    /** Milliseconds from when an event happened to when it was applied. */
    lagsMs: number[] = [];
    emitted = 0;
    applied = 0;
    #batches = 0;
    readonly #inFlight = new Map<Shard, readonly StreamRecord[]>();
    readonly #server = http.createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
            this.#answer(request, Buffer.concat(chunks).toString("utf8")).then(
                ([status, body]) => {
                    response.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
                    response.end(JSON.stringify(body));
                },
                (error: unknown) => response.writeHead(500).end(String(error)),
            );
        });
    });

    constructor(shards: number) {
        const stream = (name: StreamName): readonly Shard[] =>
            Array.from({ length: shards }, (_, i) => new Shard(`${name}-${i}`));
        this.streams = { source: stream("source"), target: stream("target") };
        this.table = new ActivityTable((at) => {
            this.applied++;
            this.lagsMs.push(Date.now() - Date.parse(at));
        });
    }

    /** @returns its endpoint */
    async start(): Promise<string> {
        // A reader may be busy for long between two calls, and would meet a closed connection.
        this.#server.keepAliveTimeout = 10 * 60_000;
        await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
        return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    }

    async stop(): Promise<void> {
        this.#server.closeAllConnections();
        await new Promise((resolve) => this.#server.close(resolve));
    }

    /** So many orders are placed in the source's region. */
    emit(events: number): void {
        const at = new Date().toISOString();
        for (let i = 0; i < events; i++) {
            const orderId = `order-${String(this.emitted++)}`;
            const order = { orderId, cartId: `cart-${orderId}`, total: 4900, currency: "USD" };
            const event = orderPlacedEvent("eu-west-1", order, at);
            shardOf(orderId, this.streams.source).append(
                Buffer.from(encodeEvent(event)).toString("base64"),
            );
        }
    }

    async #answer(
        request: http.IncomingMessage,
        body: string,
    ): Promise<readonly [status: number, body: unknown]> {
        if (request.url === "/next") {
            return [200, { Records: await this.#next(JSON.parse(body) as NextRequest) }];
        }
        const target = String(request.headers["x-amz-target"]);
        if (target.endsWith(".PutRecords")) {
            return [200, this.#putRecords(JSON.parse(body) as PutRecords)];
        }
        if (target.endsWith(".TransactWriteItems")) {
            return this.#transact(body);
        }
        return [400, { __type: "UnknownOperationException", message: `no ${target} here` }];
    }

    async #next({ stream, shard: index, answer }: NextRequest): Promise<readonly StreamRecord[]> {
        const shard = this.streams[stream][index] as Shard;
        const before = this.#inFlight.get(shard);
        const repeat = stream === "source" && ++this.#batches % repeatedEvery === 0;
        if (before !== undefined && answer !== undefined && !repeat) {
            shard.answered(before, answer);
        }
        const records = await shard.next();
        this.#inFlight.set(shard, records);
        return records;
    }

    #putRecords({ Records }: PutRecords): unknown {
        for (const { Data, PartitionKey } of Records) {
            shardOf(PartitionKey, this.streams.target).append(Data);
        }
        return {
            FailedRecordCount: 0,
            Records: Records.map(() => ({ ShardId: "shardId-0", SequenceNumber: "1" })),
        };
    }

    #transact(body: string): readonly [number, unknown] {
        const { TransactItems } = JSON.parse(body) as {
            TransactItems: Parameters<ActivityTable["transact"]>[0];
        };
        const answer = this.table.transact(TransactItems);
        const type = "com.amazonaws.dynamodb.v20120810#";
        switch (answer.kind) {
            case "done":
                return [200, {}];
            case "invalid":
                return [400, { __type: `${type}ValidationException`, message: answer.message }];
            case "canceled":
                return [
                    400,
                    {
                        __type: `${type}TransactionCanceledException`,
                        message: "Transaction cancelled",
                        CancellationReasons: answer.codes.map((Code) => ({ Code })),
                    },
                ];
        }
    }
}
