import * as sns from "@pulumi/aws/sns";
import * as sqs from "@pulumi/aws/sqs";
import * as pulumi from "@pulumi/pulumi";

import { denyWithoutTls, policyDocument } from "./policyDocument";

export interface NoticeInboxArgs {
    /** By the role of the topic in this component's names. */
    readonly topics: Readonly<Record<string, pulumi.Input<string>>>;
    readonly keyArn: pulumi.Input<string>;
    /** Queue for notices that could not be put here. */
    readonly deadLetterArn: pulumi.Input<string>;
}

/**
 * Keeps every notice for 14 days, whether or not anybody was subscribed when it was published: where
 * to look first after a bad night, and what a tool of yours may read from.
 */
export class NoticeInbox extends pulumi.ComponentResource {
    readonly queueArn: pulumi.Output<string>;
    readonly queueUrl: pulumi.Output<string>;

    constructor(name: string, args: NoticeInboxArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:NoticeInbox", name, {}, opts);

        const queue = new sqs.Queue(
            name,
            {
                name: "meridian-notices",
                kmsMasterKeyId: args.keyArn,
                messageRetentionSeconds: 14 * 24 * 3600,
            },
            { parent: this },
        );
        const topics = Object.entries(args.topics).sort(([a], [b]) => (a < b ? -1 : 1));
        const policy = new sqs.QueuePolicy(
            name,
            {
                queueUrl: queue.url,
                policy: policyDocument([
                    denyWithoutTls("sqs:*", queue.arn),
                    {
                        Sid: "TopicsDeliver",
                        Effect: "Allow",
                        Principal: { Service: "sns.amazonaws.com" },
                        Action: "sqs:SendMessage",
                        Resource: queue.arn,
                        Condition: {
                            ArnEquals: { "aws:SourceArn": topics.map(([, arn]) => arn) },
                        },
                    },
                ]),
            },
            { parent: this },
        );
        for (const [role, topic] of topics) {
            new sns.TopicSubscription(
                `${name}-${role}`,
                {
                    topic,
                    protocol: "sqs",
                    endpoint: queue.arn,
                    rawMessageDelivery: true,
                    redrivePolicy: pulumi.jsonStringify({
                        deadLetterTargetArn: args.deadLetterArn,
                    }),
                },
                { parent: this, dependsOn: policy },
            );
        }

        this.queueArn = queue.arn;
        this.queueUrl = queue.url;
        this.registerOutputs({ queueArn: this.queueArn, queueUrl: this.queueUrl });
    }
}
