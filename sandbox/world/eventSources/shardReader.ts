import { createHash } from "node:crypto";

import type { Shard, Slice, StreamRecord } from "../streams/shard";
import { Lane, type LaneHost } from "./lane";

/** How often Lambda asks a shard, world milliseconds: https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html#kinesis-polling-and-batching */
const pollMs = 1000;
/** Records in hand beyond which it does not read on: a function that fails does not fill the memory. */
const mostInHand = 10_000;

export interface ReaderHost extends Omit<LaneHost, "onRoom"> {
    readonly lanes: number;
    /** Whether the region stands and the mapping may read now. */
    readonly running: () => boolean;
    /** @throws Error when it cannot be read now */
    readonly read: (position: number, most: number) => Slice;
    readonly wanted: (record: StreamRecord) => boolean;
    /** Called when a closed shard is done with: its children may begin. */
    readonly onFinished: () => void;
}

/** Reads one shard for one mapping and shares its records out among the lanes. */
export class ShardReader {
    readonly #lanes: readonly Lane[];
    #nextPollMs = 0;
    #cancelPoll: (() => void) | undefined;
    #atEnd = false;
    #stopped = false;

    constructor(
        readonly shard: Shard,
        public position: number,
        private readonly host: ReaderHost,
    ) {
        this.#lanes = Array.from(
            { length: host.lanes },
            () => new Lane({ ...host, onRoom: () => this.poke() }),
        );
    }

    /** Whether a closed shard has been read and worked off to its end. */
    get finished(): boolean {
        return this.#atEnd && this.pending === 0;
    }

    /** Records read and not done with. */
    get pending(): number {
        return this.#lanes.reduce((sum, lane) => sum + lane.pending, 0);
    }

    /** Age of the oldest record that is not done with, in hand or still in the shard; 0 when there is none. */
    lagMs(nowMs: number): number {
        const inHand = this.#lanes.flatMap((lane) => lane.oldestMs ?? []);
        return Math.max(
            this.shard.behindMs(this.position, nowMs),
            ...inHand.map((arrivalMs) => nowMs - arrivalMs),
        );
    }

    /** Looks for records, now or as soon as it may ask again. */
    poke(): void {
        const { now, after, running } = this.host;
        if (this.#stopped || !running() || this.#cancelPoll !== undefined) {
            return;
        }
        if (this.finished) {
            this.#stopped = true;
            this.host.onFinished();
            return;
        }
        // Asking on its own beat, and only when there is something: an idle shard costs no time.
        if (this.#atEnd || (!this.shard.closed && this.position >= this.shard.latest)) {
            return;
        }
        if (this.pending >= mostInHand) {
            return;
        }
        this.#cancelPoll = after(Math.max(0, this.#nextPollMs - now()), () => {
            this.#cancelPoll = undefined;
            this.#poll();
        });
    }

    /** Lets every lane look again. */
    resume(): void {
        this.#lanes.forEach((lane) => lane.pump());
        this.poke();
    }

    stop(): void {
        this.#stopped = true;
        this.#cancelPoll?.();
        this.#lanes.forEach((lane) => lane.stop());
    }

    #poll(): void {
        const { now, read, running, wanted } = this.host;
        if (this.#stopped || !running()) {
            return;
        }
        this.#nextPollMs = now() + pollMs;
        try {
            const slice = read(this.position, mostInHand);
            this.position = slice.next;
            this.#atEnd = slice.finished;
            this.#share(slice.records.filter(wanted));
        } catch {
            // Throttled, or not allowed: it asks again on its next beat.
        }
        this.poke();
    }

    #share(records: readonly StreamRecord[]): void {
        const byLane = new Map<Lane, StreamRecord[]>();
        for (const record of records) {
            const lane = this.#laneOf(record.partitionKey);
            byLane.set(lane, [...(byLane.get(lane) ?? []), record]);
        }
        byLane.forEach((own, lane) => lane.add(own));
    }

    #laneOf(partitionKey: string): Lane {
        const hash = createHash("sha256").update(partitionKey).digest().readUInt32BE(0);
        return this.#lanes[hash % this.#lanes.length] as Lane;
    }
}
