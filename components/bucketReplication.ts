import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";

import { ruleIdTo, type BucketPurpose } from "./bucketNames";
import type { Statement } from "./policyDocument";
import { WorkloadRole } from "./workloadRole";

/** A region's bucket among those that are replicated to one another. */
export interface ReplicationMember {
    readonly region: string;
    readonly bucketName: pulumi.Input<string>;
    /** Key of the region that encrypts the bucket. */
    readonly keyArn: pulumi.Input<string>;
}

export interface BucketReplicationArgs {
    readonly purpose: BucketPurpose;
    readonly accountId: string;
    /** At least two. */
    readonly members: readonly ReplicationMember[];
}

/** The only time that S3 offers. */
const minutes = 15;

/**
 * Replicates the buckets of all regions to one another: from each to every other, since S3 never
 * replicates a replica. Each rule has replication time control, so that S3 answers for 15 minutes and
 * says when it takes longer; for objects, and not for delete markers.
 *
 * Deletions are replicated as what they are in a versioned bucket, markers: an object that is deleted
 * in one region must not come back after a failover to another. Deleting a version for good is not
 * replicated by S3, so that nobody can do that to all copies at once. Changes to a replica's tags and
 * locks go back to the other buckets, else two regions could disagree on them forever.
 *
 * Every configuration is a call to its own bucket's region alone; only the buckets have to be there, in
 * all regions, which is why no region's stack can own it.
 */
export class BucketReplication extends pulumi.ComponentResource {
    /** The configurations, by region: what is written before them is not replicated. */
    readonly configurations: Readonly<Record<string, s3.BucketReplicationConfig>>;

    constructor(name: string, args: BucketReplicationArgs, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:BucketReplication", name, {}, opts);

        this.configurations = Object.fromEntries(
            args.members.map((source) => [source.region, this.replicate(name, args, source)]),
        );
        this.registerOutputs();
    }

    private replicate(
        name: string,
        { purpose, accountId, members }: BucketReplicationArgs,
        source: ReplicationMember,
    ): s3.BucketReplicationConfig {
        const { region } = source;
        const destinations = members.filter((member) => member.region !== region);
        const role = new WorkloadRole(
            `${name}-${region}`,
            {
                accountId,
                roleName: `meridian-replication-${purpose}-${region}`,
                service: "s3.amazonaws.com",
                statements: replicationStatements(source, destinations),
            },
            { parent: this },
        );
        return new s3.BucketReplicationConfig(
            `${name}-${region}`,
            {
                region,
                bucket: source.bucketName,
                role: role.arn,
                rules: destinations.map((destination, index) => ({
                    id: ruleIdTo(destination.region),
                    priority: index + 1,
                    status: "Enabled",
                    filter: { prefix: "" },
                    deleteMarkerReplication: { status: "Enabled" },
                    sourceSelectionCriteria: {
                        sseKmsEncryptedObjects: { status: "Enabled" },
                        replicaModifications: { status: "Enabled" },
                    },
                    destination: {
                        bucket: pulumi.interpolate`arn:aws:s3:::${destination.bucketName}`,
                        encryptionConfiguration: { replicaKmsKeyId: destination.keyArn },
                        replicationTime: { status: "Enabled", time: { minutes } },
                        metrics: { status: "Enabled", eventThreshold: { minutes } },
                    },
                })),
            },
            { parent: this },
        );
    }
}

/**
 * What S3 does on the account's behalf: read one bucket, decrypt with its key, write replicas to the
 * others, encrypt with theirs. Keys open through S3 in their own region, for these buckets, and not
 * otherwise. With bucket keys the encryption context is the bucket.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
 */
function replicationStatements(
    source: ReplicationMember,
    destinations: readonly ReplicationMember[],
): readonly Statement[] {
    const arn = (member: ReplicationMember, suffix = ""): pulumi.Output<string> =>
        pulumi.interpolate`arn:aws:s3:::${member.bucketName}${suffix}`;
    const throughS3 = (member: ReplicationMember): NonNullable<Statement["Condition"]> => ({
        StringEquals: {
            "kms:ViaService": `s3.${member.region}.amazonaws.com`,
            "kms:EncryptionContext:aws:s3:arn": arn(member),
        },
    });
    return [
        {
            Sid: "ReadConfiguration",
            Effect: "Allow",
            Action: ["s3:GetReplicationConfiguration", "s3:ListBucket"],
            Resource: arn(source),
        },
        {
            Sid: "ReadVersions",
            Effect: "Allow",
            Action: [
                "s3:GetObjectVersionForReplication",
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionTagging",
            ],
            Resource: arn(source, "/*"),
        },
        {
            Sid: "WriteReplicas",
            Effect: "Allow",
            Action: ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
            Resource: destinations.map((destination) => arn(destination, "/*")),
        },
        {
            Sid: "Decrypt",
            Effect: "Allow",
            Action: "kms:Decrypt",
            Resource: source.keyArn,
            Condition: throughS3(source),
        },
        ...destinations.map((destination): Statement => ({
            // A statement's id has letters and digits only.
            Sid: `EncryptIn${destination.region.replaceAll("-", "")}`,
            Effect: "Allow",
            // A bucket key is decrypted to see whether it is sound, before a replica is encrypted by it.
            Action: ["kms:Encrypt", "kms:Decrypt"],
            Resource: destination.keyArn,
            Condition: throughS3(destination),
        })),
    ];
}
