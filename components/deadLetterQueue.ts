import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as sqs from "@pulumi/aws/sqs";
import * as pulumi from "@pulumi/pulumi";

import { denyWithoutTls, onBehalfOf, policyDocument, type Statement } from "./policyDocument";

export interface DeadLetterQueueArgs {
    readonly region: string;
    readonly accountId: string;
    /** Physical name, `meridian-...`. */
    readonly queueName: string;
    readonly keyArn: pulumi.Input<string>;
    /** Told when anything arrives. */
    readonly alarmTopicArn: pulumi.Input<string>;
    /** Whether EventBridge and SNS send to it; functions send as their roles may. */
    readonly rulesSend: boolean;
}

/** Where events go that nobody could handle, with an alarm on the first one. */
export class DeadLetterQueue extends pulumi.ComponentResource {
    /** Known only once EventBridge and SNS may send to it. */
    readonly arn: pulumi.Output<string>;
    readonly url: pulumi.Output<string>;

    constructor(name: string, args: DeadLetterQueueArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:DeadLetterQueue", name, {}, opts);

        const queue = new sqs.Queue(
            name,
            {
                name: args.queueName,
                kmsMasterKeyId: args.keyArn,
                messageRetentionSeconds: 14 * 24 * 3600,
            },
            { parent: this },
        );
        const policy = new sqs.QueuePolicy(
            name,
            {
                queueUrl: queue.url,
                policy: policyDocument([
                    denyWithoutTls("sqs:*", queue.arn),
                    ...(args.rulesSend
                        ? [rulesSend(args, queue.arn), topicsSend(args, queue.arn)]
                        : []),
                ]),
            },
            { parent: this },
        );
        new cloudwatch.MetricAlarm(
            name,
            {
                name: args.queueName,
                alarmDescription: `Events ended in ${args.queueName}: read them, mend the cause, send them again`,
                namespace: "AWS/SQS",
                metricName: "ApproximateNumberOfMessagesVisible",
                dimensions: { QueueName: queue.name },
                statistic: "Maximum",
                period: 60,
                evaluationPeriods: 1,
                datapointsToAlarm: 1,
                comparisonOperator: "GreaterThanThreshold",
                threshold: 0,
                // An idle queue stops reporting: silence is good news here.
                treatMissingData: "notBreaching",
                alarmActions: [args.alarmTopicArn],
                tags: { "meridian:signal": "automation" },
            },
            { parent: this },
        );

        this.arn = pulumi.all([queue.arn, policy.id]).apply(([arn]) => arn);
        this.url = queue.url;
        this.registerOutputs({ arn: this.arn, url: this.url });
    }
}

function rulesSend(args: DeadLetterQueueArgs, queueArn: pulumi.Input<string>): Statement {
    return {
        Sid: "RulesSend",
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: queueArn,
        Condition: onBehalfOf(
            args.accountId,
            `arn:aws:events:${args.region}:${args.accountId}:rule/meridian-*`,
        ),
    };
}

function topicsSend(args: DeadLetterQueueArgs, queueArn: pulumi.Input<string>): Statement {
    return {
        Sid: "TopicsSend",
        Effect: "Allow",
        Principal: { Service: "sns.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: queueArn,
        Condition: onBehalfOf(
            args.accountId,
            `arn:aws:sns:${args.region}:${args.accountId}:meridian-*`,
        ),
    };
}
