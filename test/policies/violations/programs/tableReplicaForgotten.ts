// Caught by recovery-table-point-in-time: sessions
import * as aws from "@pulumi/aws";

const protectedBy = (region: string) => ({
    regionName: region,
    kmsKeyArn: `arn:aws:kms:${region}:111122223333:alias/data`,
    pointInTimeRecovery: true,
});

const sessions = new aws.dynamodb.Table("sessions", {
    billingMode: "PAY_PER_REQUEST",
    hashKey: "id",
    attributes: [{ name: "id", type: "S" }],
    streamEnabled: true,
    streamViewType: "NEW_AND_OLD_IMAGES",
    serverSideEncryption: {
        enabled: true,
        kmsKeyArn: "arn:aws:kms:eu-west-1:111122223333:alias/data",
    },
    pointInTimeRecovery: { enabled: true },
    deletionProtectionEnabled: true,
    // ap-south-1 was added in a hurry when India launched.
    replicas: [
        protectedBy("us-east-1"),
        { ...protectedBy("ap-south-1"), pointInTimeRecovery: false },
    ],
});
new aws.backup.Selection("sessions", {
    planId: "0f7c1f0e-7a4f-4c0e-9a0b-3f8c1f5f6a01",
    iamRoleArn: "arn:aws:iam::111122223333:role/backup",
    resources: [sessions.arn],
});
