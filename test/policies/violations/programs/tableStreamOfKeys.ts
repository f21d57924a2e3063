// Refused by AWS: wishes
// Caught by recovery-table-stream: wishes
import * as aws from "@pulumi/aws";

const kmsKeyArn = (region: string) => `arn:aws:kms:${region}:111122223333:alias/data`;

new aws.dynamodb.Table("wishes", {
    billingMode: "PAY_PER_REQUEST",
    hashKey: "id",
    attributes: [{ name: "id", type: "S" }],
    streamEnabled: true,
    // The mailer needs no more.
    streamViewType: "KEYS_ONLY",
    serverSideEncryption: { enabled: true, kmsKeyArn: kmsKeyArn("eu-west-1") },
    pointInTimeRecovery: { enabled: true },
    deletionProtectionEnabled: true,
    replicas: [
        { regionName: "us-east-1", kmsKeyArn: kmsKeyArn("us-east-1"), pointInTimeRecovery: true },
    ],
});
