// Caught by recovery-table-backup-plan: addresses
import * as aws from "@pulumi/aws";

const kmsKeyArn = "arn:aws:kms:eu-west-1:111122223333:alias/data";

["customers", "addresses"].map(
    (name) =>
        new aws.dynamodb.Table(name, {
            name,
            billingMode: "PAY_PER_REQUEST",
            hashKey: "id",
            attributes: [{ name: "id", type: "S" }],
            serverSideEncryption: { enabled: true, kmsKeyArn },
            pointInTimeRecovery: { enabled: true },
            deletionProtectionEnabled: true,
            // The plan goes by tags.
            tags: name === "customers" ? { Backup: "daily" } : { backup: "daily" },
        }),
);

new aws.backup.Selection("daily", {
    planId: "0f7c1f0e-7a4f-4c0e-9a0b-3f8c1f5f6a01",
    iamRoleArn: "arn:aws:iam::111122223333:role/backup",
    selectionTags: [{ type: "STRINGEQUALS", key: "Backup", value: "daily" }],
});
