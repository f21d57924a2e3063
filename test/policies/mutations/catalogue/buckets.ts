import { type Mutation, replacing, set, unconditional, without } from "../mutation";

const stack = "eu-west-1";
const media = "meridian-buckets-media";
const orders = "meridian-buckets-orders";
const votes = "meridian-votes";

/** What is kept in buckets, and the keys of a region. */
export const bucketMutations: readonly Mutation[] = [
    {
        what: "the bucket of the media has no public access block",
        stack,
        change: without("s3/bucketPublicAccessBlock", media),
        caughtBy: ["access-bucket-block-public"],
    },
    {
        what: "the bucket of the orders may be opened by a policy",
        stack,
        change: set("s3/bucketPublicAccessBlock", orders, "blockPublicPolicy", false),
        caughtBy: ["access-bucket-block-public"],
    },
    {
        what: "the bucket of the orders has no policy",
        stack,
        change: without("s3/bucketPolicy", orders),
        caughtBy: ["encryption-bucket-in-transit"],
    },
    {
        what: "the bucket of the media refuses clear text for itself, and not for its objects",
        stack,
        change: set(
            "s3/bucketPolicy",
            media,
            "policy",
            replacing(/,"arn:aws:s3:::[a-z0-9-]+\/\*"/, ""),
        ),
        caughtBy: ["encryption-bucket-in-transit"],
    },
    {
        what: "the bucket of the media keeps no versions",
        stack,
        change: without("s3/bucketVersioning", media),
        caughtBy: ["recovery-bucket-versioning"],
    },
    {
        what: "versions of the orders are suspended",
        stack,
        change: set("s3/bucketVersioning", orders, "versioningConfiguration.status", "Suspended"),
        caughtBy: ["recovery-bucket-versioning"],
    },
    {
        what: "the bucket of the media has no encryption of its own",
        stack,
        change: without("s3/bucketServerSideEncryptionConfiguration", media),
        caughtBy: ["encryption-bucket-customer-managed-key"],
    },
    {
        what: "the bucket of the orders is encrypted with AWS's key",
        stack,
        change: set(
            "s3/bucketServerSideEncryptionConfiguration",
            orders,
            "rules.0.applyServerSideEncryptionByDefault.kmsMasterKeyId",
            "alias/aws/s3",
        ),
        caughtBy: ["encryption-bucket-customer-managed-key"],
    },
    {
        what: "a picture is encrypted with less than its bucket",
        stack: "global",
        change: set("s3/bucketObjectv2", "product-media-mug-02", "serverSideEncryption", "AES256"),
        caughtBy: ["encryption-object-keeps-bucket-key"],
    },
    {
        what: "the bucket of the media is renamed, its parts are not",
        stack,
        change: set("s3/bucket", media, "bucket", "meridian-pictures-eu-west-1-111122223333"),
        caughtBy: [
            "access-bucket-block-public",
            "encryption-bucket-customer-managed-key",
            "encryption-bucket-in-transit",
            "recovery-bucket-replication",
            "recovery-bucket-versioning",
        ],
    },
    {
        what: "the media of a region go nowhere",
        stack: "global",
        change: without("s3/bucketReplicationConfig", "media-replication-us-east-1"),
        caughtBy: ["recovery-bucket-replication-both-ways"],
    },
    {
        what: "the orders of a region do not go to one other",
        stack: "global",
        change: set(
            "s3/bucketReplicationConfig",
            "orders-replication-us-east-1",
            "rules.0.status",
            "Disabled",
        ),
        caughtBy: ["recovery-bucket-replication-both-ways"],
    },
    {
        what: "deletions of a picture stay in their region",
        stack: "global",
        change: set(
            "s3/bucketReplicationConfig",
            "media-replication-us-east-1",
            "rules.0.deleteMarkerReplication.status",
            "Disabled",
        ),
        caughtBy: ["recovery-bucket-replication-both-ways"],
    },
    {
        what: "the votes' bucket has no encryption of its own",
        stack,
        change: without("s3/bucketServerSideEncryptionConfiguration", votes),
        caughtBy: [],
        harmless: "AWS encrypts it all the same, with SSE-S3, and that is what it asks for",
    },
    {
        what: "old versions of the orders are never removed",
        stack,
        change: without("s3/bucketLifecycleConfiguration", orders),
        caughtBy: [],
        harmless: "costs storage, and loses nothing",
    },
    {
        what: "the key of the data is not rotated",
        stack,
        change: set("kms/key", "meridian-keys-data", "enableKeyRotation", false),
        caughtBy: ["encryption-key-rotation"],
    },
    {
        what: "the key of the data is everybody's",
        stack,
        change: set("kms/key", "meridian-keys-data", "policy", (text: unknown) =>
            unconditional(replacing('"AWS":"arn:aws:iam::111122223333:root"', '"AWS":"*"')(text)),
        ),
        caughtBy: ["encryption-key-policy-not-open"],
    },
    {
        what: "services use the key of the operations for anybody",
        stack,
        change: set("kms/key", "meridian-keys-operations", "policy", unconditional),
        caughtBy: ["access-confused-deputy"],
    },
    {
        what: "the key of the data is deleted after 7 days instead of 30",
        stack,
        change: set("kms/key", "meridian-keys-data", "deletionWindowInDays", 7),
        caughtBy: [],
        harmless: "a week to notice is AWS's least; an update that deletes a key shows it",
    },
];
