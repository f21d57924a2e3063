import { expect } from "chai";

import { BucketReplication } from "../../components/bucketReplication";
import { ReplicatedBucket } from "../../components/replicatedBucket";
import { policyIn, setMocks, settled, type Registrations } from "../support/mocks";

const accountId = "111122223333";
const key = (region: string): string => `arn:aws:kms:${region}:${accountId}:key/${region}`;
const bucket = (region: string): string => `meridian-media-${region}-${accountId}`;
const topicArn = `arn:aws:sns:eu-west-1:${accountId}:meridian-alarms`;

async function replicate(regions: readonly string[]): Promise<Registrations> {
    const registered = await setMocks();
    new BucketReplication("media", {
        purpose: "media",
        accountId,
        members: regions.map((region) => ({
            region,
            bucketName: bucket(region),
            keyArn: key(region),
        })),
    });
    await settled();
    return registered;
}

const configurationType = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";

describe("the replication of buckets", () => {
    it("goes from every region to every other, each configured in its own region", async () => {
        const regions = ["ap-east-1", "eu-west-1", "us-east-1"];
        const registered = await replicate(regions);
        const ways = registered.of(configurationType).map(({ inputs }) => ({
            region: inputs["region"],
            bucket: inputs["bucket"],
            to: (inputs["rules"] as { destination: { bucket: string } }[]).map(
                ({ destination }) => destination.bucket,
            ),
        }));
        expect(ways).to.deep.equal(
            regions.map((region) => ({
                region,
                bucket: bucket(region),
                to: regions
                    .filter((other) => other !== region)
                    .map((other) => `arn:aws:s3:::${bucket(other)}`),
            })),
        );
    });

    it("has time control, delete markers, replica modifications and the destination's key", async () => {
        const registered = await replicate(["eu-west-1", "us-east-1"]);
        expect(registered.inputs(configurationType, "media-eu-west-1")["rules"]).to.deep.equal([
            {
                id: "to-us-east-1",
                priority: 1,
                status: "Enabled",
                filter: { prefix: "" },
                deleteMarkerReplication: { status: "Enabled" },
                sourceSelectionCriteria: {
                    sseKmsEncryptedObjects: { status: "Enabled" },
                    replicaModifications: { status: "Enabled" },
                },
                destination: {
                    bucket: `arn:aws:s3:::${bucket("us-east-1")}`,
                    encryptionConfiguration: { replicaKmsKeyId: key("us-east-1") },
                    replicationTime: { status: "Enabled", time: { minutes: 15 } },
                    metrics: { status: "Enabled", eventThreshold: { minutes: 15 } },
                },
            },
        ]);
    });

    it("gives each rule a priority of its own", async () => {
        const registered = await replicate(["ap-east-1", "ap-south-1", "eu-west-1", "us-east-1"]);
        for (const { inputs } of registered.of(configurationType)) {
            const rules = inputs["rules"] as { priority: number }[];
            expect(rules.map(({ priority }) => priority)).to.deep.equal([1, 2, 3]);
        }
    });

    it("lets S3 read the one bucket, write the others, and use a key through S3 for its bucket", async () => {
        const registered = await replicate(["eu-west-1", "us-east-1"]);
        const role = registered.inputs("aws:iam/role:Role", "media-eu-west-1");
        expect(role["name"]).to.equal("meridian-replication-media-eu-west-1");
        expect(policyIn(role, "assumeRolePolicy").Statement).to.deep.equal([
            {
                Sid: "Assume",
                Effect: "Allow",
                Principal: { Service: "s3.amazonaws.com" },
                Action: "sts:AssumeRole",
            },
        ]);
        const from = `arn:aws:s3:::${bucket("eu-west-1")}`;
        const condition = (region: string) => ({
            StringEquals: {
                "kms:ViaService": `s3.${region}.amazonaws.com`,
                "kms:EncryptionContext:aws:s3:arn": `arn:aws:s3:::${bucket(region)}`,
            },
        });
        expect(
            policyIn(
                registered.inputs("aws:iam/rolePolicy:RolePolicy", "media-eu-west-1-policy"),
            ).Statement.map(({ Action, Resource, Condition }) => [Action, Resource, Condition]),
        ).to.deep.equal([
            [["s3:GetReplicationConfiguration", "s3:ListBucket"], from, undefined],
            [
                [
                    "s3:GetObjectVersionForReplication",
                    "s3:GetObjectVersionAcl",
                    "s3:GetObjectVersionTagging",
                ],
                `${from}/*`,
                undefined,
            ],
            [
                ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"],
                [`arn:aws:s3:::${bucket("us-east-1")}/*`],
                undefined,
            ],
            ["kms:Decrypt", key("eu-west-1"), condition("eu-west-1")],
            [["kms:Encrypt", "kms:Decrypt"], key("us-east-1"), condition("us-east-1")],
        ]);
    });
});

