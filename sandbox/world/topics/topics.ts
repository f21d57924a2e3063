import { randomUUID } from "node:crypto";
import { EventEmitter } from "node:events";

import { AwsError } from "../../aws/awsError";
import { text } from "../../aws/support/known";
import { deliver, refuseUnreachable, regionOf, type FailedDeliveries } from "../deliveries";
import { keyAllowsService, policyAllowsService, type ServiceCaller } from "../permissions";
import type { StoredResource } from "../store";
import type { FunctionInvoker, MetricSink, QueueSender, TopicPublisher, World } from "../world";
import { passesFilter, type MessageAttributes } from "./filterPolicy";
import { lambdaEvent, notification, type PublishedMessage } from "./message";

const topicType = "aws:sns/topic:Topic";
const topicPolicyType = "aws:sns/topicPolicy:TopicPolicy";
const subscriptionType = "aws:sns/topicSubscription:TopicSubscription";
const principal = "sns.amazonaws.com";

export interface TopicsDeps {
    readonly metrics: MetricSink;
    readonly queues: QueueSender;
    readonly functions: FunctionInvoker;
    readonly failures: FailedDeliveries;
}

/**
 * SNS's delivery to endpoints inside AWS: three tries at once, two a second apart, then further and
 * further apart for 23 days. https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
 */
const retries = {
    delaysMs: [50, 1000, 20_000],
    maximumRetries: 100_015,
    maximumAgeMs: 23 * 24 * 3_600_000,
} as const;

