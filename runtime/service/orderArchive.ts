import { PutObjectCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";

import { awsClient } from "../awsClient";

/** An order as it was acknowledged. */
export interface ArchivedOrder {
    readonly orderId: string;
    /** ISO 8601. */
    readonly createdAt: string;
}

export interface ArchiveOptions {
    readonly bucket: string;
    readonly region: string;
    /** Told of an order that will not be archived by this process. */
    readonly onLost: (order: ArchivedOrder, reason: unknown) => void;
    /** Pauses after failures, milliseconds, each doubled from the one before; a test makes them short. @default 1 s to 1 min */
    readonly pauseMs?: { readonly first: number; readonly longest: number };
}

/** Orders that may wait, a few hundred bytes each: hours of trade. More would be memory that a task needs. */
const mostWaiting = 10_000;
const atOnce = 4;

/**
 * Archives each order as an object of its own, after it was acknowledged: the order stands in the table
 * by then, and neither it nor its acknowledgement waits for a bucket. What fails is tried again for as
 * long as the task lives. What is lost with a task is only the copy: the order is in the table, and its
 * repetition archives it again.
 */
export class OrderArchive {
    readonly #client: S3Client;
    readonly #waiting: ArchivedOrder[] = [];
    readonly #idle: (() => void)[] = [];
    #running = 0;
    #pauseMs = 0;
    #timer: NodeJS.Timeout | undefined;
    #closed = false;

    constructor(private readonly options: ArchiveOptions) {
        this.#client = new S3Client(
            awsClient(options.region, { connectMs: 1000, answerMs: 3000, attempts: 3 }),
        );
    }

    /** Orders that are not archived yet. */
    get pending(): number {
        return this.#waiting.length + this.#running;
    }

    /** Sees to it that the order is archived, and returns at once. */
    keep(order: ArchivedOrder): void {
        if (this.#waiting.length >= mostWaiting) {
            this.options.onLost(order, new Error(`${mostWaiting} orders wait already`));
            return;
        }
        this.#waiting.push(order);
        this.#next();
    }

    /** Resolves when everything is archived, or when the time is up and the rest is told of. */
    async drain(timeoutMs: number): Promise<void> {
        clearTimeout(this.#timer);
        this.#timer = undefined;
        this.#next();
        if (this.pending > 0) {
            let timer: NodeJS.Timeout | undefined;
            await Promise.race([
                new Promise<void>((resolve) => this.#idle.push(resolve)),
                new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs))),
            ]);
            clearTimeout(timer);
        }
        this.#closed = true;
        clearTimeout(this.#timer);
        for (const order of this.#waiting.splice(0)) {
            this.#giveUp(order);
        }
        this.#client.destroy();
    }

    #next(): void {
        while (this.#timer === undefined && this.#running < atOnce) {
            const order = this.#waiting.shift();
            if (order === undefined) {
                break;
            }
            this.#running++;
            void this.#write(order).finally(() => {
                this.#running--;
                this.#next();
                if (this.pending === 0) {
                    this.#idle.splice(0).forEach((resolve) => resolve());
                }
            });
        }
    }

    async #write(order: ArchivedOrder): Promise<void> {
        try {
            await this.#client.send(
                new PutObjectCommand({
                    Bucket: this.options.bucket,
                    Key: keyOf(order),
                    Body: JSON.stringify(order),
                    ContentType: "application/json",
                    // An archive is written once: a repeated order makes no second version.
                    IfNoneMatch: "*",
                }),
            );
            this.#pauseMs = 0;
        } catch (error) {
            if (error instanceof S3ServiceException && error.name === "PreconditionFailed") {
                return;
            }
            if (this.#closed) {
                this.#giveUp(order);
                return;
            }
            this.#waiting.unshift(order);
            this.#pause();
        }
    }

    #giveUp(order: ArchivedOrder): void {
        this.options.onLost(order, new Error("the task ended before it could be archived"));
    }

    #pause(): void {
        const { first, longest } = this.options.pauseMs ?? { first: 1000, longest: 60_000 };
        this.#pauseMs = Math.min(longest, this.#pauseMs === 0 ? first : this.#pauseMs * 2);
        this.#timer ??= setTimeout(() => {
            this.#timer = undefined;
            this.#next();
        }, this.#pauseMs);
    }
}

/** `orders/2026/05/17/<id>.json`: by day, so that a day can be listed. */
function keyOf({ orderId, createdAt }: ArchivedOrder): string {
    return `orders/${createdAt.slice(0, 10).replaceAll("-", "/")}/${orderId}.json`;
}
