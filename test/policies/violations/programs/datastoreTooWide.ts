// Caught by recovery-service-span: ap-southeast-1
import * as aws from "@pulumi/aws";

const secondaries = ["ap-east-1", "ap-south-1", "ap-southeast-1"];

for (const region of secondaries) {
    new aws.elasticache.ReplicationGroup(region, {
        region,
        description: `sessions in ${region}`,
        globalReplicationGroupId: "ldgnf-sessions",
        numCacheClusters: 2,
        automaticFailoverEnabled: true,
        multiAzEnabled: true,
        subnetGroupName: "caches",
        securityGroupIds: ["sg-0a1b2c3d4e5f60001"],
        kmsKeyId: `arn:aws:kms:${region}:111122223333:key/5c7f2a10-6b1e-4f60-8a55-0d1d7b2f9e01`,
        userGroupIds: ["sessions"],
        snapshotRetentionLimit: 1,
    });
}
