import type http from "node:http";

import { AwsError } from "../../aws/awsError";
import { bucketType, defaultEncryption, isVersioned, objectType } from "../../aws/s3/buckets";
import { objectBody } from "../../aws/s3/objectBody";
import { text } from "../../aws/support/known";
import { errorResponse } from "../api/errors";
import type { ApiResponse } from "../api/handler";
import type { KeyPair } from "../certificates";
import { ListenerSocket } from "../loadBalancers/listenerSocket";
import type { StoreChange, StoredResource } from "../store";
import type { MetricSink, Part, TopicPublisher, World } from "../world";
import { BucketObjects } from "./objects";
import { S3Operations } from "./operations";
import { Replicator } from "./replication/replicator";
import { s3Request } from "./request";

export interface BucketsOptions {
    readonly certificates: { for(names: readonly string[]): Promise<KeyPair> };
    readonly metrics: MetricSink;
    /** Where buckets send their events. */
    readonly topics: TopicPublisher;
}

/**
 * S3: the account's buckets and their objects, copied where their replication rules say, and in every
 * region that has one the HTTPS endpoint that answers whoever asks, anonymous or not, by the bucket's
 * policy.
 */
export class Buckets implements Part {
    readonly operations: S3Operations;
    readonly replication: Replicator;
    readonly #objects = new Map<string, BucketObjects>();
    readonly #fronts = new Map<string, ListenerSocket>();
    #settled: Promise<void> = Promise.resolve();
    #failure: Error | undefined;

    constructor(
        private readonly world: World,
        private readonly options: BucketsOptions,
    ) {
        const objectsOf = (bucket: string): BucketObjects => this.objects(bucket);
        this.operations = new S3Operations(world, objectsOf);
        this.replication = new Replicator(world, { ...options, objectsOf });
    }

    async start(): Promise<void> {
        const { store } = this.world;
        for (const type of [bucketType, objectType]) {
            for (const resource of store.list(type)) {
                this.#follow({ kind: "put", resource });
            }
        }
        store.on("change", this.#follow);
        this.replication.start();
        await this.settled();
    }

    async stop(): Promise<void> {
        this.world.store.off("change", this.#follow);
        this.replication.stop();
        await this.#settled;
        await Promise.all([...this.#fronts.values()].map((front) => front.close()));
        this.#fronts.clear();
    }

    /** Resolves when every region with a bucket has its endpoint; rejects when one cannot listen. */
    async settled(): Promise<void> {
        await this.world.clock.io(() => this.#settled);
        if (this.#failure !== undefined) {
            const failure = this.#failure;
            this.#failure = undefined;
            throw failure;
        }
    }

    /** The objects of a bucket. */
    objects(bucket: string): BucketObjects {
        let objects = this.#objects.get(bucket);
        if (objects === undefined) {
            objects = new BucketObjects((key, version) => {
                const region = this.world.store.find(bucketType, ({ id }) => id === bucket)?.region;
                if (region !== undefined) {
                    this.replication.replicate(region, bucket, key, version);
                }
            });
            this.#objects.set(bucket, objects);
        }
        return objects;
    }

    readonly #follow = ({ kind, resource }: StoreChange): void => {
        if (resource.type === bucketType) {
            if (kind === "delete") {
                this.#objects.delete(resource.id);
            } else {
                this.#open(resource.region);
            }
        } else if (resource.type === objectType) {
            this.#followObject(kind, resource);
        }
    };

    #followObject(kind: StoreChange["kind"], { region, outputs }: StoredResource): void {
        const objects = this.objects(String(outputs["bucket"]));
        const key = String(outputs["key"]);
        const current = objects.get(key);
        if (kind === "delete") {
            // What the API deleted already lies behind its marker.
            if (current?.body !== undefined) {
                objects.purge(key);
            }
        } else if (current?.body === undefined || current.etag !== outputs["etag"]) {
            const etag = text(outputs, "etag") ?? "";
            const bucket = String(outputs["bucket"]);
            const byDefault = defaultEncryption(this.world.store, region, bucket);
            objects.put(
                key,
                {
                    body: objectBody(outputs),
                    contentType: text(outputs, "contentType") ?? "application/octet-stream",
                    encryption: text(outputs, "serverSideEncryption") ?? "AES256",
                    encryptionKey: text(outputs, "kmsKeyId") ?? byDefault.key,
                    versionId: text(outputs, "versionId") ?? "",
                    ...(etag === "" ? {} : { etag }),
                },
                isVersioned(this.world.store, region, bucket),
                this.world.clock.now(),
            );
        }
    }

    #open(region: string): void {
        if (this.#fronts.has(region)) {
            return;
        }
        const { clock, network } = this.world;
        const opened = clock.io(async () => {
            const { key, cert } = await this.options.certificates.for([
                `s3.${region}.amazonaws.com`,
                `*.s3.${region}.amazonaws.com`,
            ]);
            const front = new ListenerSocket(this.world, {
                address: network.s3Address(region),
                port: network.ports.https,
                tls: { key, cert, minVersion: "TLSv1.2" },
                handler: (request, response) => void this.#serve(front, region, request, response),
            });
            if (!this.#fronts.has(region)) {
                this.#fronts.set(region, front);
                await front.listen();
            }
        });
        this.#settled = Promise.all([this.#settled, opened]).then(
            () => undefined,
            (error: unknown) => {
                this.#fronts.delete(region);
                this.#failure = error as Error;
            },
        );
    }

    async #serve(
        front: ListenerSocket,
        region: string,
        incoming: http.IncomingMessage,
        outgoing: http.ServerResponse,
    ): Promise<void> {
        const { network, journal, clock } = this.world;
        const remote = incoming.socket.remoteAddress ?? "";
        const chunks: Buffer[] = [];
        try {
            for await (const chunk of incoming as AsyncIterable<Buffer>) {
                chunks.push(chunk);
            }
        } catch {
            incoming.destroy();
            return;
        }
        const url = new URL(incoming.url ?? "/", "https://s3");
        const request = s3Request(
            {
                region,
                method: incoming.method ?? "GET",
                path: url.pathname,
                query: url.searchParams,
                headers: incoming.headers,
                body: Buffer.concat(chunks),
                caller: network.placeOf(remote).name,
            },
            network.publicAddressOf(remote),
        );
        const reached = front.reaches(remote);
        const response = reached ? answer(() => this.operations.run(request)) : undefined;
        journal.add({
            atMs: clock.now(),
            caller: request.caller,
            ...this.operations.describe(request),
            service: "s3",
            region,
            outcome:
                response === undefined
                    ? "timeout"
                    : response.status < 400
                      ? "ok"
                      : response.status < 500
                        ? "refused"
                        : "failed",
        });
        if (response === undefined) {
            front.hold(incoming.socket);
            return;
        }
        outgoing.writeHead(response.status, {
            ...response.headers,
            "content-length": String(Buffer.byteLength(response.body)),
        });
        outgoing.end(request.method === "HEAD" ? undefined : response.body);
    }
}

function answer(run: () => ApiResponse): ApiResponse {
    try {
        return run();
    } catch (error) {
        return errorResponse(
            error instanceof AwsError ? error : new AwsError("InternalError", String(error), 500),
            "s3",
        );
    }
}
