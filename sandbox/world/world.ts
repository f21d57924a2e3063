import type { WorldClock } from "./clock";
import type { Faults } from "./faults";
import type { Journal } from "./journal";
import type { Network } from "./network";
import type { Store } from "./store";

/** What every part of the world is given: the account, its time, its faults, its record and its wires. */
export interface World {
    readonly accountId: string;
    /** Folder for what the world keeps on disk. */
    readonly home: string;
    readonly clock: WorldClock;
    readonly faults: Faults;
    readonly journal: Journal;
    readonly store: Store;
    readonly network: Network;
    /** Uniform in [0, 1), from the world's seed: the same seed draws the same numbers. */
    readonly random: () => number;
}

/** A part with sockets or processes of its own. */
export interface Part {
    start(): Promise<void>;
    stop(): Promise<void>;
}

/** One CloudWatch sample. */
export interface MetricSample {
    readonly region: string;
    readonly namespace: string;
    readonly metric: string;
    readonly dimensions: Readonly<Record<string, string>>;
    readonly value: number;
    /** World time, milliseconds since the epoch. @default now */
    readonly atMs?: number;
}

export interface MetricSink {
    put(sample: MetricSample): void;
}

/** What a bus delivers (EventBridge's envelope, https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html). */
export interface BusEvent {
    readonly id: string;
    readonly source: string;
    readonly "detail-type": string;
    readonly account: string;
    /** ISO 8601, world time. */
    readonly time: string;
    /** Region the event arose in. */
    readonly region: string;
    readonly resources: readonly string[];
    readonly detail: unknown;
}

export interface EventBuses {
    /** Puts an event on the region's default bus. */
    put(region: string, event: BusEvent): void;
}

export interface FunctionInvoker {
    /** Invokes by ARN as `caller` (a service principal such as `events.amazonaws.com`); refused without a permission. */
    invokeAsync(functionArn: string, payload: unknown, caller: string, sourceArn: string): void;
}

export interface TopicPublisher {
    /**
     * Publishes as a service. A topic that refuses it loses the message, and the id is empty.
     *
     * @param caller service principal
     * @param sourceArn what the service acts for, such as an alarm
     */
    publish(
        topicArn: string,
        message: string,
        subject: string | undefined,
        caller: string,
        sourceArn?: string,
    ): string;
}

export interface QueueSender {
    /** Puts a message on a queue as a service; refused without a queue policy that allows it. */
    send(queueArn: string, body: string, principal: string, sourceArn: string): void;
}

/** Health of Route 53 checks, as the tally has it now. */
export interface HealthStatuses {
    healthy(healthCheckId: string): boolean;
}

/** What alias targets look like to Route 53. */
export interface LoadBalancerHealth {
    /** Whether every target group behind it has a healthy target; by its own DNS name. */
    targetsHealthy(dnsName: string): boolean;
}
