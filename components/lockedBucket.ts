import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";

import { denyWithoutTls, policyDocument, type Statement } from "./policyDocument";

export interface LockedBucketArgs {
    readonly bucketName: string;
    /** Grants beside the account's own IAM policies, for the bucket of this ARN. */
    readonly statements: (bucketArn: pulumi.Output<string>) => readonly Statement[];
    /** Key of ours that encrypts it. @default S3 itself encrypts, for those who cannot use a KMS key */
    readonly kmsKeyArn?: pulumi.Input<string>;
    /** Days after which objects go; they stay when it is absent. */
    readonly expireAfterDays?: number;
    /** Days after which replaced and deleted versions go. */
    readonly expireOldVersionsAfterDays: number;
    /** Off, the bucket can be destroyed with everything in it. */
    readonly deletionProtection: boolean;
}

/**
 * A versioned bucket without ACLs or public access, reached over TLS only. Encrypted by a key of ours,
 * or by S3 itself (SSE-S3) for anonymous health checkers and the load balancers' log delivery, which
 * cannot use a KMS key.
 */
export class LockedBucket extends pulumi.ComponentResource {
    /** Known only once everything that guards the bucket is in force. */
    readonly bucketName: pulumi.Output<string>;
    /** `<bucket>.s3.<region>.amazonaws.com`. */
    readonly host: pulumi.Output<string>;

    constructor(name: string, args: LockedBucketArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:LockedBucket", name, {}, opts);

        const bucket = new s3.Bucket(
            name,
            { bucket: args.bucketName, forceDestroy: !args.deletionProtection },
            { parent: this, protect: args.deletionProtection },
        );
        const guards = [
            new s3.BucketOwnershipControls(
                name,
                { bucket: bucket.id, rule: { objectOwnership: "BucketOwnerEnforced" } },
                { parent: this },
            ),
            new s3.BucketVersioning(
                name,
                { bucket: bucket.id, versioningConfiguration: { status: "Enabled" } },
                { parent: this },
            ),
            new s3.BucketServerSideEncryptionConfiguration(
                name,
                {
                    bucket: bucket.id,
                    rules: [
                        args.kmsKeyArn === undefined
                            ? { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }
                            : {
                                  applyServerSideEncryptionByDefault: {
                                      sseAlgorithm: "aws:kms",
                                      kmsMasterKeyId: args.kmsKeyArn,
                                  },
                                  // One call to the key a while, and not one an object.
                                  bucketKeyEnabled: true,
                              },
                    ],
                },
                { parent: this },
            ),
            this.createPolicy(name, args, bucket),
        ];
        this.createLifecycle(name, args, bucket);

        this.bucketName = pulumi
            .all([bucket.id, guards.map((guard) => guard.id)])
            .apply(([id]) => id);
        this.host = bucket.bucketRegionalDomainName;
        this.registerOutputs({ bucketName: this.bucketName, host: this.host });
    }

    private createPolicy(name: string, args: LockedBucketArgs, bucket: s3.Bucket): s3.BucketPolicy {
        const block = new s3.BucketPublicAccessBlock(
            name,
            {
                bucket: bucket.id,
                blockPublicAcls: true,
                blockPublicPolicy: true,
                ignorePublicAcls: true,
                restrictPublicBuckets: true,
            },
            { parent: this },
        );
        return new s3.BucketPolicy(
            name,
            {
                bucket: bucket.id,
                policy: policyDocument([
                    denyWithoutTls("s3:*", [bucket.arn, pulumi.interpolate`${bucket.arn}/*`]),
                    ...args.statements(bucket.arn),
                ]),
            },
            // The block judges a policy when it is put: it has to be there first.
            { parent: this, dependsOn: block },
        );
    }

    private createLifecycle(name: string, args: LockedBucketArgs, bucket: s3.Bucket): void {
        new s3.BucketLifecycleConfiguration(
            name,
            {
                bucket: bucket.id,
                rules: [
                    {
                        id: "expire",
                        status: "Enabled",
                        filter: { prefix: "" },
                        noncurrentVersionExpiration: {
                            noncurrentDays: args.expireOldVersionsAfterDays,
                        },
                        abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
                        ...(args.expireAfterDays === undefined
                            ? {}
                            : { expiration: { days: args.expireAfterDays } }),
                    },
                ],
            },
            { parent: this },
        );
    }
}
