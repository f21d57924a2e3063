import { EventEmitter } from "node:events";

import { streamType } from "../../aws/kinesis/stream";
import { AwsError } from "../../aws/awsError";
import { text } from "../../aws/support/known";
import type { StoreChange, StoredResource } from "../store";
import type { MetricSink, Part, World } from "../world";
import { streamDefinition } from "./definition";
import { hashKeyOf } from "./hashKeys";
import { sizeOf, type Shard, type Slice, type StreamRecord } from "./shard";
import { StreamMetrics } from "./streamMetrics";
import { Stream } from "./stream";

/** What a producer gives. */
export interface PutInput {
    readonly partitionKey: string;
    readonly data: Buffer;
    /** Takes the place of the partition key's hash. */
    readonly hashKey?: bigint;
}

export interface Placed {
    readonly shardId: string;
    readonly record: StreamRecord;
}

/** What became of a stream's records so far. */
export interface StreamCounts {
    /** Records written, by who wrote them, such as `region:eu-west-1`. */
    readonly written: Readonly<Record<string, number>>;
    /** Records that grew older than the retention. */
    readonly trimmed: number;
}

/** How often what is too old is forgotten, world milliseconds. */
const trimPeriodMs = 60_000;

/** Kinesis: the account's streams, in memory. Emits `change` with the ARN of a stream that has more to read. */
export class Streams extends EventEmitter<{ change: [arn: string] }> implements Part {
    readonly #streams = new Map<string, Stream>();
    readonly #written = new Map<string, Map<string, number>>();
    readonly #trimmed = new Map<string, number>();
    readonly #metrics: StreamMetrics;
    #stops: (() => void)[] = [];

    constructor(
        private readonly world: World,
        deps: { readonly metrics: MetricSink },
    ) {
        super();
        this.setMaxListeners(0);
        this.#metrics = new StreamMetrics(deps.metrics);
    }

    async start(): Promise<void> {
        const { store, clock } = this.world;
        store.list(streamType).forEach((resource) => this.#keep(resource));
        store.on("change", this.#follow);
        this.#stops = [
            () => store.off("change", this.#follow),
            clock.every(trimPeriodMs, () => this.#trim()),
        ];
    }

    async stop(): Promise<void> {
        this.#stops.splice(0).forEach((stop) => stop());
    }

    /** @throws AwsError ResourceNotFoundException */
    open(arn: string): Stream {
        const stream = this.#streams.get(arn);
        if (stream === undefined) {
            throw new AwsError(
                "ResourceNotFoundException",
                `Stream ${arn.split("/").pop()} under account ${this.world.accountId} not found.`,
            );
        }
        return stream;
    }

    find(arn: string): Stream | undefined {
        return this.#streams.get(arn);
    }

    arnOf(region: string, name: string): string {
        return `arn:aws:kinesis:${region}:${this.world.accountId}:stream/${name}`;
    }

    /**
     * Writes a record for somebody who may.
     *
     * @param caller who it is, for the counts
     * @throws AwsError ProvisionedThroughputExceededException when the shard has no room this second
     */
    put(arn: string, input: PutInput, caller: string): Placed {
        const stream = this.open(arn);
        const nowMs = this.world.clock.now();
        const shard = stream.shardFor(input.hashKey ?? hashKeyOf(input.partitionKey));
        const bytes = sizeOf(input);
        if (!shard.admits(bytes, nowMs)) {
            this.#metrics.refusedWrite(stream.definition, shard.id);
            throw tooMuch(stream, shard);
        }
        const record = stream.append(shard, input.partitionKey, input.data, nowMs);
        this.#metrics.written(stream.definition, shard.id, bytes);
        const counts = this.#written.get(arn) ?? new Map<string, number>();
        this.#written.set(arn, counts.set(caller, (counts.get(caller) ?? 0) + 1));
        this.emit("change", arn);
        return { shardId: shard.id, record };
    }

    /**
     * Reads a shard from a position on.
     *
     * @throws AwsError ProvisionedThroughputExceededException when the shard is read too often
     */
    read(arn: string, shardId: string, position: number, most: number): Slice {
        const stream = this.open(arn);
        const shard = stream.shard(shardId);
        if (shard === undefined) {
            throw new AwsError(
                "ResourceNotFoundException",
                `Could not find shard ${shardId} in stream ${stream.definition.name} under account ${this.world.accountId}.`,
            );
        }
        const nowMs = this.world.clock.now();
        this.#forget(stream, shard, nowMs);
        const slice = shard.read(position, most, nowMs);
        if (slice === undefined) {
            this.#metrics.refusedRead(stream.definition, shardId);
            throw tooMuch(stream, shard);
        }
        const ageMs = nowMs - (slice.records.at(-1)?.arrivalMs ?? nowMs);
        this.#metrics.read(stream.definition, shardId, slice, ageMs);
        return slice;
    }

    counts(arn: string): StreamCounts {
        return {
            written: Object.fromEntries(this.#written.get(arn) ?? []),
            trimmed: this.#trimmed.get(arn) ?? 0,
        };
    }

    /** Everything a stream still holds, shard by shard. @throws AwsError when there is no such stream */
    peek(arn: string): readonly StreamRecord[] {
        return this.open(arn).shards.flatMap((shard) => shard.all());
    }

    #trim(): void {
        const nowMs = this.world.clock.now();
        for (const stream of this.#streams.values()) {
            stream.shards.forEach((shard) => this.#forget(stream, shard, nowMs));
        }
    }

    #forget({ definition }: Stream, shard: Shard, nowMs: number): void {
        const trimmed = shard.trim(nowMs - definition.retentionMs);
        this.#trimmed.set(definition.arn, (this.#trimmed.get(definition.arn) ?? 0) + trimmed);
    }

    #keep(resource: StoredResource): void {
        const definition = streamDefinition(resource);
        const nowMs = this.world.clock.now();
        const stream = this.#streams.get(definition.arn);
        if (stream === undefined) {
            this.#streams.set(definition.arn, new Stream(definition, nowMs));
        } else {
            stream.replace(definition, nowMs);
        }
        this.emit("change", definition.arn);
    }

    readonly #follow = ({ kind, resource }: StoreChange): void => {
        if (resource.type !== streamType) {
            return;
        }
        if (kind === "put") {
            this.#keep(resource);
        } else {
            this.#streams.delete(text(resource.outputs, "arn") ?? "");
        }
    };
}

function tooMuch(stream: Stream, shard: Shard): AwsError {
    const { arn, name } = stream.definition;
    return new AwsError(
        "ProvisionedThroughputExceededException",
        `Rate exceeded for shard ${shard.id} in stream ${name} under account ${arn.split(":")[4]}.`,
    );
}
