import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

import { awsClient } from "../awsClient";
import { handlerPatience } from "./decisionStore";

/** The queue of what can never be handled. */
export class DeadLetters {
    readonly #client: SQSClient;

    constructor(
        private readonly queueUrl: string,
        region: string,
    ) {
        this.#client = new SQSClient({
            ...awsClient(region, handlerPatience),
            // The regional endpoint, as for every other service, and not what a queue's name says.
            useQueueUrlAsEndpoint: false,
        });
    }

    async send(letter: Readonly<Record<string, unknown>>): Promise<void> {
        await this.#client.send(
            new SendMessageCommand({
                QueueUrl: this.queueUrl,
                MessageBody: JSON.stringify(letter),
            }),
        );
    }
}
