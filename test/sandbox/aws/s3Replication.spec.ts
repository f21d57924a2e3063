import { expect } from "chai";

import {
    bucketType,
    notificationType,
    replicationType,
    versioningType,
} from "../../../sandbox/aws/s3/buckets";
import type { Props } from "../../../sandbox/world/store";
import { Account, givenRole, refusal } from "../support/account";

const keyArn = (region: string) => `arn:aws:kms:${region}:111122223333:key/k`;

/** A valid rule; a test breaks one thing. */
function rule(changes: Props = {}, destination: Props = {}): Props {
    return {
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
            bucket: "arn:aws:s3:::copy",
            encryptionConfiguration: { replicaKmsKeyId: keyArn("us-east-1") },
            replicationTime: { status: "Enabled", time: { minutes: 15 } },
            metrics: { status: "Enabled", eventThreshold: { minutes: 15 } },
            ...destination,
        },
        ...changes,
    };
}

/** The oldest form of a rule: a prefix, one destination, and nothing else. */
const firstSchema: Props = {
    id: "old",
    status: "Enabled",
    prefix: "a/",
    destination: { bucket: "arn:aws:s3:::copy" },
};

const other = (changes: Props): Props =>
    rule({ id: "to-eu-west-2", priority: 2, ...changes }, { bucket: "arn:aws:s3:::third" });

