// Caught by encryption-storage-customer-managed-key: shop
import * as aws from "@pulumi/aws";

// The clusters are encrypted; the global one is only a name.
new aws.rds.GlobalCluster("shop", {
    globalClusterIdentifier: "shop",
    engine: "aurora-postgresql",
    engineVersion: "16.6",
    databaseName: "shop",
    deletionProtection: true,
});
