import { expect } from "chai";

import type { Fault } from "../../../../sandbox/world/faults";
import { smallWorld, type SmallWorld } from "../../../support/smallWorld";
import {
    bucketIn,
    declareBucket,
    declareKey,
    declareMesh,
    declareRole,
    declareRules,
    keyOf,
    keyPolicy,
    topicIn,
} from "../../support/replicatedBuckets";
import { ReplicationStage } from "../../support/replicationStage";

const regions = ["eu-west-1", "us-east-1", "ap-east-1"] as const;
const [here, there, far] = regions;

describe("S3 replication between buckets", () => {
    let stage: ReplicationStage;

    beforeEach(async () => {
        stage = new ReplicationStage(await smallWorld());
        declareMesh(stage.world, regions);
    });

    afterEach(() => stage.end());

    const metric = (name: string, source: string, destination: string) =>
        stage.metrics
            .named(name)
            .filter(
                ({ dimensions }) =>
                    dimensions["SourceBucket"] === bucketIn(source) &&
                    dimensions["DestinationBucket"] === bucketIn(destination),
            );

    it("copies an object to every other region, a little later, with its version and its time", async () => {
        const made = stage.put(here, "a", "one");
        expect(stage.objects(here).get("a")?.replication).to.equal("PENDING");
        expect(stage.body(there, "a")).to.equal(undefined);
        await stage.minutes(1);
        for (const region of [there, far]) {
            const copy = stage.objects(region).get("a");
            expect(copy).to.deep.include({
                versionId: made.versionId,
                etag: made.etag,
                lastModifiedMs: made.lastModifiedMs,
                replication: "REPLICA",
                encryptionKey: keyOf(region),
            });
            expect(copy?.body?.toString()).to.equal("one");
        }
        expect(stage.objects(here).get("a")?.replication).to.equal("COMPLETED");
    });

    it("never replicates a replica, so that nothing goes round", async () => {
        stage.put(here, "a", "one");
        await stage.minutes(10);
        expect(regions.map((region) => stage.history(region, "a"))).to.deep.equal([
            ["one"],
            ["one"],
            ["one"],
        ]);
        expect(
            metric("OperationsFailedReplication", here, there).concat(
                metric("OperationsFailedReplication", here, far),
            ),
        ).to.have.length(2);
        expect(metric("OperationsFailedReplication", there, far)).to.have.length(0);
    });

    it("keeps the order of a key's versions, and its deletions with them", async () => {
        for (const body of ["1", "2", "3"]) {
            stage.put(here, "a", body);
        }
        stage.delete(here, "a");
        const seen: (readonly string[])[] = [];
        await stage.world.until(() => {
            seen.push(stage.history(there, "a"));
            return seen.at(-1)?.length === 4;
        });
        for (const history of seen) {
            expect(history).to.deep.equal(["1", "2", "3", "-"].slice(0, history.length));
        }
        expect(stage.body(there, "a")).to.equal(undefined);
        expect(stage.objects(there).keys()).to.deep.equal([]);
    });

    it("leaves deletions where they are unless the rule takes markers along", async () => {
        declareMesh(stage.world, regions, { deleteMarkers: false });
        stage.put(here, "a", "1");
        stage.delete(here, "a");
        await stage.minutes(1);
        expect(stage.body(here, "a")).to.equal(undefined);
        expect(stage.body(there, "a")).to.equal("1");
    });

    it("does not replicate the deletion of a version for good", async () => {
        const made = stage.put(here, "a", "1");
        await stage.minutes(1);
        stage.objects(here).deleteVersion("a", made.versionId);
        await stage.minutes(1);
        expect(stage.history(here, "a")).to.deep.equal([]);
        expect(stage.history(there, "a")).to.deep.equal(["1"]);
    });

    it("replicates what the rule's prefix covers, and nothing from before the rule", async () => {
        stage.world.store.delete(
            "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
            here,
            bucketIn(here),
        );
        stage.put(here, "kept/old", "1");
        declareRules(stage.world, here, regions, { prefix: "kept/" });
        stage.put(here, "kept/new", "2");
        stage.put(here, "else", "3");
        await stage.minutes(1);
        expect(stage.objects(there).keys()).to.deep.equal(["kept/new"]);
        expect(stage.objects(here).get("else")?.replication).to.equal(undefined);
    });

    it("waits out a partition on one way and goes on on the other, then catches up", async () => {
        const cut: Fault = { kind: "partition", between: [here, there] };
        stage.world.faults.inject(cut);
        stage.put(here, "a", "1");
        await stage.minutes(2);
        expect(stage.body(there, "a")).to.equal(undefined);
        expect(stage.body(far, "a")).to.equal("1");
        expect(stage.objects(here).get("a")?.replication).to.equal("PENDING");
        expect(stage.buckets.replication.pending(there)).to.equal(1);
        expect(stage.buckets.replication.lagSeconds(there)).to.be.within(119, 130);
        stage.world.faults.heal(cut);
        await stage.minutes(1);
        expect(stage.body(there, "a")).to.equal("1");
        expect(stage.objects(here).get("a")?.replication).to.equal("COMPLETED");
        expect(stage.buckets.replication.pending(there)).to.equal(0);
        expect(stage.buckets.replication.worstLagSeconds()).to.be.at.least(119);
    });

    it("brings out of a lost region what it had taken, once it is back", async () => {
        stage.put(here, "a", "1");
        stage.world.faults.inject({ kind: "blackout", region: here });
        await stage.minutes(5);
        expect(stage.body(there, "a")).to.equal(undefined);
        stage.world.faults.healAll();
        await stage.minutes(1);
        expect(stage.body(there, "a")).to.equal("1");
    });

    it("is as late as a lag fault says", async () => {
        stage.world.faults.inject({ kind: "lag", region: there, seconds: 300 });
        stage.put(here, "a", "1");
        await stage.minutes(4);
        expect(stage.body(far, "a")).to.equal("1");
        expect(stage.body(there, "a")).to.equal(undefined);
        await stage.minutes(2);
        expect(stage.body(there, "a")).to.equal("1");
    });

    it("counts what waits in the region that waits, and failures where they come from", async () => {
        stage.world.faults.inject({ kind: "partition", between: [here, there] });
        stage.put(here, "a", "12345");
        stage.delete(here, "b");
        await stage.minutes(3);
        const last = (name: string) => metric(name, here, there).at(-1);
        expect(last("OperationsPendingReplication")).to.include({ region: there, value: 2 });
        expect(last("BytesPendingReplication")).to.include({ region: there, value: 5 });
        expect(last("ReplicationLatency")?.region).to.equal(there);
        expect(last("ReplicationLatency")?.value).to.be.within(110, 185);
        expect(last("ReplicationLatency")?.dimensions["RuleId"]).to.equal(`to-${there}`);
        expect(metric("OperationsFailedReplication", here, far)[0]).to.include({
            region: here,
            value: 0,
        });
        stage.world.faults.healAll();
        await stage.minutes(3);
        expect(last("OperationsPendingReplication")?.value).to.equal(0);
        expect(last("ReplicationLatency")?.value).to.equal(0);
    });

    it("counts nothing in a region that is lost, and nothing of one", async () => {
        stage.world.faults.inject({ kind: "blackout", region: there });
        await stage.minutes(3);
        expect(metric("ReplicationLatency", here, there)).to.have.length(0);
        expect(metric("ReplicationLatency", there, here)).to.have.length(0);
        expect(metric("ReplicationLatency", here, far)).not.to.have.length(0);
    });

    it("tells when an object missed its 15 minutes, once, and when it arrived after all", async () => {
        stage.world.faults.inject({ kind: "partition", between: [here, there] });
        stage.put(here, "a b", "1");
        await stage.minutes(14);
        expect(stage.notices).to.have.length(0);
        await stage.minutes(6);
        expect(stage.notices).to.have.length(1);
        expect(stage.notices[0]).to.deep.include({
            topicArn: topicIn(here),
            event: "Replication:OperationMissedThreshold",
            caller: "s3.amazonaws.com",
            source: `arn:aws:s3:::${bucketIn(here)}`,
        });
        expect(stage.notices[0]?.record.s3.object.key).to.equal("a%20b");
        expect(stage.notices[0]?.record.replicationEventData).to.deep.include({
            replicationRuleId: `to-${there}`,
            destinationBucket: `arn:aws:s3:::${bucketIn(there)}`,
            threshold: 900,
        });
        stage.world.faults.healAll();
        await stage.minutes(1);
        expect(stage.notices.map(({ event }) => event)).to.deep.equal([
            "Replication:OperationMissedThreshold",
            "Replication:OperationReplicatedAfterThreshold",
        ]);
    });

    describe("gives up, says why and counts it", () => {
        const cases: Readonly<Record<string, readonly [(world: SmallWorld) => void, string]>> = {
            "on a role that S3 cannot assume": [
                (world) => declareRole(world, [], "lambda"),
                "AssumeRoleNotPermitted",
            ],
            "on a bucket that is gone": [
                (world) => world.store.delete("aws:s3/bucket:Bucket", there, bucketIn(there)),
                "DstBucketNotFound",
            ],
            "on a bucket whose versioning is suspended": [
                (world) => declareBucket(world, there, "Suspended"),
                "DstBucketUnversioned",
            ],
            "when it may not read the configuration": [
                (world) => declareRole(world, ["s3:GetReplicationConfiguration"]),
                "SrcGetObjectNotPermitted",
            ],
            "when it may not read versions": [
                (world) => declareRole(world, ["s3:GetObjectVersionForReplication"]),
                "SrcGetObjectNotPermitted",
            ],
            "when it may not write replicas": [
                (world) => declareRole(world, ["s3:ReplicateObject"]),
                "DstPutObjectNotPermitted",
            ],
            "when it may not decrypt": [
                (world) => declareRole(world, ["kms:Decrypt"]),
                "SrcGetObjectNotPermitted",
            ],
            "when it may not encrypt": [
                (world) => declareRole(world, ["kms:Encrypt"]),
                "DstPutObjectNotPermitted",
            ],
            "when it may not decrypt the destination's bucket key": [
                (world) => declareKey(world, there, { policy: keyPolicy(there, "kms:Encrypt") }),
                "DstPutObjectNotPermitted",
            ],
            "when the destination's key is gone": [
                (world) => world.store.delete("aws:kms/key:Key", there, "k"),
                "DstKmsKeyNotFound",
            ],
            "when the destination's key is disabled": [
                (world) => declareKey(world, there, { isEnabled: false }),
                "DstKmsKeyInvalidState",
            ],
            "when the source's key is gone": [
                (world) => world.store.delete("aws:kms/key:Key", here, "k"),
                "SrcKmsKeyNotFound",
            ],
        };
        for (const [title, [spoil, reason]] of Object.entries(cases)) {
            it(title, async () => {
                spoil(stage.world);
                stage.put(here, "a", "1");
                await stage.minutes(1);
                expect(stage.objects(here).get("a")?.replication).to.equal("FAILED");
                expect(stage.body(there, "a")).to.equal(undefined);
                const told = stage.notices.find(
                    ({ record }) =>
                        record.replicationEventData["destinationBucket"] ===
                        `arn:aws:s3:::${bucketIn(there)}`,
                );
                expect(told?.event).to.equal("Replication:OperationFailedReplication");
                expect(told?.record.replicationEventData["failureReason"]).to.equal(reason);
                expect(metric("OperationsFailedReplication", here, there).at(-1)).to.include({
                    region: here,
                    value: 1,
                });
            });
        }

        it("on markers that it may not write", async () => {
            declareRole(stage.world, ["s3:ReplicateDelete"]);
            stage.delete(here, "a");
            await stage.minutes(1);
            expect(stage.notices[0]?.record.replicationEventData).to.include({
                failureReason: "DstDelObjNotPermitted",
                s3Operation: "OBJECT_DELETE",
            });
        });
    });
});
