import { Readable } from "node:stream";

import { DynamoDBClient } from "@aws-sdk/client-dynamodb";

import { DynamoDbApi } from "../../sandbox/world/api/dynamodb";
import { errorResponse } from "../../sandbox/world/api/errors";
import { AwsError } from "../../sandbox/aws/awsError";
import { Metrics } from "../../sandbox/world/metrics";
import { Tables } from "../../sandbox/world/tables/tables";
import { smallWorld, type SmallWorld } from "../support/smallWorld";

export const regions = ["us-east-1", "eu-west-1", "ap-south-1", "ap-east-1"] as const;

/** One way between two of them, world milliseconds; inside a region it is 1. */
const wayMs: Readonly<Record<string, number>> = {
    "eu-west-1 us-east-1": 38,
    "ap-south-1 us-east-1": 95,
    "ap-east-1 us-east-1": 105,
    "ap-south-1 eu-west-1": 62,
    "ap-east-1 eu-west-1": 98,
    "ap-east-1 ap-south-1": 45,
};

/** How long a caller waits for an answer that does not come, world milliseconds. */
const patienceMs = 1000;

/** A process that was killed asks nothing any more, and hears nothing. */
export class KilledError extends Error {
    constructor(readonly process: string) {
        super(`${process} was killed`);
        this.name = "KilledError";
    }
}

/** Nobody answered in time: what was asked may have happened. */
class NoAnswerError extends Error {
    constructor(from: string, to: string) {
        super(`no answer from ${to} to ${from} within ${patienceMs} ms`);
        this.name = "TimeoutError";
    }
}

/** A program in a region, which has its own connections and can be killed. */
export class CloudProcess {
    #alive = true;
    readonly #clients = new Map<string, DynamoDBClient>();

    constructor(
        readonly name: string,
        readonly region: string,
        private readonly cloud: Cloud,
    ) {}

    get alive(): boolean {
        return this.#alive;
    }

    kill(): void {
        this.#alive = false;
    }

    /** The SDK's client of a region's tables, over the network as it is between here and there. */
    dynamodb(region: string): DynamoDBClient {
        let client = this.#clients.get(region);
        if (client === undefined) {
            client = new DynamoDBClient({
                region,
                endpoint: `http://dynamodb.${region}.invalid`,
                credentials: { accessKeyId: "torture", secretAccessKey: "torture" },
                maxAttempts: 1,
                requestHandler: {
                    handle: (request: { readonly headers: object; readonly body: Uint8Array }) =>
                        this.cloud.request(this, region, request),
                },
            });
            this.#clients.set(region, client);
        }
        return client;
    }
}

/** The rehearsal cloud's tables in all regions, and the network between them. */
export class Cloud {
    readonly #api: DynamoDbApi;

    private constructor(
        readonly world: SmallWorld,
        readonly tables: Tables,
    ) {
        this.#api = new DynamoDbApi(world, tables);
    }

    static async start(seed: number): Promise<Cloud> {
        const world = await smallWorld({ seed });
        const tables = new Tables(world, { metrics: new Metrics(world.clock) });
        await tables.start();
        return new Cloud(world, tables);
    }

    /** A global table with keys `pk` and `sk`, and a stream, in all regions. */
    async createTable(name: string): Promise<void> {
        const { accountId } = this.world;
        this.world.declare(
            "aws:dynamodb/table:Table",
            regions[0],
            name,
            {
                name,
                hashKey: "pk",
                rangeKey: "sk",
                attributes: ["pk", "sk"].map((attribute) => ({ name: attribute, type: "S" })),
                billingMode: "PAY_PER_REQUEST",
                streamEnabled: true,
                streamViewType: "NEW_AND_OLD_IMAGES",
                replicas: regions.slice(1).map((regionName) => ({ regionName })),
            },
            {
                arn: `arn:aws:dynamodb:${regions[0]}:${accountId}:table/${name}`,
                streamLabel: "2026-05-01T00:00:00.000",
            },
        );
        await this.tables.settled();
    }

    async stop(): Promise<void> {
        await this.tables.stop();
        this.world.end();
    }

    /** Waits, in world time, until nothing is on its way between the regions. */
    async quiet(): Promise<void> {
        await this.world.until(() => regions.every((region) => this.tables.pending(region) === 0));
    }

    /**
     * One request over the network: it may not arrive, and the answer may not come back.
     *
     * @throws KilledError when the process is killed before it hears the answer
     */
    async request(
        process: CloudProcess,
        to: string,
        { headers, body }: { readonly headers: object; readonly body: Uint8Array },
    ): Promise<{ readonly response: object }> {
        const { clock, faults } = this.world;
        await this.#way(process, to);
        if (!faults.reachable(process.region, to)) {
            await clock.sleep(patienceMs);
            throw new NoAnswerError(process.region, to);
        }
        const response = await clock.io(() =>
            this.#api
                .handle({
                    region: to,
                    method: "POST",
                    path: "/",
                    query: new URLSearchParams(),
                    headers: headers as Record<string, string>,
                    body: Buffer.from(body.buffer, body.byteOffset, body.byteLength),
                    caller: `region:${process.region}`,
                })
                .catch((error: unknown) => {
                    if (error instanceof AwsError) {
                        return errorResponse(error, "json");
                    }
                    throw error;
                }),
        );
        await this.#way(process, to);
        if (!faults.reachable(process.region, to)) {
            await clock.sleep(patienceMs);
            throw new NoAnswerError(process.region, to);
        }
        return {
            response: {
                statusCode: response.status,
                headers: response.headers,
                body: Readable.from([Buffer.from(response.body)]),
            },
        };
    }

    async #way(process: CloudProcess, to: string): Promise<void> {
        const ms =
            process.region === to ? 1 : (wayMs[[process.region, to].sort().join(" ")] ?? 100);
        await this.world.clock.sleep(ms * (0.8 + 0.4 * this.world.random()));
        if (!process.alive) {
            throw new KilledError(process.name);
        }
    }
}