/** SNS: the account's topics and what is subscribed to them. */
export class Topics
    extends EventEmitter<{ publish: [PublishedMessage] }>
    implements TopicPublisher
{
    readonly #published: PublishedMessage[] = [];
    /** World times of the notifications that arrived. */
    readonly #deliveredMs: number[] = [];

    constructor(
        private readonly world: World,
        private readonly deps: TopicsDeps,
    ) {
        super();
        this.setMaxListeners(0);
    }

    /** Every message a topic took, oldest first. */
    published(): readonly PublishedMessage[] {
        return this.#published;
    }

    /** How many notifications arrived since then, each at one endpoint. */
    delivered(sinceMs = Number.NEGATIVE_INFINITY): number {
        return this.#deliveredMs.filter((atMs) => atMs >= sinceMs).length;
    }

    /**
     * Publishes as a service. A topic that refuses the service loses the message, which shows in
     * the failed deliveries and nowhere else, as on AWS.
     *
     * @param caller service principal
     * @param sourceArn what the service acts for
     * @returns the message's id; empty when the topic refused
     */
    publish(
        topicArn: string,
        message: string,
        subject: string | undefined,
        caller: string,
        sourceArn?: string,
    ): string {
        try {
            return this.publishAsService(topicArn, message, subject, {
                principal: caller,
                sourceArn,
            });
        } catch (error) {
            this.deps.failures.add(sourceArn ?? caller, topicArn, error);
            return "";
        }
    }

    /** @throws AwsError when there is no such topic, or its policy or its key does not let the service in */
    publishAsService(
        topicArn: string,
        message: string,
        subject: string | undefined,
        caller: ServiceCaller,
    ): string {
        const topic = this.#resource(topicArn);
        refuseUnreachable(this.world, topic.region, topic.region);
        const policy = this.policyOf(topic);
        const refusal = !policyAllowsService(this.world, policy, caller, "SNS:Publish", topicArn)
            ? new AwsError(
                  "AuthorizationError",
                  `Resource: ${caller.sourceArn ?? caller.principal} is not authorized to perform: SNS:Publish on resource: ${topicArn}`,
                  403,
              )
            : !keyAllowsService(
                    this.world,
                    topic.region,
                    text(topic.outputs, "kmsMasterKeyId"),
                    caller,
                )
              ? new AwsError(
                    "KMSAccessDenied",
                    `${caller.principal} may not use the key of topic ${topicArn}: its policy must allow kms:GenerateDataKey* and kms:Decrypt`,
                )
              : undefined;
        this.world.journal.add({
            atMs: this.world.clock.now(),
            caller: caller.principal,
            plane: "data",
            service: "sns",
            action: "Publish",
            region: topic.region,
            outcome: refusal === undefined ? "ok" : "refused",
        });
        if (refusal !== undefined) {
            throw refusal;
        }
        return this.accept(topicArn, message, subject, caller.principal);
    }

    /** What a topic lets whom do. */
    policyOf({ region, id, outputs }: StoredResource): string | undefined {
        const own = this.world.store.get(topicPolicyType, region, id);
        return text(own?.outputs, "policy") ?? text(outputs, "policy");
    }

    /**
     * Takes a message from somebody who may publish, and sends it on.
     *
     * @throws AwsError when there is no such topic
     */
    accept(
        topicArn: string,
        message: string,
        subject: string | undefined,
        publisher: string,
        attributes: MessageAttributes = {},
    ): string {
        const topic = this.#resource(topicArn);
        const published: PublishedMessage = {
            id: randomUUID(),
            topicArn,
            message,
            subject,
            publisher,
            atMs: this.world.clock.now(),
        };
        this.#published.push(published);
        this.#count(topic, "NumberOfMessagesPublished");
        for (const subscription of this.#subscriptions(topicArn)) {
            const { outputs } = subscription;
            const scope =
                text(outputs, "filterPolicyScope") === "MessageBody"
                    ? "MessageBody"
                    : "MessageAttributes";
            if (passesFilter(text(outputs, "filterPolicy"), scope, message, attributes)) {
                this.#deliver(topic, subscription, published, attributes);
            }
        }
        this.emit("publish", published);
        return published.id;
    }

    #deliver(
        topic: StoredResource,
        subscription: StoredResource,
        published: PublishedMessage,
        attributes: MessageAttributes,
    ): void {
        const { outputs } = subscription;
        const endpoint = text(outputs, "endpoint") ?? "";
        const { topicArn } = published;
        const send =
            text(outputs, "protocol") === "lambda"
                ? () =>
                      this.deps.functions.invokeAsync(
                          endpoint,
                          lambdaEvent(subscription.id, published, attributes),
                          principal,
                          topicArn,
                      )
                : () =>
                      this.deps.queues.send(
                          endpoint,
                          outputs["rawMessageDelivery"] === true
                              ? published.message
                              : JSON.stringify(notification(published, attributes)),
                          principal,
                          topicArn,
                      );
        deliver(this.world, {
            ...retries,
            attempt: () => {
                refuseUnreachable(this.world, topic.region, regionOf(endpoint));
                send();
                this.#count(topic, "NumberOfNotificationsDelivered");
                this.#deliveredMs.push(this.world.clock.now());
            },
            onGivenUp: (error) => {
                this.#count(topic, "NumberOfNotificationsFailed");
                this.deps.failures.add(topicArn, endpoint, error);
                this.#deadLetter(subscription, published, attributes);
            },
        });
    }

    #deadLetter(
        subscription: StoredResource,
        published: PublishedMessage,
        attributes: MessageAttributes,
    ): void {
        const redrive = text(subscription.outputs, "redrivePolicy");
        if (redrive === undefined) {
            return;
        }
        const { deadLetterTargetArn } = JSON.parse(redrive) as { deadLetterTargetArn: string };
        try {
            this.deps.queues.send(
                deadLetterTargetArn,
                JSON.stringify(notification(published, attributes)),
                principal,
                published.topicArn,
            );
            this.deps.failures.keep(published.topicArn, deadLetterTargetArn);
        } catch (error) {
            this.deps.failures.add(published.topicArn, deadLetterTargetArn, error);
        }
    }

    /** Those that deliver inside AWS; nobody confirms an e-mail address here. */
    #subscriptions(topicArn: string): readonly StoredResource[] {
        return this.world.store
            .list(subscriptionType)
            .filter(
                ({ outputs }) =>
                    text(outputs, "topic") === topicArn &&
                    ["sqs", "lambda"].includes(text(outputs, "protocol") ?? ""),
            );
    }

    #resource(topicArn: string): StoredResource {
        const topic = this.world.store.get(topicType, regionOf(topicArn), topicArn);
        if (topic === undefined) {
            throw new AwsError("NotFound", "Topic does not exist", 404);
        }
        return topic;
    }

    #count(topic: StoredResource, metric: string): void {
        this.deps.metrics.put({
            region: topic.region,
            namespace: "AWS/SNS",
            metric,
            dimensions: { TopicName: text(topic.outputs, "name") ?? "" },
            value: 1,
        });
    }
}
