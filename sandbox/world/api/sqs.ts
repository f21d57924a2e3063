import { createHash } from "node:crypto";

import { AwsError } from "../../aws/awsError";
import { text } from "../../aws/support/known";
import type { Queues } from "../queues/queues";
import type { ReceivedMessage } from "../queues/queue";
import { refuseRole } from "../messageAccess";
import type { World } from "../world";
import { callerRole } from "./callerRole";
import { jsonResponse, notImplemented } from "./errors";
import type { ApiCall, ApiHandler, ApiRequest, ApiResponse } from "./handler";
import { actionOf } from "./server";

interface SqsInput {
    readonly QueueUrl?: string;
    readonly QueueName?: string;
    readonly MessageBody?: string;
    readonly MessageAttributes?: Readonly<Record<string, unknown>>;
    readonly DelaySeconds?: number;
    readonly MaxNumberOfMessages?: number;
    readonly VisibilityTimeout?: number;
    readonly WaitTimeSeconds?: number;
    readonly ReceiptHandle?: string;
    readonly QueueNamePrefix?: string;
}

/** SQS's JSON API over the world's queues. */
export class SqsApi implements ApiHandler {
    readonly service = "sqs";
    readonly protocol = "json";

    constructor(
        private readonly world: World,
        private readonly queues: Queues,
    ) {}

    describe(request: ApiRequest): ApiCall {
        const action = actionOf(request);
        return { action, plane: /Message|PurgeQueue/.test(action) ? "data" : "control" };
    }

    async handle(request: ApiRequest): Promise<ApiResponse> {
        const action = actionOf(request);
        const input = JSON.parse(request.body.toString("utf8") || "{}") as SqsInput;
        this.#refuseRole(request, action, input);
        return jsonResponse(await this.#run(request.region, action, input));
    }

    /** Sending takes a new data key, and reading opens one: messages of a queue share it for a while. */
    #refuseRole({ region, headers }: ApiRequest, action: string, input: SqsInput): void {
        const resource = this.#arn(region, input);
        const queue = this.queues.find(resource);
        refuseRole(this.world, callerRole(headers), {
            service: "sqs",
            region,
            action,
            resource,
            policy: queue && this.queues.policyOf(queue),
            keyReference: text(queue?.outputs, "kmsMasterKeyId"),
            keyActions:
                action === "SendMessage"
                    ? ["kms:GenerateDataKey", "kms:Decrypt"]
                    : action === "ReceiveMessage"
                      ? ["kms:Decrypt"]
                      : [],
        });
    }

    async #run(region: string, action: string, input: SqsInput): Promise<unknown> {
        const arn = this.#arn(region, input);
        switch (action) {
            case "SendMessage": {
                const body = input.MessageBody ?? "";
                return {
                    MessageId: this.queues.put(
                        arn,
                        body,
                        input.MessageAttributes,
                        input.DelaySeconds,
                    ),
                    MD5OfMessageBody: md5(body),
                };
            }
            case "ReceiveMessage": {
                const received = await this.queues.receive(
                    arn,
                    Math.min(10, Math.max(1, input.MaxNumberOfMessages ?? 1)),
                    input.VisibilityTimeout,
                    input.WaitTimeSeconds,
                );
                return received.length === 0 ? {} : { Messages: received.map(asMessage) };
            }
            case "DeleteMessage":
                this.queues.open(arn).delete(input.ReceiptHandle ?? "");
                return {};
            case "ChangeMessageVisibility": {
                const changed = this.queues
                    .open(arn)
                    .changeVisibility(
                        input.ReceiptHandle ?? "",
                        1000 * (input.VisibilityTimeout ?? 0),
                        this.world.clock.now(),
                    );
                if (!changed) {
                    throw new AwsError(
                        "com.amazonaws.sqs#MessageNotInflight",
                        "The specified message isn't in flight.",
                    );
                }
                return {};
            }
            case "PurgeQueue":
                this.queues.open(arn).purge();
                return {};
            case "GetQueueUrl":
                this.queues.open(arn);
                return { QueueUrl: this.queues.find(arn)?.id };
            case "GetQueueAttributes":
                return { Attributes: this.#attributes(arn) };
            case "ListQueues":
                return {
                    QueueUrls: this.world.store
                        .list("aws:sqs/queue:Queue", region)
                        .filter(({ outputs }) =>
                            (text(outputs, "name") ?? "").startsWith(input.QueueNamePrefix ?? ""),
                        )
                        .map(({ id }) => id),
                };
            default:
                throw notImplemented("sqs", action);
        }
    }

    #arn(region: string, input: SqsInput): string {
        const name = input.QueueName ?? input.QueueUrl?.split("/").pop() ?? "";
        return `arn:aws:sqs:${region}:${this.world.accountId}:${name}`;
    }

    #attributes(arn: string): Readonly<Record<string, string>> {
        this.queues.open(arn);
        const { visible, delayed, inFlight } = this.queues.counts(arn);
        return {
            QueueArn: arn,
            ApproximateNumberOfMessages: String(visible),
            ApproximateNumberOfMessagesDelayed: String(delayed),
            ApproximateNumberOfMessagesNotVisible: String(inFlight),
        };
    }
}

function asMessage(message: ReceivedMessage): Record<string, unknown> {
    return {
        MessageId: message.id,
        ReceiptHandle: message.receiptHandle,
        Body: message.body,
        MD5OfBody: md5(message.body),
        MessageAttributes: message.attributes,
        Attributes: {
            SentTimestamp: String(Math.floor(message.sentMs)),
            ApproximateReceiveCount: String(message.receiveCount),
            ApproximateFirstReceiveTimestamp: String(Math.floor(message.firstReceivedMs)),
        },
    };
}

function md5(value: string): string {
    return createHash("md5").update(value).digest("hex");
}
