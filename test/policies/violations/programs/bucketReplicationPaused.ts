// Caught by recovery-bucket-replication: receipts
import * as aws from "@pulumi/aws";

const name = "receipts-eu-west-1-111122223333";
const receipts = new aws.s3.Bucket("receipts", { bucket: name });
const bucket = receipts.id;

new aws.s3.BucketPublicAccessBlock("receipts", {
    bucket,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
});
new aws.s3.BucketVersioning("receipts", {
    bucket,
    versioningConfiguration: { status: "Enabled" },
});
new aws.s3.BucketServerSideEncryptionConfiguration("receipts", {
    bucket,
    rules: [
        {
            applyServerSideEncryptionByDefault: {
                sseAlgorithm: "aws:kms",
                kmsMasterKeyId: "alias/receipts",
            },
        },
    ],
});
new aws.s3.BucketPolicy("receipts", {
    bucket,
    policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: {
            Effect: "Deny",
            Principal: { AWS: "*" },
            Action: "s3:*",
            Resource: [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`],
            Condition: { Bool: { "aws:SecureTransport": "false" } },
        },
    }),
});

const paused = true; // while the other account's key is being sorted out
new aws.s3.BucketReplicationConfig("receipts", {
    bucket,
    role: "arn:aws:iam::111122223333:role/replication",
    rules: [
        {
            id: "to-frankfurt",
            status: paused ? "Disabled" : "Enabled",
            priority: 1,
            filter: { prefix: "" },
            deleteMarkerReplication: { status: "Disabled" },
            destination: { bucket: "arn:aws:s3:::receipts-eu-central-1-111122223333" },
        },
    ],
});
