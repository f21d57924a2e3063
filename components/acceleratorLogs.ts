import * as kms from "@pulumi/aws/kms";
import * as pulumi from "@pulumi/pulumi";

import { administration, bucketUse } from "./keyPolicies";
import { LockedBucket } from "./lockedBucket";
import { onBehalfOf, policyDocument, type Statement } from "./policyDocument";

export interface AcceleratorLogsArgs {
    readonly accountId: string;
    /** Region of the bucket: the stack's own. */
    readonly region: string;
    readonly logRetentionDays: number;
    readonly deletionProtection: boolean;
}

/** The service that writes them; they come from the accelerators' home, wherever the bucket is. */
const writer = { Service: "delivery.logs.amazonaws.com" };

/**
 * Where an accelerator's flow logs go: a locked bucket, encrypted with a key of its own.
 *
 * @see https://docs.aws.amazon.com/global-accelerator/latest/dg/monitoring-global-accelerator.flow-logs.html
 */
export class AcceleratorLogs extends pulumi.ComponentResource {
    readonly bucketName: pulumi.Output<string>;
    readonly prefix = "direct";

    constructor(name: string, args: AcceleratorLogsArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:AcceleratorLogs", name, {}, opts);

        const ours = onBehalfOf(args.accountId, `arn:aws:logs:*:${args.accountId}:*`);
        const bucket = new LockedBucket(
            name,
            {
                bucketName: `meridian-accelerator-logs-${args.accountId}`,
                kmsKeyArn: this.createKey(name, args, ours),
                statements: (bucketArn) => [
                    {
                        Sid: "DeliverLogs",
                        Effect: "Allow",
                        Principal: writer,
                        Action: "s3:PutObject",
                        Resource: pulumi.interpolate`${bucketArn}/${this.prefix}/AWSLogs/${args.accountId}/*`,
                        // Nothing about ACLs, which the bucket does not have and a writer need not send.
                        Condition: ours,
                    },
                    {
                        Sid: "CheckTheOwner",
                        Effect: "Allow",
                        Principal: writer,
                        Action: "s3:GetBucketAcl",
                        Resource: bucketArn,
                        Condition: ours,
                    },
                ],
                expireAfterDays: args.logRetentionDays,
                expireOldVersionsAfterDays: 1,
                deletionProtection: args.deletionProtection,
            },
            { parent: this },
        );

        this.bucketName = bucket.bucketName;
        this.registerOutputs({ bucketName: this.bucketName });
    }

    private createKey(
        name: string,
        args: AcceleratorLogsArgs,
        ours: NonNullable<Statement["Condition"]>,
    ): pulumi.Output<string> {
        const key = new kms.Key(
            name,
            {
                description: "meridian accelerator logs",
                enableKeyRotation: true,
                rotationPeriodInDays: 365,
                deletionWindowInDays: 30,
                policy: policyDocument([
                    administration(args.accountId),
                    // Whoever may read the bucket's objects.
                    bucketUse(args.region, args.accountId),
                    {
                        Sid: "LogsEncrypt",
                        Effect: "Allow",
                        Principal: writer,
                        // Parts of a large object are decrypted to be put together.
                        Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
                        Resource: "*",
                        Condition: ours,
                    },
                ]),
            },
            { parent: this, protect: args.deletionProtection },
        );
        new kms.Alias(
            name,
            { name: "alias/meridian-accelerator-logs", targetKeyId: key.keyId },
            { parent: this },
        );
        return key.arn;
    }
}
