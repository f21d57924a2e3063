// Caught by access-database-iam: billing
import * as aws from "@pulumi/aws";

const cluster = new aws.rds.Cluster("billing", {
    clusterIdentifier: "billing",
    engine: "aurora-postgresql",
    masterUsername: "billing",
    manageMasterUserPassword: true,
    dbSubnetGroupName: "data",
    storageEncrypted: true,
    kmsKeyId: "arn:aws:kms:eu-west-1:111122223333:key/5c7f2a10-6b1e-4f60-8a55-0d1d7b2f9e01",
    backupRetentionPeriod: 30,
    deletionProtection: true,
    enabledCloudwatchLogsExports: ["postgresql"],
    finalSnapshotIdentifier: "billing-last",
});

["a", "b", "c"].map(
    (suffix) =>
        new aws.rds.ClusterInstance(`billing-${suffix}`, {
            clusterIdentifier: cluster.clusterIdentifier,
            engine: "aurora-postgresql",
            instanceClass: "db.r6g.xlarge",
        }),
);
