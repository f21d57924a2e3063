import type { StreamDefinition } from "./definition";
import { evenRanges, overlaps, type HashKeyRange } from "./hashKeys";
import { Shard, type StreamRecord } from "./shard";

/** One stream's shards and the numbers its records get. */
export class Stream {
    readonly #shards: Shard[] = [];
    #records = 0;

    constructor(
        public definition: StreamDefinition,
        readonly createdMs: number,
    ) {
        this.#open(evenRanges(definition.shardCount), createdMs);
    }

    /** Closed shards as well, oldest first. */
    get shards(): readonly Shard[] {
        return this.#shards;
    }

    get openShards(): readonly Shard[] {
        return this.#shards.filter(({ closed }) => !closed);
    }

    shard(id: string): Shard | undefined {
        return this.#shards.find((one) => one.id === id);
    }

    shardFor(hashKey: bigint): Shard {
        const found = this.openShards.find(
            ({ range }) => range.from <= hashKey && hashKey <= range.to,
        );
        if (found === undefined) {
            throw new RangeError(`no shard of ${this.definition.name} has the hash key ${hashKey}`);
        }
        return found;
    }

    append(shard: Shard, partitionKey: string, data: Buffer, nowMs: number): StreamRecord {
        const record = {
            sequenceNumber: this.#nextNumber(nowMs),
            partitionKey,
            data,
            arrivalMs: nowMs,
        };
        shard.append(record);
        return record;
    }

    /** Takes new settings over; another shard count closes every open shard and shares their keys out anew. */
    replace(definition: StreamDefinition, nowMs: number): void {
        const resharded = definition.shardCount !== this.definition.shardCount;
        this.definition = definition;
        if (resharded) {
            const before = this.openShards;
            const ending = this.#nextNumber(nowMs);
            before.forEach((shard) => shard.close(ending));
            this.#open(evenRanges(definition.shardCount), nowMs, before);
        }
    }

    #open(ranges: readonly HashKeyRange[], nowMs: number, before: readonly Shard[] = []): void {
        for (const range of ranges) {
            const parents = before.filter((shard) => overlaps(shard.range, range));
            this.#shards.push(
                new Shard(
                    `shardId-${String(this.#shards.length).padStart(12, "0")}`,
                    range,
                    this.#nextNumber(nowMs),
                    parents.map(({ id }) => id),
                ),
            );
        }
    }

    /** 56 digits, as AWS's are: the time, then a count that never falls back. */
    #nextNumber(nowMs: number): string {
        this.#records++;
        return `49${String(Math.floor(nowMs)).padStart(20, "0")}${String(this.#records).padStart(34, "0")}`;
    }
}
