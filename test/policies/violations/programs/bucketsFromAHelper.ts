// Caught by encryption-bucket-customer-managed-key: uploads-encryption
// Caught by encryption-bucket-in-transit: uploads
// Caught by recovery-bucket-versioning: uploads
import * as aws from "@pulumi/aws";

interface Options {
    readonly versioned?: boolean;
}

function secureBucket(name: string, { versioned = false }: Options = {}): aws.s3.Bucket {
    const physical = `${name}-eu-west-1-111122223333`;
    const bucket = new aws.s3.Bucket(name, { bucket: physical });
    new aws.s3.BucketVersioning(`${name}-versioning`, {
        bucket: bucket.id,
        versioningConfiguration: { status: versioned ? "Enabled" : "Suspended" },
    });
    new aws.s3.BucketPublicAccessBlock(`${name}-private`, {
        bucket: bucket.id,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
    });
    new aws.s3.BucketServerSideEncryptionConfiguration(`${name}-encryption`, {
        bucket: bucket.id,
        // KMS! But whose key?
        rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } }],
    });
    new aws.s3.BucketPolicy(`${name}-tls`, {
        bucket: bucket.id,
        policy: JSON.stringify({
            Version: "2012-10-17",
            Statement: [
                {
                    Sid: "tls",
                    Effect: "Deny",
                    Principal: "*",
                    Action: "s3:*",
                    // covers the bucket and not what is in it
                    Resource: `arn:aws:s3:::${physical}`,
                    Condition: { Bool: { "aws:SecureTransport": "false" } },
                },
            ],
        }),
    });
    new aws.s3.BucketReplicationConfig(`${name}-replication`, {
        bucket: bucket.id,
        role: "arn:aws:iam::111122223333:role/replication",
        rules: [
            {
                status: "Enabled",
                priority: 1,
                filter: {},
                deleteMarkerReplication: { status: "Enabled" },
                destination: { bucket: `arn:aws:s3:::${name}-us-east-1-111122223333` },
            },
        ],
    });
    return bucket;
}

export const uploads = secureBucket("uploads").arn;
