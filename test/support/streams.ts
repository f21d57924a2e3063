import { KinesisClient, type KinesisClientConfig } from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";

import { ApiServer } from "../../sandbox/world/api/server";
import { KinesisApi } from "../../sandbox/world/api/kinesis";
import { Streams } from "../../sandbox/world/streams/streams";
import { RecordedMetrics, type SmallWorld } from "./smallWorld";

export function streamArn(region: string, name: string): string {
    return `arn:aws:kinesis:${region}:111122223333:stream/${name}`;
}

/** Puts a stream in the account; returns its ARN. */
export function declareStream(
    world: SmallWorld,
    region: string,
    name: string,
    more: Readonly<Record<string, unknown>> = {},
): string {
    const arn = streamArn(region, name);
    world.declare(
        "aws:kinesis/stream:Stream",
        region,
        arn,
        { name, shardCount: 1, ...more },
        { arn },
    );
    return arn;
}

export interface SmallStreams {
    readonly streams: Streams;
    readonly metrics: RecordedMetrics;
    readonly api: ApiServer;
    /** A client at the operator's endpoint, or of a role. */
    client(region: string, roleArn?: string): KinesisClient;
    stop(): Promise<void>;
}

/** Starts Kinesis and its API in a world. */
export async function startStreams(world: SmallWorld): Promise<SmallStreams> {
    const metrics = new RecordedMetrics();
    const streams = new Streams(world, { metrics });
    const api = new ApiServer(world, [new KinesisApi(world, streams)]);
    await streams.start();
    await api.start();
    const clients: KinesisClient[] = [];
    return {
        streams,
        metrics,
        api,
        client: (region, roleArn) => {
            const client = new KinesisClient({
                region,
                endpoint: api.url,
                maxAttempts: 1,
                // The rehearsal's endpoints speak HTTP/1.1 without TLS; the client's default is HTTP/2.
                requestHandler: new NodeHttpHandler(),
                credentials: {
                    accessKeyId: "test",
                    secretAccessKey: "test",
                    ...(roleArn === undefined ? {} : { sessionToken: roleArn }),
                },
            } satisfies KinesisClientConfig);
            clients.push(client);
            return client;
        },
        stop: async () => {
            clients.forEach((client) => client.destroy());
            await api.stop();
            await streams.stop();
        },
    };
}
