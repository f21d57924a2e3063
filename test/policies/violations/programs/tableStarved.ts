// Caught by capacity-table-minimum: carts
import * as aws from "@pulumi/aws";

const key = (region: string) => `arn:aws:kms:${region}:111122223333:alias/data`;

const carts = new aws.dynamodb.Table("carts", {
    name: "carts",
    billingMode: "PROVISIONED",
    readCapacity: 200,
    writeCapacity: 25,
    hashKey: "id",
    attributes: [{ name: "id", type: "S" }],
    streamEnabled: true,
    streamViewType: "NEW_AND_OLD_IMAGES",
    serverSideEncryption: { enabled: true, kmsKeyArn: key("eu-west-1") },
    pointInTimeRecovery: { enabled: true },
    deletionProtectionEnabled: true,
    replicas: [{ regionName: "us-east-1", kmsKeyArn: key("us-east-1"), pointInTimeRecovery: true }],
});
new aws.backup.Selection("carts", {
    planId: "0f7c1f0e-7a4f-4c0e-9a0b-3f8c1f5f6a01",
    iamRoleArn: "arn:aws:iam::111122223333:role/backup",
    resources: [carts.arn],
});
