import { AwsError } from "../../aws/awsError";
import { number, text } from "../../aws/support/known";
import { regionOf } from "../deliveries";
import { keyAllowsService, policyAllowsService, type ServiceCaller } from "../permissions";
import type { StoreChange, StoredResource } from "../store";
import type { MetricSink, Part, QueueSender, World } from "../world";
import { Queue, type QueueMessage, type QueueSettings, type ReceivedMessage } from "./queue";

const queueType = "aws:sqs/queue:Queue";
const queuePolicyType = "aws:sqs/queuePolicy:QueuePolicy";

const metricPeriodMs = 60_000;
/** How often a long poll looks again, world milliseconds. */
const pollMs = 200;

/** SQS: the account's standard queues, in memory. */
export class Queues implements Part, QueueSender {
    readonly #queues = new Map<string, Queue>();
    #stops: (() => void)[] = [];

    constructor(
        private readonly world: World,
        private readonly deps: { readonly metrics: MetricSink },
    ) {}

    async start(): Promise<void> {
        const { store, clock } = this.world;
        const onChange = ({ kind, resource }: StoreChange): void => {
            if (kind === "delete" && resource.type === queueType) {
                this.#queues.delete(text(resource.outputs, "arn") ?? "");
            }
        };
        store.on("change", onChange);
        this.#stops = [
            () => store.off("change", onChange),
            clock.every(metricPeriodMs, () => this.#publish()),
        ];
    }

    async stop(): Promise<void> {
        for (const stop of this.#stops) {
            stop();
        }
    }

    /**
     * Puts a message on a queue as a service.
     *
     * @throws AwsError when there is no such queue, or its policy or its key does not let the service in
     */
    send(queueArn: string, body: string, principal: string, sourceArn: string): void {
        const queue = this.#resource(queueArn);
        const caller: ServiceCaller = { principal, sourceArn };
        const refusal = !policyAllowsService(
            this.world,
            this.policyOf(queue),
            caller,
            "sqs:SendMessage",
            queueArn,
        )
            ? `the policy of queue ${queueArn} does not let ${principal} send for ${sourceArn}`
            : !keyAllowsService(
                    this.world,
                    queue.region,
                    text(queue.outputs, "kmsMasterKeyId"),
                    caller,
                )
              ? `the key of queue ${queueArn} does not let ${principal} use it`
              : undefined;
        this.#record(queue, principal, refusal === undefined ? "ok" : "refused");
        if (refusal !== undefined) {
            throw new AwsError("AccessDenied", refusal, 403);
        }
        this.put(queueArn, body);
    }

    /**
     * Puts a message on a queue for somebody who may.
     *
     * @returns the message's id
     * @throws AwsError when there is no such queue
     */
    put(
        queueArn: string,
        body: string,
        attributes: Readonly<Record<string, unknown>> = {},
        delaySeconds?: number,
    ): string {
        const settings = settingsOf(this.#resource(queueArn));
        return this.#queue(queueArn).send(
            body,
            attributes,
            delaySeconds === undefined ? settings.delayMs : delaySeconds * 1000,
            this.world.clock.now(),
        );
    }

    /** Everything on the queue, oldest first, without receiving it. */
    peek(queueArn: string): readonly QueueMessage[] {
        return this.#queue(queueArn).peek();
    }

    counts(queueArn: string): { visible: number; delayed: number; inFlight: number } {
        return this.#queue(queueArn).counts(this.world.clock.now());
    }

    /**
     * Receives up to `most` messages, waiting for the first one in world time inside the caller's `io`.
     *
     * @throws AwsError when there is no such queue
     */
    async receive(
        queueArn: string,
        most: number,
        visibilitySeconds: number | undefined,
        waitSeconds: number | undefined,
    ): Promise<readonly ReceivedMessage[]> {
        const resource = this.#resource(queueArn);
        const { clock } = this.world;
        const waitMs =
            1000 * (waitSeconds ?? number(resource.outputs, "receiveWaitTimeSeconds") ?? 0);
        const untilMs = clock.now() + waitMs;
        for (;;) {
            const settings = settingsOf(this.#resource(queueArn));
            const received = this.#queue(queueArn).receive(
                most,
                settings,
                visibilitySeconds === undefined
                    ? settings.visibilityTimeoutMs
                    : visibilitySeconds * 1000,
                clock.now(),
                (message) => this.#redrive(settings, message),
            );
            if (received.length > 0 || clock.now() >= untilMs) {
                return received;
            }
            await clock.delay(Math.min(pollMs, untilMs - clock.now()));
        }
    }

