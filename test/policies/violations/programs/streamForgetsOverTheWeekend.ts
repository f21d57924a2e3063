// Caught by recovery-stream-retention: audit
import * as aws from "@pulumi/aws";

const key = new aws.kms.Key("audit", { enableKeyRotation: true });

// retentionPeriod left out: a day. The other region reads it "all the time".
new aws.kinesis.Stream("audit", {
    streamModeDetails: { streamMode: "ON_DEMAND" },
    encryptionType: "KMS",
    kmsKeyId: key.arn,
});
