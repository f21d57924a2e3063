import { randomUUID } from "node:crypto";

/** A message as its consumer sees it. */
export interface QueueMessage {
    readonly id: string;
    readonly body: string;
    /** Message attributes in SQS's JSON. */
    readonly attributes: Readonly<Record<string, unknown>>;
    /** World time, milliseconds since the epoch. */
    readonly sentMs: number;
    readonly receiveCount: number;
}

export interface ReceivedMessage extends QueueMessage {
    readonly receiptHandle: string;
    readonly firstReceivedMs: number;
}

interface Held {
    readonly id: string;
    readonly body: string;
    readonly attributes: Readonly<Record<string, unknown>>;
    readonly sentMs: number;
    visibleMs: number;
    receiveCount: number;
    firstReceivedMs: number;
    receiptHandle: string | undefined;
}

export interface QueueSettings {
    readonly visibilityTimeoutMs: number;
    readonly retentionMs: number;
    readonly delayMs: number;
    readonly redrive: { readonly targetArn: string; readonly maxReceiveCount: number } | undefined;
}

/** A standard queue's messages; every time is given by the caller, world milliseconds. */
export class Queue {
    #messages: Held[] = [];

    /** Ready, not yet ready, and out with a consumer. */
    counts(nowMs: number): { visible: number; delayed: number; inFlight: number } {
        const hidden = this.#messages.filter((message) => message.visibleMs > nowMs);
        const inFlight = hidden.filter((message) => message.receiptHandle !== undefined).length;
        return {
            visible: this.#messages.length - hidden.length,
            delayed: hidden.length - inFlight,
            inFlight,
        };
    }

    /** Everything in the queue, oldest first, without receiving it. */
    peek(): readonly QueueMessage[] {
        return this.#messages.map(({ id, body, attributes, sentMs, receiveCount }) => ({
            id,
            body,
            attributes,
            sentMs,
            receiveCount,
        }));
    }

    send(
        body: string,
        attributes: Readonly<Record<string, unknown>>,
        delayMs: number,
        nowMs: number,
    ): string {
        const id = randomUUID();
        this.#messages.push({
            id,
            body,
            attributes,
            sentMs: nowMs,
            visibleMs: nowMs + delayMs,
            receiveCount: 0,
            firstReceivedMs: 0,
            receiptHandle: undefined,
        });
        return id;
    }

    /**
     * Takes messages out of sight for the visibility timeout. One that was received too often is
     * handed to `redrive` instead.
     */
    receive(
        most: number,
        settings: QueueSettings,
        visibilityTimeoutMs: number,
        nowMs: number,
        redrive: (message: QueueMessage) => void,
    ): readonly ReceivedMessage[] {
        this.expire(settings, nowMs);
        const received: ReceivedMessage[] = [];
        for (const message of [...this.#messages]) {
            if (received.length === most) {
                break;
            }
            if (message.visibleMs > nowMs) {
                continue;
            }
            const { redrive: policy } = settings;
            if (policy !== undefined && message.receiveCount >= policy.maxReceiveCount) {
                this.#messages = this.#messages.filter((other) => other !== message);
                redrive(message);
                continue;
            }
            const receiptHandle = randomUUID();
            message.receiveCount++;
            message.firstReceivedMs ||= nowMs;
            message.visibleMs = nowMs + visibilityTimeoutMs;
            message.receiptHandle = receiptHandle;
            received.push({ ...message, receiptHandle });
        }
        return received;
    }

    /** Deletes by receipt handle; a handle that was superseded deletes nothing, as in a standard queue. */
    delete(receiptHandle: string): void {
        this.#messages = this.#messages.filter(
            (message) => message.receiptHandle !== receiptHandle,
        );
    }

    /** Whether the handle is of a message still out. */
    changeVisibility(receiptHandle: string, timeoutMs: number, nowMs: number): boolean {
        const message = this.#messages.find((one) => one.receiptHandle === receiptHandle);
        if (message === undefined || message.visibleMs <= nowMs) {
            return false;
        }
        message.visibleMs = nowMs + timeoutMs;
        return true;
    }

    purge(): void {
        this.#messages = [];
    }

    expire(settings: QueueSettings, nowMs: number): void {
        this.#messages = this.#messages.filter(
            (message) => nowMs - message.sentMs < settings.retentionMs,
        );
    }
}
