// Caught by recovery-database-zones: ledger
import * as aws from "@pulumi/aws";

const ledger = new aws.rds.Cluster("ledger", {
    engine: "aurora-postgresql",
    masterUsername: "ledger",
    manageMasterUserPassword: true,
    iamDatabaseAuthenticationEnabled: true,
    dbSubnetGroupName: "data",
    storageEncrypted: true,
    kmsKeyId: "arn:aws:kms:eu-west-1:111122223333:key/5c7f2a10-6b1e-4f60-8a55-0d1d7b2f9e01",
    backupRetentionPeriod: 7,
    deletionProtection: true,
    enabledCloudwatchLogsExports: ["postgresql"],
    finalSnapshotIdentifier: "ledger-last",
});

// Beside the batch servers, which saves the traffic between zones.
const besideTheBatch: aws.rds.ClusterInstanceArgs = {
    clusterIdentifier: ledger.id,
    engine: "aurora-postgresql",
    instanceClass: "db.r6g.large",
    availabilityZone: "eu-west-1a",
};
new aws.rds.ClusterInstance("ledger-0", besideTheBatch);
new aws.rds.ClusterInstance("ledger-1", { ...besideTheBatch, promotionTier: 1 });
