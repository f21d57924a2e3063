import type { BatchResponse, StreamRecord } from "../../../runtime/handlers/streamRecords";

/** As the event source mappings say. */
export const mostRecords = 100;

/** One shard with one reader, which gets batches as Lambda delivers them: the next one after the last was answered. */
export class Shard {
    readonly #records: StreamRecord[] = [];
    #dropped = 0;
    /** Position of the first record that was not dealt with. */
    #checkpoint = 0;
    #waiting: (() => void) | undefined;

    constructor(private readonly name: string) {}

    /** Records that were not dealt with. */
    get backlog(): number {
        return this.#dropped + this.#records.length - this.#checkpoint;
    }

    append(data: string): void {
        const sequenceNumber = String(this.#dropped + this.#records.length);
        this.#records.push({
            eventID: `${this.name}:${sequenceNumber}`,
            kinesis: { sequenceNumber, data },
        });
        this.#waiting?.();
        this.#waiting = undefined;
    }

    /** Resolves with records once there are some. */
    async next(): Promise<readonly StreamRecord[]> {
        while (this.backlog === 0) {
            await new Promise<void>((resolve) => (this.#waiting = resolve));
        }
        const from = this.#checkpoint - this.#dropped;
        return this.#records.slice(from, from + mostRecords);
    }

    /** What a batch came to: it goes on from the first failure, with everything that came after it. */
    answered(batch: readonly StreamRecord[], { batchItemFailures }: BatchResponse): void {
        const failures = batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier));
        this.#checkpoint = Math.min(this.#checkpoint + batch.length, ...failures);
        // Some are kept: cutting the list for each batch would take longer than the batch.
        if (this.#checkpoint - this.#dropped > 10_000) {
            this.#records.splice(0, this.#checkpoint - this.#dropped);
            this.#dropped = this.#checkpoint;
        }
    }
}

/** By a hash of the key: FNV-1a. */
export function shardOf(partitionKey: string, shards: readonly Shard[]): Shard {
    let hash = 0x811c9dc5;
    for (let at = 0; at < partitionKey.length; at++) {
        hash = Math.imul(hash ^ partitionKey.charCodeAt(at), 0x01000193) >>> 0;
    }
    return shards[hash % shards.length] as Shard;
}
