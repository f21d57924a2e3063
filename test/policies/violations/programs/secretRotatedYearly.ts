// Caught by encryption-secret-rotation: partner, partner-rotation
import * as aws from "@pulumi/aws";

const kmsKeyId = "arn:aws:kms:eu-west-1:111122223333:key/5c7f2a10-6b1e-4f60-8a55-0d1d7b2f9e01";

// The partner changes it by mail.
new aws.secretsmanager.Secret("partner", { kmsKeyId });

const own = new aws.secretsmanager.Secret("webhook", { kmsKeyId });
new aws.secretsmanager.SecretRotation("partner-rotation", {
    secretId: own.id,
    rotationLambdaArn: "arn:aws:lambda:eu-west-1:111122223333:function:rotate",
    rotationRules: { automaticallyAfterDays: 365 },
});
