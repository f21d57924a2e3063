import { expect } from "chai";

import type { PairReport } from "../../../../sandbox/world/buckets/replication/tally";
import { smallWorld } from "../../../support/smallWorld";
import { bucketIn, declareMesh, declareRole, declareRules } from "../../support/replicatedBuckets";
import { ReplicationStage } from "../../support/replicationStage";

const regions = ["eu-west-1", "us-east-1", "ap-east-1"] as const;
const [here, there, far] = regions;

describe("what is reported of S3 replication", () => {
    let stage: ReplicationStage;

    beforeEach(async () => {
        stage = new ReplicationStage(await smallWorld());
        declareMesh(stage.world, regions);
    });

    afterEach(() => stage.end());

    function pair(source: string, destination: string, sinceMs?: number): PairReport {
        const found = stage.buckets.replication
            .pairs(sinceMs)
            .find(({ from, to }) => from === source && to === destination);
        if (found === undefined) {
            throw new Error(`nothing replicates ${source} to ${destination}`);
        }
        return found;
    }

    it("has a line for every pair that a rule joins, before anything was written", () => {
        expect(
            stage.buckets.replication.pairs().map(({ from, to, ...rest }) => [from, to, rest]),
        ).to.deep.equal(
            [
                [far, here],
                [far, there],
                [here, far],
                [here, there],
                [there, far],
                [there, here],
            ].map(([from = "", to = ""]) => [
                from,
                to,
                {
                    source: bucketIn(from),
                    destination: bucketIn(to),
                    pending: 0,
                    replicated: 0,
                    missedThreshold: 0,
                    worstLagSeconds: 0,
                    lost: [],
                },
            ]),
        );
    });

    it("counts what is on its way, then what arrived, and how long it took at worst", async () => {
        stage.put(here, "a", "1");
        stage.put(here, "b", "1");
        stage.delete(here, "b");
        expect(pair(here, there)).to.include({ pending: 3, replicated: 0 });
        await stage.minutes(1);
        expect(pair(here, there)).to.include({ pending: 0, replicated: 3 });
        expect(pair(here, there).worstLagSeconds).to.be.within(0.5, 60);
        expect(pair(there, here)).to.include({ pending: 0, replicated: 0, worstLagSeconds: 0 });
    });

    it("takes for the worst lag what still waits, and that of the pair alone", async () => {
        stage.world.faults.inject({ kind: "partition", between: [here, there] });
        stage.put(here, "a", "1");
        await stage.minutes(2);
        expect(pair(here, there).worstLagSeconds).to.be.at.least(119);
        expect(pair(here, far).worstLagSeconds).to.be.within(0.5, 60);
        expect(stage.buckets.replication.worstLagSeconds()).to.be.at.least(119);
    });

    it("leaves out what was known before the moment that is asked for", async () => {
        stage.world.faults.inject({ kind: "partition", between: [here, there] });
        stage.put(here, "a", "1");
        await stage.minutes(20);
        stage.world.faults.healAll();
        await stage.minutes(1);
        declareRole(stage.world, ["s3:ReplicateObject"]);
        stage.put(here, "b", "1");
        await stage.minutes(1);
        const all = pair(here, there);
        expect(all).to.include({ replicated: 1, missedThreshold: 1 });
        expect(all.worstLagSeconds).to.be.at.least(1200);
        expect(all.lost).to.have.length(1);
        expect(pair(here, there, stage.world.clock.now())).to.deep.include({
            replicated: 0,
            missedThreshold: 0,
            worstLagSeconds: 0,
            lost: [],
        });
    });

    it("counts a missed threshold once, whether the copy arrives or not", async () => {
        stage.world.faults.inject({ kind: "partition", between: [here, there] });
        stage.put(here, "a", "1");
        await stage.minutes(14);
        expect(pair(here, there).missedThreshold).to.equal(0);
        await stage.minutes(6);
        expect(pair(here, there)).to.include({ missedThreshold: 1, pending: 1 });
        stage.world.faults.healAll();
        await stage.minutes(3);
        expect(pair(here, there)).to.include({ missedThreshold: 1, pending: 0, replicated: 1 });
        expect(pair(here, far).missedThreshold).to.equal(0);
    });

    it("counts and tells what a lost region missed, which nobody there could count in time", async () => {
        stage.put(here, "a", "1");
        stage.world.faults.inject({ kind: "blackout", region: here });
        await stage.minutes(20);
        expect(pair(here, there).missedThreshold).to.equal(0);
        stage.world.faults.healAll();
        // Long before the next count.
        await stage.world.clock.sleep(10_000);
        expect(pair(here, there)).to.include({ missedThreshold: 1, replicated: 1 });
        expect(
            stage.notices
                .filter(
                    ({ record }) =>
                        record.replicationEventData["destinationBucket"] ===
                        `arn:aws:s3:::${bucketIn(there)}`,
                )
                .map(({ event }) => event),
        ).to.deep.equal([
            "Replication:OperationMissedThreshold",
            "Replication:OperationReplicatedAfterThreshold",
        ]);
    });

    it("names each write that a bucket never gets, and why", async () => {
        declareRole(stage.world, ["s3:ReplicateObject"]);
        const { versionId, lastModifiedMs } = stage.put(here, "a", "1");
        stage.delete(here, "b");
        await stage.minutes(1);
        expect(pair(here, there)).to.deep.include({
            replicated: 1,
            pending: 0,
            lost: [
                {
                    source: bucketIn(here),
                    destination: bucketIn(there),
                    key: "a",
                    versionId,
                    atMs: lastModifiedMs,
                    reason: "DstPutObjectNotPermitted",
                },
            ],
        });
        expect(stage.objects(there).get("a", versionId)).to.equal(undefined);
    });

    it("does not count as lost what was deleted for good before it was copied", async () => {
        const made = stage.put(here, "a", "1");
        stage.objects(here).deleteVersion("a", made.versionId);
        await stage.minutes(1);
        expect(pair(here, there)).to.deep.include({ pending: 0, replicated: 0, lost: [] });
    });

    it("counts versions that would go with their region, until another one has them", async () => {
        stage.world.faults.inject({ kind: "partition", between: [here, there] });
        stage.put(here, "a", "1");
        stage.delete(here, "a");
        stage.put(there, "b", "1");
        const { replication } = stage.buckets;
        expect([here, there, far].map((region) => replication.onlyIn(region))).to.deep.equal([
            2, 1, 0,
        ]);
        await stage.minutes(1);
        expect(replication.pending(here)).to.equal(3);
        expect(replication.onlyIn(here)).to.equal(0);
        stage.world.faults.inject({ kind: "blackout", region: here });
        stage.world.faults.inject({ kind: "blackout", region: far });
        stage.put(there, "c", "1");
        await stage.minutes(5);
        expect(replication.onlyIn(there)).to.equal(1);
    });

    it("adds up the rules that join a pair, and keeps what a rule did that is gone", async () => {
        declareRules(stage.world, here, regions, { prefix: "a/" });
        stage.put(here, "a/1", "1");
        await stage.minutes(1);
        const renamed = stage.world.store.get(
            "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
            here,
            bucketIn(here),
        );
        const rules = (renamed?.inputs["rules"] ?? []) as readonly object[];
        stage.world.declare(
            "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
            here,
            bucketIn(here),
            {
                ...renamed?.inputs,
                rules: rules.map((rule, index) => ({
                    ...rule,
                    id: `other-${index}`,
                    filter: { prefix: "b/" },
                })),
            },
        );
        stage.put(here, "b/1", "1");
        await stage.minutes(1);
        expect(stage.buckets.replication.pairs()).to.have.length(6);
        expect(pair(here, there).replicated).to.equal(2);
    });

    it("can still be asked when the world has stopped", async () => {
        stage.put(here, "a", "1");
        await stage.minutes(1);
        stage.buckets.replication.stop();
        expect(pair(here, there).replicated).to.equal(1);
    });
});
