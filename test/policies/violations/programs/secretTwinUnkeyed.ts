// Caught by encryption-secret-replica-key: signing
import * as aws from "@pulumi/aws";

const key = (region: string) =>
    `arn:aws:kms:${region}:111122223333:key/5c7f2a10-6b1e-4f60-8a55-0d1d7b2f9e01`;

const signing = new aws.secretsmanager.Secret("signing", {
    kmsKeyId: key("eu-west-1"),
    replicas: [{ region: "us-east-1", kmsKeyId: key("us-east-1") }, { region: "ap-south-1" }],
});
new aws.secretsmanager.SecretRotation("signing", {
    secretId: signing.id,
    rotationLambdaArn: "arn:aws:lambda:eu-west-1:111122223333:function:rotate",
    rotationRules: { automaticallyAfterDays: 30 },
});
