// Caught by access-database-private: orders-1
import * as aws from "@pulumi/aws";

const writer = new aws.rds.Cluster("orders", {
    engine: "aurora-postgresql",
    engineVersion: "16.6",
    masterUsername: "orders",
    manageMasterUserPassword: true,
    iamDatabaseAuthenticationEnabled: true,
    dbSubnetGroupName: "data",
    storageEncrypted: true,
    kmsKeyId: "arn:aws:kms:eu-west-1:111122223333:key/5c7f2a10-6b1e-4f60-8a55-0d1d7b2f9e01",
    backupRetentionPeriod: 14,
    deletionProtection: true,
    enabledCloudwatchLogsExports: ["postgresql"],
    finalSnapshotIdentifier: "orders-last",
});

// The analysts connect to the second one from the office.
for (const index of [0, 1]) {
    new aws.rds.ClusterInstance(`orders-${index}`, {
        clusterIdentifier: writer.id,
        engine: "aurora-postgresql",
        instanceClass: "db.r6g.large",
        publiclyAccessible: index > 0,
    });
}
