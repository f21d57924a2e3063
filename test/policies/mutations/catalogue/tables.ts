import { both, type Mutation, set, without } from "../mutation";

const global = "global";
const region = "us-east-1";

/** DynamoDB, its backups, and the keys of receipts. */
export const tableMutations: readonly Mutation[] = [
    {
        what: "the global table is encrypted with AWS's key",
        stack: global,
        change: set("dynamodb/table", "storefront", "serverSideEncryption", undefined),
        caughtBy: ["encryption-table-customer-managed-key"],
    },
    {
        what: "a replica names no key",
        stack: global,
        change: set("dynamodb/table", "storefront", "replicas.1.kmsKeyArn", undefined),
        caughtBy: ["encryption-table-customer-managed-key"],
    },
    {
        what: "the global table has no point-in-time recovery",
        stack: global,
        change: set("dynamodb/table", "storefront", "pointInTimeRecovery.enabled", false),
        caughtBy: ["recovery-table-point-in-time"],
    },
    {
        what: "a replica has no point-in-time recovery",
        stack: global,
        change: set("dynamodb/table", "storefront", "replicas.2.pointInTimeRecovery", false),
        caughtBy: ["recovery-table-point-in-time"],
    },
    {
        what: "the global table may be deleted",
        stack: global,
        change: set("dynamodb/table", "storefront", "deletionProtectionEnabled", false),
        caughtBy: ["recovery-table-deletion-protection"],
    },
    {
        what: "the global table has five units to write with",
        stack: global,
        change: both(
            set("dynamodb/table", "storefront", "billingMode", "PROVISIONED"),
            set("dynamodb/table", "storefront", "readCapacity", 500),
            set("dynamodb/table", "storefront", "writeCapacity", 5),
        ),
        caughtBy: ["capacity-table-minimum"],
    },
    {
        what: "the global table is renamed, the backups are not",
        stack: global,
        change: set("dynamodb/table", "storefront", "name", "meridian-shop"),
        caughtBy: ["recovery-table-backup-plan"],
    },
    {
        what: "a region has no replica",
        stack: global,
        change: set("dynamodb/table", "storefront", "replicas", (replicas: unknown) =>
            (replicas as unknown[]).slice(1),
        ),
        caughtBy: [],
        harmless:
            "AWS refuses contributor insights of a replica that is not there, and the update with them",
    },
    {
        what: "the global table has no stream",
        stack: global,
        change: set("dynamodb/table", "storefront", "streamEnabled", false),
        caughtBy: ["recovery-table-stream"],
    },
    {
        what: "a replica is encrypted with another region's key",
        stack: global,
        change: set(
            "dynamodb/table",
            "storefront",
            "replicas.0.kmsKeyArn",
            "arn:aws:kms:us-west-2:111122223333:key/meridian-keys-data",
        ),
        caughtBy: [],
        harmless: "AWS refuses a key of another region",
    },
    {
        what: "keys that are throttled in a region are not shown",
        stack: global,
        change: without("dynamodb/contributorInsights", "storefront-insights-eu-west-1"),
        caughtBy: [],
        harmless: "says which key is hot; the alarm on throttled requests does not need it",
    },
    {
        what: "the decider's table is backed up by nobody",
        stack: region,
        change: set(
            "backup/selection",
            "meridian-overview-backup",
            "resources",
            (resources: unknown) =>
                (resources as string[]).filter((arn) => !arn.endsWith("meridian-decisions")),
        ),
        caughtBy: ["recovery-table-backup-plan"],
    },
    {
        what: "no table of the region is backed up",
        stack: region,
        change: without("backup/selection", "meridian-overview-backup"),
        caughtBy: ["recovery-table-backup-plan"],
    },
    {
        what: "backups are encrypted with AWS's key",
        stack: region,
        change: set("backup/vault", "meridian-overview-backup", "kmsKeyArn", undefined),
        caughtBy: ["encryption-storage-customer-managed-key"],
    },
    {
        what: "backups are made at noon",
        stack: region,
        change: set(
            "backup/plan",
            "meridian-overview-backup",
            "rules.0.schedule",
            "cron(0 12 * * ? *)",
        ),
        caughtBy: [],
        harmless: "as good as three at night: a backup takes none of the table's capacity",
    },
    {
        what: "the table of the activity may be deleted",
        stack: region,
        change: set(
            "dynamodb/table",
            "meridian-events-activity",
            "deletionProtectionEnabled",
            false,
        ),
        caughtBy: ["recovery-table-deletion-protection"],
    },
    {
        what: "a replica of the receipts' keys is encrypted with AWS's key",
        stack: global,
        change: set("secretsmanager/secret", "receipt-keys", "replicas.0.kmsKeyId", undefined),
        caughtBy: ["encryption-secret-replica-key"],
    },
    {
        what: "the receipts' keys are encrypted with AWS's key",
        stack: global,
        change: set("secretsmanager/secret", "receipt-keys", "kmsKeyId", undefined),
        caughtBy: ["encryption-storage-customer-managed-key"],
    },
    {
        what: "the receipts' keys are never rotated",
        stack: global,
        change: without("secretsmanager/secretRotation", "receipt-keys"),
        caughtBy: ["encryption-secret-rotation"],
    },
    {
        what: "the receipts' keys are rotated once a year",
        stack: global,
        change: set(
            "secretsmanager/secretRotation",
            "receipt-keys",
            "rotationRules.automaticallyAfterDays",
            365,
        ),
        caughtBy: ["encryption-secret-rotation"],
    },
];
