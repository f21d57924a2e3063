import http from "node:http";

import { handler as consumer } from "../../../runtime/handlers/consumer";
import { handler as replicator } from "../../../runtime/handlers/replicator";
import type { BatchResponse, StreamEvent } from "../../../runtime/handlers/streamRecords";
import type { NextRequest } from "./cloud";
import type { HandlerName, HandlerOrder } from "./messages";

/** The process of one handler: as many batches at a time as there are shards, each shard's in its order. */
const url = process.env["AWS_ENDPOINT_URL"] ?? "";
const agent = new http.Agent({ keepAlive: true });

// A bench that is killed takes its processes along.
process.on("disconnect", () => process.exit());
process.on("message", (order: HandlerOrder) => {
    if (order.kind === "cpu") {
        const { user, system } = process.cpuUsage();
        process.send?.((user + system) / 1000);
        return;
    }
    // What the handlers print is Lambda's log, and costs what it costs.
    for (let shard = 0; shard < order.shards; shard++) {
        work(order.handler, shard).catch((error: unknown) => {
            console.error(error);
            process.exit(1);
        });
    }
});

async function work(name: HandlerName, shard: number): Promise<never> {
    const handler = name === "replicator" ? replicator : consumer;
    const stream = name === "replicator" ? "source" : "target";
    let answer: BatchResponse | undefined;
    for (;;) {
        const event = await next({ stream, shard, ...(answer === undefined ? {} : { answer }) });
        answer = await handler(event);
    }
}

function next(request: NextRequest): Promise<StreamEvent> {
    return new Promise((resolve, reject) => {
        const sent = http.request(`${url}/next`, { method: "POST", agent }, (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.on("error", reject);
            response.on("end", () =>
                resolve(JSON.parse(Buffer.concat(chunks).toString("utf8")) as StreamEvent),
            );
        });
        sent.on("error", reject);
        sent.end(JSON.stringify(request));
    });
}