describe("S3 replication", () => {
    let account: Account;

    beforeEach(() => (account = new Account()));
    afterEach(() => account.close());

    const failures = (...rules: readonly Props[]): string =>
        account
            .failures(replicationType, { bucket: "data", role: "arn:aws:iam::1:role/r", rules })
            .join("; ");

    describe("rules", () => {
        const accepted: Readonly<Record<string, readonly Props[]>> = {
            "one to another region, with everything": [rule()],
            "several destinations": [rule(), other({})],
            "the first schema": [firstSchema],
            "no time control, no metrics": [
                rule({}, { replicationTime: undefined, metrics: undefined }),
            ],
            "metrics without time control": [
                rule({}, { replicationTime: undefined, metrics: { status: "Enabled" } }),
            ],
            "time control that is switched off": [
                rule(
                    {},
                    {
                        replicationTime: { status: "Disabled", time: { minutes: 15 } },
                        metrics: undefined,
                    },
                ),
            ],
            "no keys at all": [
                rule(
                    { sourceSelectionCriteria: undefined },
                    { encryptionConfiguration: undefined },
                ),
            ],
            "a key by its alias": [
                rule(
                    {},
                    {
                        encryptionConfiguration: {
                            replicaKmsKeyId: "arn:aws:kms:us-east-1:111122223333:alias/meridian",
                        },
                    },
                ),
            ],
            "a tag, without delete markers": [
                rule({
                    filter: { tag: { key: "keep", value: "yes" } },
                    deleteMarkerReplication: { status: "Disabled" },
                }),
            ],
            "a prefix and tags": [
                rule({
                    filter: { and: { prefix: "a/", tags: { keep: "yes" } } },
                    deleteMarkerReplication: { status: "Disabled" },
                }),
            ],
        };
        for (const [title, rules] of Object.entries(accepted)) {
            it(`may have ${title}`, () => {
                expect(failures(...rules)).to.equal("");
            });
        }

        const refused: Readonly<Record<string, readonly [readonly Props[], RegExp]>> = {
            "none at all": [[], /rules: 1 to 1000 rules are allowed, got 0/],
            "more than 1000": [
                Array.from({ length: 1001 }, (_, i) => rule({ id: `r${i}`, priority: i })),
                /1 to 1000 rules are allowed, got 1001/,
            ],
            "one without a status": [
                [rule({ status: undefined })],
                /rules\[0\]\.status: missing required property/,
            ],
            "an unknown status": [[rule({ status: "On" })], /rules\[0\]\.status: must be one of/],
            "two of one id": [
                [rule(), other({ id: "to-us-east-1" })],
                /rules\[1\]\.id: rule ID must be unique, got to-us-east-1 twice/,
            ],
            "two of one priority": [
                [rule(), other({ priority: 1 })],
                /rules\[1\]\.priority: priority must be unique, got 1 twice/,
            ],
            "an id that is too long": [
                [rule({ id: "x".repeat(256) })],
                /at most 255 characters, got 256/,
            ],
            "a filter and no priority": [
                [rule({ priority: undefined })],
                /rules\[0\]\.priority: must be specified for this version/,
            ],
            "a filter and no word on delete markers": [
                [rule({ deleteMarkerReplication: undefined })],
                /rules\[0\]\.deleteMarkerReplication: must be specified for this version/,
            ],
            "a priority in the first schema": [
                [{ ...firstSchema, priority: 1 }],
                /rules\[0\]\.priority: cannot be used for this version/,
            ],
            "delete markers in the first schema": [
                [{ ...firstSchema, deleteMarkerReplication: { status: "Enabled" } }],
                /deleteMarkerReplication: cannot be used for this version/,
            ],
            "a prefix beside a filter": [
                [rule({ prefix: "a/" })],
                /rules\[0\]\.prefix: .* conflicts with filter/,
            ],
            "two destinations in the first schema": [
                [
                    firstSchema,
                    { ...firstSchema, id: "b", destination: { bucket: "arn:aws:s3:::third" } },
                ],
                /distinct destination bucket ARNs cannot exceed 1/,
            ],
            "a prefix and a tag without and": [
                [rule({ filter: { prefix: "a/", tag: { key: "k", value: "v" } } })],
                /rules\[0\]\.filter: at most one of and, prefix, tag/,
            ],
            "delete markers by tag": [
                [rule({ filter: { tag: { key: "k", value: "v" } } })],
                /delete marker replication is not supported if any tag filter/,
            ],
            "delete markers by prefix and tag": [
                [rule({ filter: { and: { prefix: "a/", tags: { k: "v" } } } })],
                /delete marker replication is not supported if any tag filter/,
            ],
            "itself for a destination": [
                [rule({}, { bucket: "arn:aws:s3:::data" })],
                /cannot be replicated to itself, got "data"/,
            ],
            "a destination that is no ARN": [
                [rule({}, { bucket: "copy" })],
                /destination\.bucket: must be the ARN of a bucket/,
            ],
            "no destination": [
                [rule({ destination: undefined })],
                /rules\[0\]\.destination: missing required property/,
            ],
            "an unknown storage class": [
                [rule({}, { storageClass: "COLD" })],
                /storageClass: must be one of/,
            ],
            "a new owner without an account": [
                [rule({}, { accessControlTranslation: { owner: "Destination" } })],
                /destination\.account: must be specified when accessControlTranslation is/,
            ],
            "a time of 10 minutes": [
                [rule({}, { replicationTime: { status: "Enabled", time: { minutes: 10 } } })],
                /replicationTime\.time\.minutes: must be 15, the only valid value, got 10/,
            ],
            "a threshold of 30 minutes": [
                [rule({}, { metrics: { status: "Enabled", eventThreshold: { minutes: 30 } } })],
                /metrics\.eventThreshold\.minutes: must be 15, .* got 30/,
            ],
            "time control without a time": [
                [rule({}, { replicationTime: { status: "Enabled" } })],
                /replicationTime\.time: must be specified/,
            ],
            "time control without metrics": [
                [rule({}, { metrics: undefined })],
                /destination\.metrics: must be enabled when replicationTime is/,
            ],
            "time control with metrics switched off": [
                [rule({}, { metrics: { status: "Disabled" } })],
                /destination\.metrics: must be enabled when replicationTime is/,
            ],
            "time control without a threshold": [
                [rule({}, { metrics: { status: "Enabled" } })],
                /metrics\.eventThreshold: must be specified/,
            ],
            "objects under keys and no key for replicas": [
                [rule({}, { encryptionConfiguration: undefined })],
                /replicaKmsKeyId: must be specified if sseKmsEncryptedObjects is enabled/,
            ],
            "a key for replicas and no objects under keys": [
                [rule({ sourceSelectionCriteria: undefined })],
                /sseKmsEncryptedObjects: must be enabled if encryptionConfiguration is present/,
            ],
            "a key by its id alone": [
                [rule({}, { encryptionConfiguration: { replicaKmsKeyId: "k" } })],
                /replicaKmsKeyId: must be the ARN of a key or of an alias, got "k"/,
            ],
            "an unknown selection": [
                [
                    rule({
                        sourceSelectionCriteria: {
                            sseKmsEncryptedObjects: { status: "Enabled" },
                            replicaModifications: { status: "Maybe" },
                        },
                    }),
                ],
                /replicaModifications\.status: must be one of/,
            ],
            "existing objects": [
                [rule({ existingObjectReplication: { status: "Enabled" } })],
                /existingObjectReplication: is no longer supported/,
            ],
        };
        for (const [title, [rules, expected]] of Object.entries(refused)) {
            it(`cannot have ${title}`, () => {
                expect(failures(...rules)).to.match(expected);
            });
        }
    });

    describe("a configuration", () => {
        const versions = (name: string, region: string, status = "Enabled") =>
            account.create(
                versioningType,
                { bucket: name, versioningConfiguration: { status } },
                region,
            );
        const put = (changes: Props = {}) =>
            account.create(replicationType, {
                bucket: "data",
                role: givenRole(account, "replication", "s3.amazonaws.com"),
                rules: [rule()],
                ...changes,
            });

        beforeEach(async () => {
            await account.create(bucketType, { bucket: "data" });
            account.given("aws:kms/key:Key", "k", { arn: keyArn("us-east-1") }, "us-east-1");
        });
        const copy = () => account.create(bucketType, { bucket: "copy" }, "us-east-1");

        it("is taken between versioned buckets of two regions, in the source's region", async () => {
            await versions("data", "eu-west-1");
            await copy();
            await versions("copy", "us-east-1");
            expect((await put()).id).to.equal("data");
            expect(account.world.journal.since(0).at(-1)).to.include({
                action: "PutBucketReplication",
                plane: "control",
                region: "eu-west-1",
            });
        });

        it("needs versioning on the source", async () => {
            await copy();
            await versions("copy", "us-east-1");
            expect(await refusal(put())).to.contain("Versioning must be 'Enabled' on the bucket");
            await versions("data", "eu-west-1", "Suspended");
            expect(await refusal(put())).to.contain("Versioning must be 'Enabled' on the bucket");
        });

        it("needs the destination, and versioning on it", async () => {
            await versions("data", "eu-west-1");
            expect(await refusal(put())).to.contain("Destination bucket must exist");
            await copy();
            expect(await refusal(put())).to.contain(
                "Destination bucket must have versioning enabled",
            );
        });

        it("is put in its own region", async () => {
            const moved = account.create(
                replicationType,
                { bucket: "data", role: "r", rules: [rule()] },
                "us-east-1",
            );
            expect(await refusal(moved)).to.contain("PermanentRedirect");
        });

        it("encrypts replicas with a key of the destination's region", async () => {
            await versions("data", "eu-west-1");
            await copy();
            await versions("copy", "us-east-1");
            account.given("aws:kms/key:Key", "k", { arn: keyArn("eu-west-1") });
            const wrong = { encryptionConfiguration: { replicaKmsKeyId: keyArn("eu-west-1") } };
            expect(await refusal(put({ rules: [rule({}, wrong)] }))).to.contain(
                "must be in the destination bucket's region, us-east-1",
            );
        });

        it("needs a role that S3 may assume", async () => {
            await versions("data", "eu-west-1");
            await copy();
            await versions("copy", "us-east-1");
            expect(
                await refusal(put({ role: "arn:aws:iam::111122223333:role/nobody" })),
            ).to.contain("does not exist");
            const role = givenRole(account, "lambda", "lambda.amazonaws.com");
            expect(await refusal(put({ role }))).to.contain("cannot assume the role");
        });

        it("keeps versioning from being suspended or taken away, until it is gone", async () => {
            const versioning = await versions("data", "eu-west-1");
            await copy();
            await versions("copy", "us-east-1");
            const made = await put();
            const suspended = { bucket: "data", versioningConfiguration: { status: "Suspended" } };
            const suspend = () => account.update(versioningType, versioning, suspended);
            expect(await refusal(suspend())).to.contain("InvalidBucketState");
            expect(await refusal(account.delete(versioningType, versioning))).to.contain(
                "InvalidBucketState",
            );
            await account.delete(replicationType, made);
            await suspend();
        });
    });

    describe("notifications", () => {
        const topicArn = "arn:aws:sns:eu-west-1:111122223333:notices";
        const events = ["s3:Replication:OperationMissedThreshold"];
        const topicFailures = (...topics: readonly Props[]): string =>
            account.failures(notificationType, { bucket: "data", topics }).join("; ");

        it("go to topics, for events of replication", () => {
            expect(topicFailures({ topicArn, events })).to.equal("");
            expect(topicFailures({ topicArn, events: ["s3:Replication:*"] })).to.equal("");
        });

        it("may share an event where their filters tell them apart", () => {
            const split = ["a/", "b/"].map((filterPrefix) => ({ topicArn, events, filterPrefix }));
            expect(topicFailures(...split)).to.equal("");
        });

        for (const [title, topics, expected] of [
            ["no events", [{ topicArn, events: [] }], /must name at least one event/],
            [
                "an event of no name",
                [{ topicArn, events: ["s3:Replication:OperationLate"] }],
                /"s3:Replication:OperationLate" is no event/,
            ],
            [
                "a FIFO topic",
                [{ topicArn: `${topicArn}.fifo`, events }],
                /must be the ARN of a standard topic/,
            ],
            ["no topic", [{ events }], /topicArn: missing required property/],
            [
                "one event twice",
                [
                    { topicArn, events },
                    { topicArn, events: ["s3:Replication:*"], filterPrefix: "a/" },
                ],
                /cannot share a common event type/,
            ],
        ] as const) {
            it(`refuse ${title}`, () => {
                expect(topicFailures(...topics)).to.match(expected);
            });
        }

        it("do not go where replication events never do, or nobody delivers", () => {
            const to = (changes: Props) =>
                account.failures(notificationType, { bucket: "data", ...changes }).join();
            expect(to({ eventbridge: true })).to.contain("to topics only");
            expect(to({ eventbridge: false })).to.equal("");
            expect(to({ queues: [{ queueArn: "q", events }] })).to.contain("to topics only");
            expect(to({ lambdaFunctions: [{ events }] })).to.contain("to topics only");
        });

        it("need a topic of the region that lets S3 publish for the bucket", async () => {
            await account.create(bucketType, { bucket: "data" });
            const put = () =>
                account.create(notificationType, {
                    bucket: "data",
                    topics: [{ topicArn, events }],
                });
            const refused = "Unable to validate the following destination configurations";
            expect(await refusal(put())).to.contain(refused);
            const open = (source: string) =>
                account.given("aws:sns/topicPolicy:TopicPolicy", topicArn, {
                    policy: JSON.stringify({
                        Version: "2012-10-17",
                        Statement: {
                            Effect: "Allow",
                            Principal: { Service: "s3.amazonaws.com" },
                            Action: "sns:Publish",
                            Resource: topicArn,
                            Condition: { ArnLike: { "aws:SourceArn": source } },
                        },
                    }),
                });
            account.given("aws:sns/topic:Topic", topicArn, { arn: topicArn });
            open("arn:aws:s3:::others-*");
            expect(await refusal(put())).to.contain(refused);
            open("arn:aws:s3:::data");
            expect((await put()).id).to.equal("data");
        });
    });
});
