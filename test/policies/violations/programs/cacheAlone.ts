// Caught by recovery-cache-backup: rates
// Caught by recovery-cache-failover: rates
import * as aws from "@pulumi/aws";

// It is only a cache.
new aws.elasticache.ReplicationGroup("rates", {
    description: "exchange rates",
    engine: "redis",
    nodeType: "cache.t4g.micro",
    numCacheClusters: 1,
    subnetGroupName: "caches",
    securityGroupIds: ["sg-0a1b2c3d4e5f60001"],
    atRestEncryptionEnabled: true,
    kmsKeyId: "arn:aws:kms:eu-west-1:111122223333:key/5c7f2a10-6b1e-4f60-8a55-0d1d7b2f9e01",
    transitEncryptionEnabled: true,
    userGroupIds: ["rates"],
});
