import { expect } from "chai";

import { parsePartReport } from "../../../automation/commands/benchParts";
import { ActivityTable } from "./activityTable";
import type { CloudSample } from "./messages";
import { reportOf, slope } from "./report";
import { runReplication, type ReplicationRun } from "./run";
import { mostRecords, Shard } from "./shards";

describe("the bench of replication", () => {
    it("brings every event through both handlers, once, also those that are delivered twice", async function () {
        // Three processes, whatever else the machine does.
        this.timeout(300_000);
        const { samples, last, cpuMs } = await runReplication({
            eventsPerSecond: 2000,
            shards: 2,
            warmUpSeconds: 0,
            seconds: 1,
            mostEvents: 1000,
        });
        expect(samples.length).to.equal(2);
        expect([last.emitted, last.applied, last.orders]).to.eql([1000, 1000, 1000]);
        expect(last.most).to.equal(1);
        expect(Math.min(cpuMs.cloud, cpuMs.replicator, cpuMs.consumer)).to.be.greaterThan(0);
    });

    it("delivers again from the first failure on", async () => {
        const shard = new Shard("s");
        for (let i = 0; i < mostRecords + 1; i++) {
            shard.append(String(i));
        }
        const first = await shard.next();
        expect(first.length).to.equal(mostRecords);
        shard.answered(first, {
            batchItemFailures: [{ itemIdentifier: "7" }, { itemIdentifier: "3" }],
        });
        expect((await shard.next())[0]?.kinesis.data).to.equal("3");
        expect(shard.backlog).to.equal(mostRecords - 2);
    });

    it("refuses the transactions that DynamoDB would refuse", () => {
        const table = new ActivityTable(() => undefined);
        const put = (pk: string) => ({
            Put: { Item: { pk: { S: pk } }, ConditionExpression: "attribute_not_exists(pk)" },
        });
        expect(table.transact([put("a"), put("a")])).to.deep.include({ kind: "invalid" });
        expect(table.transact([])).to.deep.include({ kind: "invalid" });
        expect(table.transact(Array.from({ length: 101 }, (_, i) => put(`${i}`)))).to.deep.include({
            kind: "invalid",
        });
        expect(table.transact([put("a")])).to.eql({ kind: "done" });
        expect(table.transact([put("b"), put("a")])).to.eql({
            kind: "canceled",
            codes: ["None", "ConditionalCheckFailed"],
        });
        expect(table.transact([put("b")])).to.eql({ kind: "done" });
    });

    it("reports a load that is kept up with, one that is not, and events that went astray", () => {
        const options = { eventsPerSecond: 100, shards: 1, warmUpSeconds: 1, seconds: 3 };
        const run = (perSecond: number, orders: number): ReplicationRun => {
            const sample = (second: number): CloudSample & { readonly atMs: number } => ({
                kind: "sample",
                emitted: 100 * second,
                applied: perSecond * second,
                orders: perSecond * second,
                most: 1,
                lagsMs: [10, 20, 30],
                cpuMs: 5 * second,
                atMs: 1000 * second,
            });
            return {
                samples: [0, 1, 2, 3].map(sample),
                last: { ...sample(3), applied: 300, orders },
                cpuMs: { cloud: 15, replicator: 30, consumer: 45 },
            };
        };
        const good = reportOf(options, run(100, 300));
        expect(good.figures.filter(({ reached }) => !reached)).to.eql([]);
        expect(parsePartReport("replication", JSON.stringify(good))).to.eql(good);
        expect(good.figures.map(({ measured }) => measured)).to.eql([
            "100 a second",
            "0 a second",
            "0.03 cores",
            "0 events",
            "20 ms",
            "30 ms",
        ]);
        const missed = (report: typeof good): readonly string[] =>
            report.figures.filter(({ reached }) => !reached).map(({ what }) => what);
        expect(missed(reportOf(options, run(90, 300)))).to.eql([
            "replication: events applied",
            "replication: the backlog grows by",
        ]);
        expect(missed(reportOf(options, run(100, 299)))).to.eql([
            "replication: events not applied exactly once",
        ]);
    });

    it("fits a straight line", () => {
        expect(
            slope([
                [0, 1],
                [1, 3],
                [2, 5],
            ]),
        ).to.equal(2);
    });
});
