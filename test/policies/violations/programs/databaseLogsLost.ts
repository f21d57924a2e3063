// Caught by logging-database-exports: reviews
import * as aws from "@pulumi/aws";

const reviews = new aws.rds.Cluster("reviews", {
    engine: aws.rds.EngineType.AuroraPostgresql,
    masterUsername: "reviews",
    manageMasterUserPassword: true,
    iamDatabaseAuthenticationEnabled: true,
    dbSubnetGroupName: "data",
    storageEncrypted: true,
    kmsKeyId: "arn:aws:kms:eu-west-1:111122223333:key/5c7f2a10-6b1e-4f60-8a55-0d1d7b2f9e01",
    backupRetentionPeriod: 7,
    deletionProtection: true,
    finalSnapshotIdentifier: "reviews-last",
});
const instance = (name: string) =>
    new aws.rds.ClusterInstance(name, {
        clusterIdentifier: reviews.id,
        engine: aws.rds.EngineType.AuroraPostgresql,
        instanceClass: "db.r6g.large",
        performanceInsightsEnabled: true,
    });
instance("reviews-a");
instance("reviews-b");
