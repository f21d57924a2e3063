import { AwsError } from "../aws/awsError";
import type { World } from "./world";

/** Something that was sent inside AWS and did not arrive. Nobody sees it unless they look. */
export interface FailedDelivery {
    /** World time, milliseconds since the epoch. */
    readonly atMs: number;
    /** ARN of the rule, topic, function or alarm service that sent it. */
    readonly from: string;
    /** ARN it was meant for. */
    readonly to: string;
    readonly reason: string;
}

/** Something undelivered that a dead letter queue keeps. */
export interface KeptDelivery {
    /** World time, milliseconds since the epoch. */
    readonly atMs: number;
    /** ARN of the rule or topic that gave it up. */
    readonly from: string;
    readonly queueArn: string;
}

/** The deliveries that failed, of every service. */
export class FailedDeliveries {
    readonly #list: FailedDelivery[] = [];
    readonly #kept: KeptDelivery[] = [];

    constructor(private readonly world: Pick<World, "clock">) {}

    add(from: string, to: string, error: unknown): void {
        const reason =
            error instanceof AwsError ? `${error.code}: ${error.message}` : String(error);
        this.#list.push({ atMs: this.world.clock.now(), from, to, reason });
    }

    /** Notes that what could not be delivered lies in a dead letter queue. */
    keep(from: string, queueArn: string): void {
        this.#kept.push({ atMs: this.world.clock.now(), from, queueArn });
    }

    list(): readonly FailedDelivery[] {
        return this.#list;
    }

    /** What went to dead letter queues since then, oldest first. */
    kept(sinceMs = Number.NEGATIVE_INFINITY): readonly KeptDelivery[] {
        return this.#kept.filter(({ atMs }) => atMs >= sinceMs);
    }
}

export interface DeliveryOptions {
    /** Makes one attempt; an `AwsError` with status below 500 is final. */
    readonly attempt: () => void;
    /** World milliseconds before each attempt: before the first, the second, and every later one. */
    readonly delaysMs: readonly [number, number, number];
    /** Attempts after the first. */
    readonly maximumRetries: number;
    /** World milliseconds after which no further attempt is made. */
    readonly maximumAgeMs: number;
    readonly onGivenUp: (error: unknown) => void;
}

/**
 * Delivers in world time with retries. An attempt into a lost region fails like any other, so that
 * what was sent during an outage arrives after it, or is given up when it gets too old.
 */
export function deliver(world: Pick<World, "clock">, options: DeliveryOptions): void {
    const { clock } = world;
    const [first, second, later] = options.delaysMs;
    const sinceMs = clock.now();
    const attempt = (retries: number): void => {
        try {
            options.attempt();
        } catch (error) {
            const final = error instanceof AwsError && error.status < 500;
            const nextMs = retries === 0 ? second : later;
            if (
                final ||
                retries >= options.maximumRetries ||
                clock.now() + nextMs - sinceMs > options.maximumAgeMs
            ) {
                options.onGivenUp(error);
            } else {
                clock.after(nextMs, () => attempt(retries + 1));
            }
        }
    };
    clock.after(first, () => attempt(0));
}

/** Region of an ARN. */
export function regionOf(arn: string): string {
    return arn.split(":")[3] ?? "";
}

/** Throws, as something to try again, when one region cannot reach the other. */
export function refuseUnreachable(world: Pick<World, "faults">, from: string, to: string): void {
    if (!world.faults.reachable(from, to)) {
        throw new AwsError("ServiceUnavailable", `no answer from ${to}`, 503);
    }
}
