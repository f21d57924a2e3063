import { AwsError } from "../../aws/awsError";
import type { PolledSource } from "./source";
import { passesFilters, type GivenUp } from "./batch";
import type { MappingDefinition } from "./definition";
import type { BatchEnding } from "./lane";
import { ShardReader } from "./shardReader";
import type { Shard, StreamRecord } from "../streams/shard";
import type { WorldClock } from "../clock";

/** What a mapping works with. */
export interface MappingHost {
    readonly clock: WorldClock;
    readonly source: PolledSource;
    readonly regionLost: () => boolean;
    /** @throws AwsError when the function's role may not read the stream */
    readonly refuseUnreadable: () => void;
    readonly invoke: (shardId: string, records: readonly StreamRecord[]) => Promise<BatchEnding>;
    readonly giveUp: (
        shardId: string,
        records: readonly StreamRecord[],
        condition: GivenUp,
        invocations: number,
    ) => void;
    /** Told of what keeps it from reading, and of undefined when nothing does any more. */
    readonly onProblem: (problem: unknown) => void;
}

/** One event source mapping at work: a reader per shard, parents before their children. */
export class Mapping {
    readonly #readers = new Map<string, ShardReader>();
    readonly #finished = new Set<string>();
    #waiting: ((running: boolean) => void)[] = [];
    #started = false;
    #stopped = false;

    constructor(
        public definition: MappingDefinition,
        private readonly host: MappingHost,
    ) {
        this.refresh();
    }

    /** Age of the oldest record that is not done with, world milliseconds. */
    get lagMs(): number {
        const nowMs = this.host.clock.now();
        return Math.max(0, ...[...this.#readers.values()].map((reader) => reader.lagMs(nowMs)));
    }

    /** Records read and not done with. */
    get pending(): number {
        return [...this.#readers.values()].reduce((sum, reader) => sum + reader.pending, 0);
    }

    /** Takes new settings over; batches that run, run to their end. Lanes stay as many as they were. */
    replace(definition: MappingDefinition): void {
        this.definition = definition;
        this.refresh();
    }

    /** Looks for new shards, new records, and for a region that is back. */
    refresh(): void {
        if (this.#stopped) {
            return;
        }
        this.#openReaders();
        if (this.#running()) {
            const waiting = this.#waiting;
            this.#waiting = [];
            waiting.forEach((resume) => resume(true));
        }
        for (const reader of [...this.#readers.values()]) {
            reader.resume();
        }
    }

    stop(): void {
        this.#stopped = true;
        this.#readers.forEach((reader) => reader.stop());
        this.#waiting.splice(0).forEach((resume) => resume(false));
    }

    #running(): boolean {
        return !this.#stopped && this.definition.enabled && !this.host.regionLost();
    }

    #openReaders(): void {
        const shards = this.host.source.shards(this.definition.streamArn);
        if (shards.length === 0) {
            return;
        }
        const first = !this.#started;
        this.#started = true;
        for (const shard of shards) {
            const known = this.#readers.has(shard.id) || this.#finished.has(shard.id);
            const ready = shard.parents.every(
                (parent) => this.#finished.has(parent) || !this.#readers.has(parent),
            );
            if (!known && ready) {
                this.#readers.set(shard.id, this.#reader(shard, first));
            }
        }
    }

    /** Where it was told to start; what comes of resharding is read from its beginning. */
    #reader(shard: Shard, first: boolean): ShardReader {
        const { startingPosition, startingMs, lanes } = this.definition;
        const position =
            !first || startingPosition === "TRIM_HORIZON"
                ? shard.oldest
                : startingPosition === "LATEST"
                  ? shard.latest
                  : shard.positionAt(startingMs);
        const { clock, source } = this.host;
        return new ShardReader(shard, position, {
            lanes,
            definition: () => this.definition,
            now: () => clock.now(),
            sleep: (ms) => clock.sleep(ms),
            after: (ms, fire) => clock.after(ms, fire),
            running: () => this.#running(),
            untilRunning: () => this.#untilRunning(),
            wanted: (record) => passesFilters(record, this.definition.patterns, source),
            read: (at, most) => {
                try {
                    this.host.refuseUnreadable();
                    const slice = source.read(this.definition.streamArn, shard.id, at, most);
                    this.host.onProblem(undefined);
                    return slice;
                } catch (error) {
                    if (!(error instanceof AwsError && /Throughput/.test(error.code))) {
                        this.host.onProblem(error);
                    }
                    throw error;
                }
            },
            invoke: (records) => this.host.invoke(shard.id, records),
            giveUp: (records, condition, invocations) =>
                this.host.giveUp(shard.id, records, condition, invocations),
            onFinished: () => {
                this.#readers.delete(shard.id);
                this.#finished.add(shard.id);
                this.refresh();
            },
        });
    }

    #untilRunning(): Promise<boolean> {
        if (this.#stopped || this.#running()) {
            return Promise.resolve(!this.#stopped);
        }
        return new Promise((resolve) => this.#waiting.push(resolve));
    }
}
