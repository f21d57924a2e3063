import type { SmallWorld } from "../../support/smallWorld";
import { account } from "./estate";

const roleArn = `arn:aws:iam::${account}:role/replication`;

export const keyOf = (region: string): string => `arn:aws:kms:${region}:${account}:key/k`;
export const bucketIn = (region: string): string => `data-${region}`;
export const topicIn = (region: string): string => `arn:aws:sns:${region}:${account}:notices`;

export interface MeshOptions {
    /** @default true */
    readonly deleteMarkers?: boolean;
    /** Only keys with this prefix. @default all */
    readonly prefix?: string;
}

/** Buckets that replicate to one another under keys of their own, put in the account by hand. */
export function declareMesh(
    world: SmallWorld,
    regions: readonly string[],
    options: MeshOptions = {},
): void {
    declareRole(world);
    for (const region of regions) {
        declareBucket(world, region);
    }
    for (const region of regions) {
        declareRules(world, region, regions, options);
    }
}

export function declareRules(
    world: SmallWorld,
    region: string,
    regions: readonly string[],
    { deleteMarkers = true, prefix = "" }: MeshOptions = {},
): void {
    world.declare(
        "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        region,
        bucketIn(region),
        {
            bucket: bucketIn(region),
            role: roleArn,
            rules: regions
                .filter((other) => other !== region)
                .map((other, index) => ({
                    id: `to-${other}`,
                    priority: index + 1,
                    status: "Enabled",
                    filter: { prefix },
                    deleteMarkerReplication: { status: deleteMarkers ? "Enabled" : "Disabled" },
                    sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
                    destination: {
                        bucket: `arn:aws:s3:::${bucketIn(other)}`,
                        encryptionConfiguration: { replicaKmsKeyId: keyOf(other) },
                        replicationTime: { status: "Enabled", time: { minutes: 15 } },
                        metrics: { status: "Enabled", eventThreshold: { minutes: 15 } },
                    },
                })),
        },
    );
}

/** The role may do it all, or all but what its policy is said to deny. */
export function declareRole(
    world: SmallWorld,
    denied: readonly string[] = [],
    service = "s3",
): void {
    world.declare(
        "aws:iam/role:Role",
        "global",
        "replication",
        {
            name: "replication",
            assumeRolePolicy: policy({
                Effect: "Allow",
                Principal: { Service: `${service}.amazonaws.com` },
                Action: "sts:AssumeRole",
            }),
        },
        { arn: roleArn },
    );
    world.declare("aws:iam/rolePolicy:RolePolicy", "global", "replication:all", {
        role: "replication",
        policy: policy(
            { Effect: "Allow", Action: ["s3:*", "kms:*"], Resource: "*" },
            ...(denied.length === 0 ? [] : [{ Effect: "Deny", Action: denied, Resource: "*" }]),
        ),
    });
}

export function declareBucket(world: SmallWorld, region: string, status = "Enabled"): void {
    const bucket = bucketIn(region);
    world.declare("aws:s3/bucket:Bucket", region, bucket, { bucket });
    world.declare("aws:s3/bucketVersioning:BucketVersioning", region, bucket, {
        bucket,
        versioningConfiguration: { status },
    });
    world.declare(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        region,
        bucket,
        {
            bucket,
            rules: [
                {
                    applyServerSideEncryptionByDefault: {
                        sseAlgorithm: "aws:kms",
                        kmsMasterKeyId: keyOf(region),
                    },
                    bucketKeyEnabled: true,
                },
            ],
        },
    );
    declareKey(world, region);
    world.declare("aws:s3/bucketNotification:BucketNotification", region, bucket, {
        bucket,
        topics: [{ id: "all", topicArn: topicIn(region), events: ["s3:Replication:*"] }],
    });
}

/** Lets the account's roles use a region's key, through S3 for that region's bucket. */
export function keyPolicy(region: string, action = "kms:*"): string {
    return policy({
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: action,
        Resource: "*",
        Condition: {
            StringEquals: {
                "kms:ViaService": `s3.${region}.amazonaws.com`,
                "kms:EncryptionContext:aws:s3:arn": `arn:aws:s3:::${bucketIn(region)}`,
            },
        },
    });
}

/** A key that opens through S3 in its own region, for that region's bucket. */
export function declareKey(world: SmallWorld, region: string, changes: object = {}): void {
    world.declare(
        "aws:kms/key:Key",
        region,
        "k",
        {
            policy: keyPolicy(region),
            isEnabled: true,
            ...changes,
        },
        { arn: keyOf(region) },
    );
}

function policy(...statements: readonly object[]): string {
    return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
