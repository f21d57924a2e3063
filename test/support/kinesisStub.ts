import http from "node:http";
import type { AddressInfo } from "node:net";

/** Kinesis's PutRecords, as far as writers need it: remembers what was stored, and refuses what it is told to. */
export interface KinesisStub {
    readonly url: string;
    /** Partition keys of each call. */
    readonly calls: (readonly string[])[];
    /** Stored data as text, in order. */
    readonly stored: string[];
    /** Partition keys whose records are refused, as a shard that has no room refuses them. */
    readonly refused: Set<string>;
    /** Answers nothing any more. */
    dead: boolean;
    stop(): Promise<void>;
}

interface PutRecords {
    readonly Records: readonly { readonly Data: string; readonly PartitionKey: string }[];
}

export async function startKinesisStub(): Promise<KinesisStub> {
    const stub = {
        url: "",
        calls: [] as string[][],
        stored: [] as string[],
        refused: new Set<string>(),
        dead: false,
    };
    const server = http.createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
            if (stub.dead) {
                return;
            }
            const { Records } = JSON.parse(Buffer.concat(chunks).toString("utf8")) as PutRecords;
            stub.calls.push(Records.map(({ PartitionKey }) => PartitionKey));
            const results = Records.map(({ Data, PartitionKey }) => {
                if (stub.refused.has(PartitionKey)) {
                    return {
                        ErrorCode: "ProvisionedThroughputExceededException",
                        ErrorMessage: "Rate exceeded",
                    };
                }
                stub.stored.push(Buffer.from(Data, "base64").toString("utf8"));
                return {
                    ShardId: "shardId-000000000000",
                    SequenceNumber: String(stub.stored.length),
                };
            });
            response.writeHead(200, { "content-type": "application/x-amz-json-1.1" });
            response.end(
                JSON.stringify({
                    FailedRecordCount: results.filter((result) => "ErrorCode" in result).length,
                    Records: results,
                }),
            );
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    stub.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return Object.assign(stub, {
        stop: async () => {
            server.closeAllConnections();
            await new Promise((resolve) => server.close(resolve));
        },
    });
}
