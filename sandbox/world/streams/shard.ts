import { Budget } from "./budget";
import type { HashKeyRange } from "./hashKeys";

export interface StreamRecord {
    /** Decimal digits, growing within a stream. */
    readonly sequenceNumber: string;
    readonly partitionKey: string;
    readonly data: Buffer;
    /** World time, milliseconds since the epoch. */
    readonly arrivalMs: number;
}

/** What GetRecords finds from a position on. */
export interface Slice {
    readonly records: readonly StreamRecord[];
    /** Position to go on from. */
    readonly next: number;
    /** Age of the first record that was left, 0 at the tip. */
    readonly behindMs: number;
    /** Whether a closed shard has nothing more. */
    readonly finished: boolean;
}

/** What one shard takes and gives. */
export interface ShardLimits {
    readonly writeBytesPerSecond: number;
    readonly writeRecordsPerSecond: number;
    readonly readsPerSecond: number;
    readonly readBytesPerSecond: number;
    readonly recordsPerRead: number;
    readonly bytesPerRead: number;
}

/** Limits of a Kinesis shard: https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html */
export const shardLimits: ShardLimits = {
    writeBytesPerSecond: 1024 * 1024,
    writeRecordsPerSecond: 1000,
    readsPerSecond: 5,
    readBytesPerSecond: 2 * 1024 * 1024,
    recordsPerRead: 10_000,
    bytesPerRead: 10 * 1024 * 1024,
};

/**
 * One shard: its records in the order they came. A position counts them from the shard's first one,
 * so that it stays what it is when old records are trimmed.
 */
export class Shard {
    readonly #records: StreamRecord[] = [];
    #trimmed = 0;
    #closed = false;
    readonly #writtenBytes: Budget;
    readonly #writtenRecords: Budget;
    readonly #reads: Budget;
    readonly #readBytes: Budget;

    constructor(
        readonly id: string,
        readonly range: HashKeyRange,
        readonly startingSequenceNumber: string,
        /** Closed shards whose hash keys it took over. */
        readonly parents: readonly string[],
        private readonly limits: ShardLimits = shardLimits,
    ) {
        this.#writtenBytes = new Budget(limits.writeBytesPerSecond);
        this.#writtenRecords = new Budget(limits.writeRecordsPerSecond);
        this.#reads = new Budget(limits.readsPerSecond);
        this.#readBytes = new Budget(limits.readBytesPerSecond);
    }

    get closed(): boolean {
        return this.#closed;
    }

    /** Highest sequence number, of a closed shard. */
    endingSequenceNumber: string | undefined;

    /** Takes no more records; those it has can be read until they are too old. */
    close(endingSequenceNumber: string): void {
        this.#closed = true;
        this.endingSequenceNumber = endingSequenceNumber;
    }

    /** Whether this second has room for a record, which then counts. */
    admits(bytes: number, nowMs: number): boolean {
        if (!this.#writtenBytes.fits(bytes, nowMs) || !this.#writtenRecords.fits(1, nowMs)) {
            return false;
        }
        return this.#writtenBytes.take(bytes, nowMs) && this.#writtenRecords.take(1, nowMs);
    }

    append(record: StreamRecord): void {
        this.#records.push(record);
    }

    /** Forgets the records that came before `horizonMs`; returns how many. */
    trim(horizonMs: number): number {
        const kept = this.#records.findIndex(({ arrivalMs }) => arrivalMs >= horizonMs);
        const trimmed = kept < 0 ? this.#records.length : kept;
        this.#records.splice(0, trimmed);
        this.#trimmed += trimmed;
        return trimmed;
    }

    /** Everything it still has. */
    all(): readonly StreamRecord[] {
        return this.#records;
    }

    get oldest(): number {
        return this.#trimmed;
    }

    get latest(): number {
        return this.#trimmed + this.#records.length;
    }

    /** Position of the first record that came at the time or later. */
    positionAt(timeMs: number): number {
        const index = this.#records.findIndex(({ arrivalMs }) => arrivalMs >= timeMs);
        return index < 0 ? this.latest : this.#trimmed + index;
    }

    /** Position of the first record with this sequence number or a higher one. */
    positionOf(sequenceNumber: bigint): number {
        const index = this.#records.findIndex(
            (record) => BigInt(record.sequenceNumber) >= sequenceNumber,
        );
        return index < 0 ? this.latest : this.#trimmed + index;
    }

    /** Age of the first record from a position on; 0 at the tip. */
    behindMs(position: number, nowMs: number): number {
        const first = this.#records[Math.max(0, position - this.#trimmed)];
        return first === undefined ? 0 : Math.max(0, nowMs - first.arrivalMs);
    }

    /** Reads from a position on; undefined when this second has no read left. */
    read(position: number, most: number, nowMs: number): Slice | undefined {
        if (!this.#reads.fits(1, nowMs) || !this.#readBytes.fits(1, nowMs)) {
            return undefined;
        }
        const from = Math.max(0, position - this.#trimmed);
        const records: StreamRecord[] = [];
        let bytes = 0;
        for (const record of this.#records.slice(
            from,
            from + Math.min(most, this.limits.recordsPerRead),
        )) {
            bytes += sizeOf(record);
            if (records.length > 0 && bytes > this.limits.bytesPerRead) {
                break;
            }
            records.push(record);
        }
        this.#reads.take(1, nowMs);
        // A read may go over the second's bytes; the reads after it wait.
        this.#readBytes.take(Math.min(bytes, this.limits.readBytesPerSecond), nowMs);
        const next = this.#trimmed + from + records.length;
        return {
            records,
            next,
            behindMs: this.behindMs(next, nowMs),
            finished: this.#closed && next >= this.latest,
        };
    }
}

/** What counts against limits: the data and the key. */
export function sizeOf(record: Pick<StreamRecord, "data" | "partitionKey">): number {
    return record.data.length + Buffer.byteLength(record.partitionKey);
}
