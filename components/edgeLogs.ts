import type * as cloudfront from "@pulumi/aws/cloudfront";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";

import { administration, bucketUse, logsEncrypt } from "./keyPolicies";
import { LockedBucket } from "./lockedBucket";
import { onBehalfOf, policyDocument } from "./policyDocument";

export interface EdgeLogsArgs {
    readonly accountId: string;
    /** Where CloudFront's deliveries are set up: us-east-1. */
    readonly region: string;
    readonly logRetentionDays: number;
    readonly deletionProtection: boolean;
}

/**
 * Where the edge's logs go, and their key. Standard logs of the newer kind (v2), which CloudWatch's log
 * delivery writes by bucket policy: the older kind needs a bucket with ACLs, and a locked one has none.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html
 */
export class EdgeLogs extends pulumi.ComponentResource {
    readonly keyArn: pulumi.Output<string>;
    readonly bucketName: pulumi.Output<string>;
    readonly #args: EdgeLogsArgs;

    constructor(name: string, args: EdgeLogsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:EdgeLogs", name, {}, opts);
        this.#args = args;

        const source = `arn:aws:logs:${args.region}:${args.accountId}:delivery-source:*`;
        const delivery = { Service: "delivery.logs.amazonaws.com" };
        const key = new kms.Key(
            name,
            {
                region: args.region,
                description: "meridian edge logs",
                enableKeyRotation: true,
                rotationPeriodInDays: 365,
                deletionWindowInDays: 30,
                policy: policyDocument([
                    administration(args.accountId),
                    bucketUse(args.region, args.accountId),
                    logsEncrypt(args.region, args.accountId, ["aws-waf-logs-meridian-*"]),
                    {
                        Sid: "LogDeliveryWrites",
                        Effect: "Allow",
                        Principal: delivery,
                        Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
                        Resource: "*",
                        Condition: onBehalfOf(args.accountId, source),
                    },
                ]),
            },
            { parent: this, protect: args.deletionProtection },
        );
        const bucket = new LockedBucket(
            name,
            {
                bucketName: `meridian-edge-logs-${args.accountId}`,
                region: args.region,
                kmsKeyArn: key.arn,
                statements: (bucketArn) => [
                    {
                        Sid: "DeliverLogs",
                        Effect: "Allow",
                        Principal: delivery,
                        Action: "s3:PutObject",
                        Resource: pulumi.interpolate`${bucketArn}/AWSLogs/${args.accountId}/*`,
                        Condition: onBehalfOf(args.accountId, source),
                    },
                ],
                expireAfterDays: args.logRetentionDays,
                expireOldVersionsAfterDays: 1,
                deletionProtection: args.deletionProtection,
            },
            { parent: this },
        );

        this.keyArn = key.arn;
        this.bucketName = bucket.bucketName;
        this.registerOutputs({ keyArn: this.keyArn, bucketName: this.bucketName });
    }

    /** Sends a distribution's standard logs to the bucket. */
    deliver(name: string, distribution: cloudfront.Distribution): void {
        const { region } = this.#args;
        const source = new cloudwatch.LogDeliverySource(
            name,
            {
                region,
                name: "meridian-edge",
                logType: "ACCESS_LOGS",
                resourceArn: distribution.arn,
            },
            { parent: this },
        );
        const destination = new cloudwatch.LogDeliveryDestination(
            name,
            {
                region,
                name: "meridian-edge",
                outputFormat: "json",
                deliveryDestinationConfiguration: {
                    destinationResourceArn: pulumi.interpolate`arn:aws:s3:::${this.bucketName}`,
                },
            },
            { parent: this },
        );
        new cloudwatch.LogDelivery(
            name,
            {
                region,
                deliverySourceName: source.name,
                deliveryDestinationArn: destination.arn,
            },
            { parent: this },
        );
    }
}
