import type { DomainEvent } from "../events/event";
import type { PutOutcome } from "../events/eventStream";

export interface OrderEventsOptions {
    readonly stream: { put(events: readonly DomainEvent[]): Promise<PutOutcome>; close(): void };
    /** Told of an event that this process will not emit. */
    readonly onLost: (event: DomainEvent, reason: unknown) => void;
    /** Pauses after failures, milliseconds, each doubled from the one before; a test makes them short. @default 1 s to 1 min */
    readonly pauseMs?: { readonly first: number; readonly longest: number };
}

/** Events that may wait, a few hundred bytes each. More would be memory that a task needs. */
const mostWaiting = 10_000;
const atOnce = 500;

/**
 * Emits events after what they tell of was acknowledged. An order must not fail, nor wait, because the
 * stream does: events are emitted beside the request, several in one call, and tried again for as long
 * as the task lives. What is lost with a task is only the event; a repetition of the order, which finds
 * it in the table, emits it again under the same id.
 */
export class OrderEvents {
    readonly #waiting: DomainEvent[] = [];
    #sending: Promise<void> | undefined;
    #pauseMs = 0;
    #wake: () => void = () => undefined;
    #closed = false;

    constructor(private readonly options: OrderEventsOptions) {}

    /** Events that the stream does not have yet. */
    get pending(): number {
        return this.#waiting.length;
    }

    /** Sees to it that the event is emitted, and returns at once. */
    emit(event: DomainEvent): void {
        if (this.#closed || this.#waiting.length >= mostWaiting) {
            const why = this.#closed ? "the task ends" : `${mostWaiting} events wait already`;
            this.options.onLost(event, new Error(why));
            return;
        }
        this.#waiting.push(event);
        this.#sending ??= this.#send().finally(() => (this.#sending = undefined));
    }

    /** Resolves when everything is emitted, or when the time is up and the rest is told of. */
    async drain(timeoutMs: number): Promise<void> {
        this.#wake();
        let timer: NodeJS.Timeout | undefined;
        await Promise.race([
            this.#sending,
            new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs))),
        ]);
        clearTimeout(timer);
        this.#closed = true;
        this.#wake();
        for (const event of this.#waiting.splice(0)) {
            this.options.onLost(event, new Error("the task ended before it could be emitted"));
        }
        this.options.stream.close();
    }

    async #send(): Promise<void> {
        // What else this turn of the event loop brings goes into the same call.
        await new Promise<void>((resolve) => setImmediate(resolve));
        while (this.#waiting.length > 0 && !this.#closed) {
            const batch = this.#waiting.slice(0, atOnce);
            const { stored, failed } = await this.options.stream.put(batch);
            const done = new Set(stored);
            this.#waiting.splice(
                0,
                this.#waiting.length,
                ...this.#waiting.filter((event) => !done.has(event)),
            );
            if (failed.length === 0) {
                this.#pauseMs = 0;
            } else if (!this.#closed) {
                await this.#pause();
            }
        }
    }

    #pause(): Promise<void> {
        const { first, longest } = this.options.pauseMs ?? { first: 1000, longest: 60_000 };
        this.#pauseMs = Math.min(longest, this.#pauseMs === 0 ? first : this.#pauseMs * 2);
        return new Promise((resolve) => {
            const timer = setTimeout(resolve, this.#pauseMs);
            this.#wake = () => {
                clearTimeout(timer);
                resolve();
            };
        });
    }
}
