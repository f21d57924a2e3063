import { type Mutation, set, without } from "../mutation";

const stack = "global";
const cluster = "database-eu-west-1";
const cache = "cache-eu-west-1";

/** Aurora and ElastiCache. */
export const databaseMutations: readonly Mutation[] = [
    {
        what: "a region's cluster is not encrypted",
        stack,
        change: set("rds/cluster", cluster, "storageEncrypted", false),
        caughtBy: ["encryption-storage-customer-managed-key"],
    },
    {
        what: "a region's cluster is encrypted with AWS's key",
        stack,
        change: set("rds/cluster", cluster, "kmsKeyId", undefined),
        caughtBy: ["encryption-storage-customer-managed-key"],
    },
    {
        what: "the global database is not encrypted",
        stack,
        change: set("rds/globalCluster", "database", "storageEncrypted", false),
        caughtBy: ["encryption-storage-customer-managed-key"],
    },
    {
        what: "the global database may be deleted",
        stack,
        change: set("rds/globalCluster", "database", "deletionProtection", undefined),
        caughtBy: ["recovery-database-deletion-protection"],
    },
    {
        what: "a region's cluster may be deleted",
        stack,
        change: set("rds/cluster", cluster, "deletionProtection", false),
        caughtBy: ["recovery-database-deletion-protection"],
    },
    {
        what: "a region keeps its backups for a day",
        stack,
        change: set("rds/cluster", cluster, "backupRetentionPeriod", 1),
        caughtBy: ["recovery-database-backups"],
    },
    {
        what: "users sign in to the database with passwords",
        stack,
        change: set("rds/cluster", cluster, "iamDatabaseAuthenticationEnabled", false),
        caughtBy: ["access-database-iam"],
    },
    {
        what: "the database's log stays on its instances",
        stack,
        change: set("rds/cluster", cluster, "enabledCloudwatchLogsExports", []),
        caughtBy: ["logging-database-exports"],
    },
    {
        what: "a region's cluster has one instance",
        stack,
        change: without("rds/clusterInstance", `${cluster}-2`),
        caughtBy: ["recovery-database-zones"],
    },
    {
        what: "both instances of a cluster are in one zone",
        stack,
        change: set(
            "rds/clusterInstance",
            /^database-eu-west-1-/,
            "availabilityZone",
            "eu-west-1a",
        ),
        caughtBy: ["recovery-database-zones"],
    },
    {
        what: "an instance has a public address",
        stack,
        change: set("rds/clusterInstance", `${cluster}-1`, "publiclyAccessible", true),
        caughtBy: ["access-database-private"],
    },
    {
        what: "instances are half as large",
        stack,
        change: set("rds/clusterInstance", /^database-/, "instanceClass", "db.r6g.medium"),
        caughtBy: [],
        harmless: "how large is enough is measured under load, and shows in no configuration",
    },
    {
        what: "snapshots lose the cluster's tags",
        stack,
        change: set("rds/cluster", cluster, "copyTagsToSnapshot", false),
        caughtBy: [],
        harmless: "tags are for bills and searches",
    },
    {
        what: "a cache answers in clear text as well",
        stack,
        change: set(
            "elasticache/replicationGroup",
            "cache-ap-east-1",
            "transitEncryptionMode",
            "preferred",
        ),
        caughtBy: ["encryption-cache-in-transit"],
    },
    {
        what: "anybody who reaches a cache may use it",
        stack,
        change: set("elasticache/replicationGroup", cache, "userGroupIds", undefined),
        caughtBy: ["encryption-cache-in-transit"],
    },
    {
        what: "a cache is not encrypted",
        stack,
        change: set(
            "elasticache/replicationGroup",
            "cache-ap-east-1",
            "atRestEncryptionEnabled",
            false,
        ),
        caughtBy: ["encryption-storage-customer-managed-key"],
    },
    {
        what: "a secondary of the cache is encrypted with AWS's key",
        stack,
        change: set("elasticache/replicationGroup", cache, "kmsKeyId", undefined),
        caughtBy: ["encryption-storage-customer-managed-key"],
    },
    {
        what: "a cache has one node",
        stack,
        change: set("elasticache/replicationGroup", cache, "numCacheClusters", 1),
        caughtBy: ["recovery-cache-failover"],
    },
    {
        what: "nobody takes over for a cache's primary",
        stack,
        change: set("elasticache/replicationGroup", cache, "automaticFailoverEnabled", false),
        caughtBy: ["recovery-cache-failover"],
    },
    {
        what: "a cache has no snapshots",
        stack,
        change: set("elasticache/replicationGroup", "cache-us-east-1", "snapshotRetentionLimit", 0),
        caughtBy: ["recovery-cache-backup"],
    },
];
