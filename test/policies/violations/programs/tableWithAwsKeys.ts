// Caught by encryption-table-customer-managed-key: wishes
import * as aws from "@pulumi/aws";

const wishes = new aws.dynamodb.Table("wishes", {
    billingMode: "PAY_PER_REQUEST",
    hashKey: "id",
    attributes: [{ name: "id", type: "S" }],
    streamEnabled: true,
    streamViewType: "NEW_AND_OLD_IMAGES",
    serverSideEncryption: { enabled: true },
    pointInTimeRecovery: { enabled: true },
    deletionProtectionEnabled: true,
    replicas: [{ regionName: "us-east-1", pointInTimeRecovery: true }],
});
new aws.backup.Selection("wishes", {
    planId: "0f7c1f0e-7a4f-4c0e-9a0b-3f8c1f5f6a01",
    iamRoleArn: "arn:aws:iam::111122223333:role/backup",
    resources: [wishes.arn],
});
