// Caught by encryption-storage-customer-managed-key: clicks
import * as aws from "@pulumi/aws";

const key = new aws.kms.Key("streams", { enableKeyRotation: true });

const encrypted = { encryptionType: "KMS", kmsKeyId: key.arn };
const streams: Record<string, aws.kinesis.StreamArgs> = {
    orders: { shardCount: 4, ...encrypted },
    clicks: { streamModeDetails: { streamMode: "ON_DEMAND" } },
};
for (const [name, args] of Object.entries(streams)) {
    new aws.kinesis.Stream(name, { retentionPeriod: 168, ...args });
}
