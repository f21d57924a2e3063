import { EventEmitter } from "node:events";

import { AwsError } from "../../../aws/awsError";
import { streamIn, type TableStream } from "../../../aws/dynamodb/tableStream";
import { Shard, type ShardLimits, type Slice, type StreamRecord } from "../../streams/shard";
import type { World } from "../../world";
import type { WorldClock } from "../../clock";
import type { TableDefinition } from "../definition";
import { keyText } from "../writes";
import { changeRecord, type ItemChange } from "./changeRecord";

/** How long a record can be read, world milliseconds: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html */
const retentionMs = 24 * 3_600_000;

/**
 * A shard answers two readers, and Lambda asks four times a second; a read brings 1,000 records or 1 MB.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetRecords.html
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html#limits-dynamodb-streams
 */
const limits: ShardLimits = {
    writeBytesPerSecond: Number.POSITIVE_INFINITY,
    writeRecordsPerSecond: Number.POSITIVE_INFINITY,
    readsPerSecond: 8,
    readBytesPerSecond: Number.POSITIVE_INFINITY,
    recordsPerRead: 1000,
    bytesPerRead: 1024 * 1024,
};

/**
 * DynamoDB Streams: of every region's copy of a table, all that was written to it, whoever wrote it, in the
 * order of each item. A write that lost to another region's shows where it was made, as a change from the
 * loser to the winner; where the winner was made, nothing changes and nothing shows.
 *
 * One shard for each stream: tables here are small. AWS's close after some hours and have children.
 */
export class TableStreams extends EventEmitter<{ change: [arn: string] }> {
    readonly #shards = new Map<string, Shard>();
    /** ARN of the stream that a region's copy writes to, by region and table. */
    readonly #current = new Map<string, TableStream>();
    #records = 0;

    constructor(
        private readonly world: Pick<World, "store"> & { readonly clock: Pick<WorldClock, "now"> },
    ) {
        super();
        this.setMaxListeners(0);
    }

    /** Takes over what the account says of a table; streams that are turned off can be read to their end. */
    follow({ name, resource }: TableDefinition, regions: readonly string[]): void {
        const wanted = new Map<string, TableStream>(
            regions.flatMap((region) => {
                const stream = streamIn(this.world.store, resource, region);
                return stream === undefined ? [] : [[`${region}|${name}`, stream]];
            }),
        );
        for (const [key, { arn, table }] of this.#current) {
            if (table === name && wanted.get(key)?.arn !== arn) {
                this.#shards.get(arn)?.close(this.#nextNumber());
                this.#current.delete(key);
                this.emit("change", arn);
            }
        }
        for (const [key, stream] of wanted) {
            this.#current.set(key, stream);
            if (!this.#shards.has(stream.arn)) {
                this.#shards.set(stream.arn, this.#open());
                this.emit("change", stream.arn);
            }
        }
    }

    /** Notes what changed in a region's copy. */
    note(region: string, table: string, change: ItemChange): void {
        const stream = this.current(region, table);
        const shard = stream && this.#shards.get(stream.arn);
        if (stream === undefined || shard === undefined) {
            return;
        }
        const nowMs = this.world.clock.now();
        const sequenceNumber = this.#nextNumber();
        const record = changeRecord(change, stream, sequenceNumber, nowMs);
        if (record !== undefined) {
            shard.append({
                sequenceNumber,
                partitionKey: keyText(change.key),
                data: Buffer.from(JSON.stringify(record)),
                arrivalMs: nowMs,
            });
            this.emit("change", stream.arn);
        }
    }

    /** The stream that a region's copy writes to. */
    current(region: string, table: string): TableStream | undefined {
        return this.#current.get(`${region}|${table}`);
    }

    /** A stream's shards; none while there is no such stream. */
    shards(arn: string): readonly Shard[] {
        const shard = this.#shards.get(arn);
        return shard === undefined ? [] : [shard];
    }

    /** @throws AwsError as DynamoDB Streams would answer */
    read(arn: string, shardId: string, position: number, most: number): Slice {
        const shard = this.shards(arn).find(({ id }) => id === shardId);
        if (shard === undefined) {
            throw new AwsError(
                "ResourceNotFoundException",
                `Requested resource not found: Stream: ${arn} not found`,
            );
        }
        const nowMs = this.world.clock.now();
        shard.trim(nowMs - retentionMs);
        const slice = shard.read(position, most, nowMs);
        if (slice === undefined) {
            throw new AwsError("LimitExceededException", `Too many reads of shard ${shardId}.`);
        }
        return slice;
    }

    /** Forgets what is too old, and streams that were turned off and have nothing left. */
    trim(): void {
        for (const [arn, shard] of this.#shards) {
            shard.trim(this.world.clock.now() - retentionMs);
            if (shard.closed && shard.all().length === 0) {
                this.#shards.delete(arn);
            }
        }
    }

    /** Everything that the stream of a region's copy still holds. */
    peek(region: string, table: string): readonly StreamRecord[] {
        const stream = this.current(region, table);
        return stream === undefined ? [] : (this.#shards.get(stream.arn)?.all() ?? []);
    }

    #open(): Shard {
        const first = this.#nextNumber();
        // Named after the time it was made, as AWS's are.
        const time = String(Math.floor(this.world.clock.now())).padStart(20, "0");
        return new Shard(
            `shardId-${time}-${first.slice(-8)}`,
            // DynamoDB places items, its streams' readers do not.
            { from: 0n, to: 0n },
            first,
            [],
            limits,
        );
    }

    /** 36 digits, growing within a stream; AWS's have 21 to 40. */
    #nextNumber(): string {
        this.#records++;
        const nowMs = Math.floor(this.world.clock.now());
        return `${String(nowMs).padStart(18, "1")}${String(this.#records).padStart(18, "0")}`;
    }
}
