// Caught by recovery-database-backups: catalogue
// Caught by recovery-database-deletion-protection: catalogue
// Caught by recovery-database-zones: catalogue
import * as aws from "@pulumi/aws";

// Copied from staging, where nobody minded.
const cheap = { deletionProtection: false, skipFinalSnapshot: true };

const catalogue = new aws.rds.Cluster("catalogue", {
    engine: "aurora-postgresql",
    masterUsername: "catalogue",
    manageMasterUserPassword: true,
    iamDatabaseAuthenticationEnabled: true,
    dbSubnetGroupName: "data",
    storageEncrypted: true,
    kmsKeyId: "arn:aws:kms:eu-west-1:111122223333:key/5c7f2a10-6b1e-4f60-8a55-0d1d7b2f9e01",
    enabledCloudwatchLogsExports: ["postgresql"],
    ...cheap,
});

new aws.rds.ClusterInstance("catalogue-writer", {
    clusterIdentifier: catalogue.id,
    engine: "aurora-postgresql",
    instanceClass: "db.t4g.medium",
});
