import type { MessageAttributes } from "./filterPolicy";

/** A message that a topic took. */
export interface PublishedMessage {
    readonly id: string;
    readonly topicArn: string;
    readonly message: string;
    readonly subject: string | undefined;
    /** Service principal, or the caller's place, such as `region:eu-west-1`. */
    readonly publisher: string;
    /** World time, milliseconds since the epoch. */
    readonly atMs: number;
}

/** What a queue gets of a message, unless its subscription asks for the message alone. */
export function notification(
    published: PublishedMessage,
    attributes: MessageAttributes,
): Readonly<Record<string, unknown>> {
    return {
        Type: "Notification",
        MessageId: published.id,
        TopicArn: published.topicArn,
        ...(published.subject === undefined ? {} : { Subject: published.subject }),
        Message: published.message,
        Timestamp: new Date(published.atMs).toISOString(),
        ...(Object.keys(attributes).length === 0
            ? {}
            : {
                  MessageAttributes: Object.fromEntries(
                      Object.entries(attributes).map(([name, { type, value }]) => [
                          name,
                          { Type: type, Value: value },
                      ]),
                  ),
              }),
    };
}

/** What a function gets. https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export function lambdaEvent(
    subscriptionArn: string,
    published: PublishedMessage,
    attributes: MessageAttributes,
): Readonly<Record<string, unknown>> {
    return {
        Records: [
            {
                EventSource: "aws:sns",
                EventVersion: "1.0",
                EventSubscriptionArn: subscriptionArn,
                Sns: {
                    Subject: null,
                    MessageAttributes: {},
                    ...notification(published, attributes),
                },
            },
        ],
    };
}