describe("a replicated bucket", () => {
    let registered: Registrations;

    before(async () => {
        registered = await setMocks();
        new ReplicatedBucket("media", {
            purpose: "media",
            region: "eu-west-1",
            accountId,
            peers: ["ap-east-1", "us-east-1"],
            keyArn: key("eu-west-1"),
            topicArn,
            expireOldVersionsAfterDays: 30,
            deletionProtection: true,
        });
        await settled();
    });

    it("is versioned, locked and encrypted with the region's key, by way of a bucket key", () => {
        expect(registered.inputs("aws:s3/bucket:Bucket", "media")["bucket"]).to.equal(
            bucket("eu-west-1"),
        );
        expect(
            registered.inputs("aws:s3/bucketVersioning:BucketVersioning", "media")[
                "versioningConfiguration"
            ],
        ).to.deep.equal({ status: "Enabled" });
        expect(
            registered.inputs(
                "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
                "media",
            )["rules"],
        ).to.deep.equal([
            {
                applyServerSideEncryptionByDefault: {
                    sseAlgorithm: "aws:kms",
                    kmsMasterKeyId: key("eu-west-1"),
                },
                bucketKeyEnabled: true,
            },
        ]);
        expect(
            policyIn(registered.inputs("aws:s3/bucketPolicy:BucketPolicy", "media")).Statement.map(
                ({ Sid }) => Sid,
            ),
        ).to.deep.equal(["DenyWithoutTls"]);
    });

    it("tells of operations that failed, missed their time or arrived late", () => {
        expect(
            registered.inputs("aws:s3/bucketNotification:BucketNotification", "media"),
        ).to.deep.equal({
            bucket: bucket("eu-west-1"),
            topics: [
                {
                    id: "replication",
                    topicArn,
                    events: [
                        "s3:Replication:OperationFailedReplication",
                        "s3:Replication:OperationMissedThreshold",
                        "s3:Replication:OperationReplicatedAfterThreshold",
                    ],
                },
            ],
        });
    });

    it("alarms on what comes late into the region, and on what fails to leave it", () => {
        const ways = (name: string) =>
            (
                registered.inputs("aws:cloudwatch/metricAlarm:MetricAlarm", name)[
                    "metricQueries"
                ] as { metric?: { metricName: string; dimensions: Record<string, string> } }[]
            ).flatMap(({ metric }) =>
                metric === undefined ? [] : [[metric.metricName, metric.dimensions] as const],
            );
        const way = (from: string, to: string) => ({
            SourceBucket: bucket(from),
            DestinationBucket: bucket(to),
            RuleId: `to-${to}`,
        });
        expect(ways("media-latency")).to.deep.equal([
            ["ReplicationLatency", way("ap-east-1", "eu-west-1")],
            ["ReplicationLatency", way("us-east-1", "eu-west-1")],
        ]);
        expect(ways("media-failures")).to.deep.equal([
            ["OperationsFailedReplication", way("eu-west-1", "ap-east-1")],
            ["OperationsFailedReplication", way("eu-west-1", "us-east-1")],
        ]);
        const thresholds = ["media-latency", "media-failures"].map((name) => {
            const alarm = registered.inputs("aws:cloudwatch/metricAlarm:MetricAlarm", name);
            return [
                alarm["threshold"],
                alarm["datapointsToAlarm"],
                alarm["evaluationPeriods"],
                alarm["treatMissingData"],
            ];
        });
        expect(thresholds).to.deep.equal([
            [900, 2, 5, "notBreaching"],
            [1, 1, 15, "notBreaching"],
        ]);
    });
});
