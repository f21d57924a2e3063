import { sizeOf, type StreamRecord } from "../streams/shard";
import type { GivenUp } from "./batch";
import type { MappingDefinition } from "./definition";

/** How a batch ended: everything done, done up to a record, failed as a whole, or not even run. */
export type BatchEnding =
    | { readonly kind: "done" }
    | { readonly kind: "partly"; readonly firstFailed: number }
    | { readonly kind: "failed" }
    | { readonly kind: "not-run" };

/** What a lane works with. */
export interface LaneHost {
    readonly definition: () => MappingDefinition;
    readonly now: () => number;
    readonly sleep: (ms: number) => Promise<void>;
    readonly after: (ms: number, fire: () => void) => () => void;
    /** Resolves when the region stands and the mapping is enabled; false when the mapping is gone. */
    readonly untilRunning: () => Promise<boolean>;
    readonly invoke: (records: readonly StreamRecord[]) => Promise<BatchEnding>;
    readonly giveUp: (
        records: readonly StreamRecord[],
        condition: GivenUp,
        invocations: number,
    ) => void;
    /** Called when it has room for more. */
    readonly onRoom: () => void;
}

/** Lambda's payload limit, with room for what surrounds the data in base64. */
const mostBatchBytes = 4 * 1024 * 1024;
/** World milliseconds before a failed batch is tried again; twice that the next time, up to the last. AWS says "exponential backoff" and no more. */
const backoffMs = { first: 1000, longest: 60_000 } as const;
/** World milliseconds before a throttled or lost invocation is repeated. */
const repeatMs = 1000;

/**
 * One of the batches of a shard that may run at a time. A partition key is always in the same lane, so
 * that its records stay in order; lanes do not wait for one another. Everything before what a lane
 * still holds is done: that is the mapping's checkpoint.
 */
export class Lane {
    #waiting: StreamRecord[] = [];
    #running: readonly StreamRecord[] = [];
    #busy = false;
    #windowEndsMs: number | undefined;
    #cancelWindow: () => void = () => undefined;

    constructor(private readonly host: LaneHost) {}

    /** Records it has not done with. */
    get pending(): number {
        return this.#waiting.length + this.#running.length;
    }

    /** Arrival of the oldest record it has not done with. */
    get oldestMs(): number | undefined {
        return (this.#running[0] ?? this.#waiting[0])?.arrivalMs;
    }

    add(records: readonly StreamRecord[]): void {
        this.#waiting.push(...records);
        this.pump();
    }

    stop(): void {
        this.#cancelWindow();
        this.#waiting = [];
    }

    /** Runs the next batch when there is one and its window is over. */
    pump(): void {
        const { batchSize, windowMs } = this.host.definition();
        if (this.#busy || this.#waiting.length === 0) {
            return;
        }
        const nowMs = this.host.now();
        this.#windowEndsMs ??= nowMs + windowMs;
        const full = this.#waiting.length >= batchSize || bytesOf(this.#waiting) >= mostBatchBytes;
        if (!full && nowMs < this.#windowEndsMs) {
            this.#cancelWindow();
            this.#cancelWindow = this.host.after(this.#windowEndsMs - nowMs, () => this.pump());
            return;
        }
        this.#windowEndsMs = undefined;
        this.#cancelWindow();
        this.#running = this.#waiting.splice(0, this.#fitting(batchSize));
        this.#busy = true;
        void this.#process(this.#running, 0, 0).finally(() => {
            this.#running = [];
            this.#busy = false;
            this.host.onRoom();
            this.pump();
        });
    }

    #fitting(batchSize: number): number {
        let bytes = 0;
        const most = Math.min(batchSize, this.#waiting.length);
        for (let count = 0; count < most; count++) {
            bytes += sizeOf(this.#waiting[count] as StreamRecord);
            if (bytes > mostBatchBytes && count > 0) {
                return count;
            }
        }
        return most;
    }

    /** Runs records until they are done or given up. https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
    async #process(
        given: readonly StreamRecord[],
        retries: number,
        invocations: number,
    ): Promise<void> {
        let records = given;
        for (let tries = retries, invoked = invocations; ;) {
            if (!(await this.host.untilRunning())) {
                return;
            }
            const { bisect, mostRetries } = this.host.definition();
            records = this.#withoutOld(records, invoked);
            if (records.length === 0) {
                return;
            }
            const ending = await this.host.invoke(records);
            if (ending.kind === "done") {
                this.#finish(records);
                return;
            }
            if (ending.kind === "not-run") {
                await this.host.sleep(repeatMs);
                continue;
            }
            invoked++;
            const firstFailed = ending.kind === "partly" ? ending.firstFailed : 0;
            this.#finish(records.slice(0, firstFailed));
            records = records.slice(firstFailed);
            const pause = (): Promise<void> =>
                this.host.sleep(
                    untilBeat(
                        this.host.now(),
                        Math.min(backoffMs.longest, backoffMs.first * 2 ** tries),
                    ),
                );
            if (firstFailed === 0 && bisect && records.length > 1) {
                // Splitting does not count as a retry.
                const middle = Math.ceil(records.length / 2);
                await pause();
                await this.#process(records.slice(0, middle), tries, invoked);
                return this.#process(records.slice(middle), tries, invoked);
            }
            // Nor does starting anew behind what is done, where batches may be split.
            const headway = firstFailed > 0 && bisect;
            if (!headway && tries >= mostRetries) {
                this.#giveUp(records, "RetryAttemptsExhausted", invoked);
                return;
            }
            await pause();
            tries = firstFailed > 0 ? 0 : tries + 1;
        }
    }

    /** Takes what is done with off the batch in hand. */
    #finish(done: readonly StreamRecord[]): void {
        this.#running = this.#running.filter((record) => !done.includes(record));
    }

    #giveUp(records: readonly StreamRecord[], condition: GivenUp, invoked: number): void {
        this.host.giveUp(records, condition, invoked);
        this.#finish(records);
    }

    #withoutOld(records: readonly StreamRecord[], invoked: number): readonly StreamRecord[] {
        const { mostAgeMs } = this.host.definition();
        const old = records.filter(({ arrivalMs }) => this.host.now() - arrivalMs > mostAgeMs);
        if (old.length > 0) {
            this.#giveUp(old, "RecordAgeExceeded", invoked);
        }
        return records.slice(old.length);
    }
}

/**
 * World milliseconds until a common beat of about this period, at least half of it away. Functions that
 * wait in vain for a lost region wait in real time: on one beat they wait together, and the rehearsal
 * loses their time once.
 */
function untilBeat(nowMs: number, periodMs: number): number {
    return Math.ceil((nowMs + periodMs / 2) / periodMs) * periodMs - nowMs;
}

function bytesOf(records: readonly StreamRecord[]): number {
    return records.reduce((sum, record) => sum + sizeOf(record), 0);
}
