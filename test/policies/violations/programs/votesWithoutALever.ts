// Caught by encryption-bucket-customer-managed-key: votes
// Caught by recovery-bucket-replication: votes
// Caught by votes-bucket: votes
import * as aws from "@pulumi/aws";

const name = "votes-eu-west-1-111122223333";
const votes = new aws.s3.Bucket("votes", { bucket: name });
const bucket = votes.id;

new aws.s3.BucketPublicAccessBlock("votes", {
    bucket,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
});
new aws.s3.BucketVersioning("votes", {
    bucket,
    versioningConfiguration: { status: "Enabled" },
});
new aws.s3.BucketPolicy("votes", {
    bucket,
    policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Deny",
                Principal: "*",
                Action: "s3:*",
                Resource: [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`],
                Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
            {
                Effect: "Allow",
                Principal: "*",
                Action: "s3:GetObject",
                Resource: `arn:aws:s3:::${name}/votes/*`,
                Condition: { IpAddress: { "aws:SourceIp": ["15.177.0.0/18"] } },
            },
        ],
    }),
});
new aws.s3.BucketObjectv2("us-east-1", { bucket, key: "votes/us-east-1", content: "in-service" });
