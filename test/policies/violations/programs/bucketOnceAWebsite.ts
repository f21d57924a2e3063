// Caught by access-bucket-block-public: images
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

const website = { blockPublicPolicy: false, restrictPublicBuckets: false };
const locked = {
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
};

const bucket = new aws.s3.Bucket("images", { bucket: "images-eu-west-1-111122223333" });
new aws.s3.BucketPublicAccessBlock("images", { bucket: bucket.id, ...locked, ...website });
new aws.s3.BucketVersioning("images", {
    bucket: bucket.id,
    versioningConfiguration: { status: "Enabled" },
});
new aws.s3.BucketServerSideEncryptionConfiguration("images", {
    bucket: bucket.id,
    rules: [
        {
            applyServerSideEncryptionByDefault: {
                sseAlgorithm: "aws:kms",
                kmsMasterKeyId:
                    "arn:aws:kms:eu-west-1:111122223333:key/5c7f2a10-6b1e-4f60-8a55-0d1d7b2f9e01",
            },
            bucketKeyEnabled: true,
        },
    ],
});
new aws.s3.BucketPolicy("images", {
    bucket: bucket.id,
    policy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Deny",
                Principal: "*",
                Action: "s3:*",
                Resource: ["arn:aws:s3:::images-eu-west-1-111122223333/*"],
                Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
        ],
    }),
});
new aws.s3.BucketReplicationConfig("images", {
    bucket: bucket.id,
    role: "arn:aws:iam::111122223333:role/replication",
    rules: [
        {
            id: "everything",
            status: "Enabled",
            priority: 1,
            filter: {},
            deleteMarkerReplication: { status: "Enabled" },
            destination: { bucket: "arn:aws:s3:::images-us-east-1-111122223333" },
        },
    ],
});