    /** The queue's messages and their life, for the API. @throws AwsError when there is no such queue */
    open(queueArn: string): Queue {
        this.#resource(queueArn);
        return this.#queue(queueArn);
    }

    /** The queue as the account has it. */
    find(queueArn: string): StoredResource | undefined {
        return this.world.store
            .list(queueType, regionOf(queueArn))
            .find(({ outputs }) => text(outputs, "arn") === queueArn);
    }

    #redrive(settings: QueueSettings, message: QueueMessage): void {
        const target = settings.redrive?.targetArn ?? "";
        if (this.find(target) !== undefined) {
            this.#queue(target).send(message.body, message.attributes, 0, this.world.clock.now());
        }
    }

    #resource(queueArn: string): StoredResource {
        const queue = this.find(queueArn);
        if (queue === undefined) {
            throw new AwsError(
                "AWS.SimpleQueueService.NonExistentQueue",
                `The specified queue does not exist: ${queueArn}`,
            );
        }
        return queue;
    }

    #queue(queueArn: string): Queue {
        let queue = this.#queues.get(queueArn);
        if (queue === undefined) {
            queue = new Queue();
            this.#queues.set(queueArn, queue);
        }
        return queue;
    }

    /** What a queue lets whom do. */
    policyOf(queue: StoredResource): string | undefined {
        const own = this.world.store.get(queuePolicyType, queue.region, queue.id);
        return text(own?.outputs, "policy") ?? text(queue.outputs, "policy");
    }

    #record(queue: StoredResource, principal: string, outcome: "ok" | "refused"): void {
        this.world.journal.add({
            atMs: this.world.clock.now(),
            caller: principal,
            plane: "data",
            service: "sqs",
            action: "SendMessage",
            region: queue.region,
            outcome,
        });
    }

    /** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
    #publish(): void {
        const { store, clock, faults } = this.world;
        for (const resource of store.list(queueType)) {
            if (faults.blackedOut(resource.region)) {
                continue;
            }
            const queue = this.#queue(text(resource.outputs, "arn") ?? "");
            queue.expire(settingsOf(resource), clock.now());
            const { visible, inFlight } = queue.counts(clock.now());
            const oldest = queue.peek()[0]?.sentMs ?? clock.now();
            for (const [metric, value] of [
                ["ApproximateNumberOfMessagesVisible", visible],
                ["ApproximateNumberOfMessagesNotVisible", inFlight],
                ["ApproximateAgeOfOldestMessage", (clock.now() - oldest) / 1000],
            ] as const) {
                this.deps.metrics.put({
                    region: resource.region,
                    namespace: "AWS/SQS",
                    metric,
                    dimensions: { QueueName: text(resource.outputs, "name") ?? "" },
                    value,
                });
            }
        }
    }
}

function settingsOf({ outputs }: StoredResource): QueueSettings {
    const redrive = text(outputs, "redrivePolicy");
    const policy =
        redrive === undefined
            ? undefined
            : (JSON.parse(redrive) as { deadLetterTargetArn: string; maxReceiveCount: number });
    return {
        visibilityTimeoutMs: 1000 * (number(outputs, "visibilityTimeoutSeconds") ?? 30),
        retentionMs: 1000 * (number(outputs, "messageRetentionSeconds") ?? 345_600),
        delayMs: 1000 * (number(outputs, "delaySeconds") ?? 0),
        redrive:
            policy === undefined
                ? undefined
                : {
                      targetArn: policy.deadLetterTargetArn,
                      maxReceiveCount: Number(policy.maxReceiveCount),
                  },
    };
}
