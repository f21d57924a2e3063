// Caught by encryption-cache-in-transit: sessions
import * as aws from "@pulumi/aws";

new aws.elasticache.ReplicationGroup("sessions", {
    description: "sessions",
    engine: "valkey",
    nodeType: "cache.r7g.large",
    numCacheClusters: 2,
    automaticFailoverEnabled: true,
    multiAzEnabled: true,
    subnetGroupName: "caches",
    securityGroupIds: ["sg-0a1b2c3d4e5f60001"],
    atRestEncryptionEnabled: true,
    kmsKeyId: "arn:aws:kms:eu-west-1:111122223333:key/5c7f2a10-6b1e-4f60-8a55-0d1d7b2f9e01",
    transitEncryptionEnabled: true,
    // until the last PHP client is gone
    transitEncryptionMode: "preferred",
    userGroupIds: ["sessions"],
    snapshotRetentionLimit: 1,
});
