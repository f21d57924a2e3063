import * as sns from "@pulumi/aws/sns";
import * as pulumi from "@pulumi/pulumi";

import { denyWithoutTls, onBehalfOf, policyDocument } from "./policyDocument";

export interface NoticeTopicArgs {
    readonly region: string;
    readonly accountId: string;
    /** Physical name, `meridian-...`: the key policy goes by it. */
    readonly topicName: string;
    readonly displayName: string;
    readonly keyArn: pulumi.Input<string>;
    /** Whether the region's alarms may publish; others need an IAM policy of their own. */
    readonly alarmsPublish: boolean;
    /** Whether the region's buckets may publish their events. @default false */
    readonly bucketsPublish?: boolean;
    /** People to tell; each has to confirm. */
    readonly emails: readonly string[];
}

/** An encrypted topic for one kind of notice, reached over TLS only. */
export class NoticeTopic extends pulumi.ComponentResource {
    /** Known only once its policy is in force. */
    readonly arn: pulumi.Output<string>;

    constructor(name: string, args: NoticeTopicArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:NoticeTopic", name, {}, opts);

        const topic = new sns.Topic(
            name,
            {
                name: args.topicName,
                displayName: args.displayName,
                kmsMasterKeyId: args.keyArn,
                signatureVersion: 2,
            },
            { parent: this },
        );
        const policy = new sns.TopicPolicy(
            name,
            {
                arn: topic.arn,
                policy: policyDocument([
                    denyWithoutTls("sns:Publish", topic.arn),
                    ...(args.alarmsPublish
                        ? [
                              {
                                  Sid: "AlarmsPublish",
                                  Effect: "Allow",
                                  Principal: { Service: "cloudwatch.amazonaws.com" },
                                  Action: "sns:Publish",
                                  Resource: topic.arn,
                                  Condition: onBehalfOf(
                                      args.accountId,
                                      `arn:aws:cloudwatch:${args.region}:${args.accountId}:alarm:meridian-*`,
                                  ),
                              } as const,
                          ]
                        : []),
                    ...(args.bucketsPublish === true
                        ? [
                              {
                                  Sid: "BucketsPublish",
                                  Effect: "Allow",
                                  Principal: { Service: "s3.amazonaws.com" },
                                  Action: "sns:Publish",
                                  Resource: topic.arn,
                                  Condition: onBehalfOf(
                                      args.accountId,
                                      `arn:aws:s3:::meridian-*-${args.region}-${args.accountId}`,
                                  ),
                              } as const,
                          ]
                        : []),
                ]),
            },
            { parent: this },
        );
        for (const email of args.emails) {
            new sns.TopicSubscription(
                `${name}-${email}`,
                { topic: topic.arn, protocol: "email", endpoint: email },
                { parent: this },
            );
        }

        this.arn = pulumi.all([topic.arn, policy.id]).apply(([arn]) => arn);
        this.registerOutputs({ arn: this.arn });
    }
}
