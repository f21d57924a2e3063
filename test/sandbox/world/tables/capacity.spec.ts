import { expect } from "chai";
import fc from "fast-check";

import { Metrics } from "../../../../sandbox/world/metrics";
import {
    OnDemandAllowance,
    onDemandQuota,
    onDemandStart,
    ProvisionedAllowance,
} from "../../../../sandbox/world/tables/capacity/allowance";
import { TableScaling } from "../../../../sandbox/world/tables/capacity/scaling";
import { ScalingQuota } from "../../../../sandbox/world/tables/capacity/scalingQuota";
import { wantedUnits } from "../../../../sandbox/world/tables/capacity/targetTracking";
import { metered } from "../../../../sandbox/world/tables/capacity/throughput";
import { Tables } from "../../../../sandbox/world/tables/tables";
import { smallWorld, type SmallWorld } from "../../../support/smallWorld";

const table = "orders";
const home = "us-east-1";
const away = "eu-west-1";

describe("provisioned throughput", () => {
    /** How many one-unit requests a second of this many tries lets in. */
    function admitted(allowance: ProvisionedAllowance, tries: number, atMs: number): number {
        let count = 0;
        for (let n = 0; n < tries; n++) {
            if (allowance.admits(atMs)) {
                allowance.charge(1, atMs);
                count++;
            }
        }
        return count;
    }

    it("of a new table is what it says, with nothing saved", () => {
        const allowance = new ProvisionedAllowance(10, 0);
        expect(admitted(allowance, 50, 0)).to.equal(10);
        expect(admitted(allowance, 50, 500)).to.equal(5);
    });

    it("keeps five minutes of what was not used, and no more", () => {
        const allowance = new ProvisionedAllowance(10, 0);
        expect(admitted(allowance, 5000, 100_000)).to.equal(1010);
        expect(admitted(allowance, 5000, 2_000_000)).to.equal(3000);
        expect(admitted(allowance, 5000, 2_001_000)).to.equal(10);
    });

    it("goes on from what is saved when its units change", () => {
        const allowance = new ProvisionedAllowance(10, 0);
        allowance.charge(10, 0);
        allowance.provision(100, 0);
        expect(admitted(allowance, 500, 1000)).to.equal(100);
        allowance.provision(1, 400_000);
        expect(admitted(allowance, 5000, 400_000)).to.equal(300);
    });

    it("never lets more through than units and burst, however requests come", () => {
        // In units as fractions, these seconds add up to a little more than what they are.
        const roundedUp = [
            { ms: 6298, tries: 0 },
            { ms: 18_734, tries: 1 },
            { ms: 12_951, tries: 53 },
            { ms: 18_426, tries: 55 },
            { ms: 2738, tries: 74 },
            { ms: 10_353, tries: 100 },
        ];
        const steps = fc.array(fc.record({ ms: fc.nat(20_000), tries: fc.nat(200) }), {
            maxLength: 30,
        });
        fc.assert(
            fc.property(fc.integer({ min: 1, max: 50 }), steps, (units, sequence) => {
                const allowance = new ProvisionedAllowance(units, 0);
                let atMs = 0;
                let total = 0;
                for (const { ms, tries } of sequence) {
                    atMs += ms;
                    total += admitted(allowance, tries, atMs);
                }
                return total <= Math.ceil(units * (1 + atMs / 1000));
            }),
            { examples: [[4, roundedUp]] },
        );
    });
});

describe("on-demand throughput", () => {
    function fill(allowance: OnDemandAllowance, atMs: number): number {
        let units = 0;
        for (; allowance.admits(atMs); units += 100) {
            allowance.charge(100, atMs);
        }
        return units;
    }

    it("starts at 4,000 writes and doubles half an hour after a peak, up to the quota", () => {
        const writes = new OnDemandAllowance(onDemandStart.write);
        const hourMs = 3_600_000;
        expect(fill(writes, 0)).to.equal(4000);
        expect(fill(writes, 20 * 60_000)).to.equal(4000);
        expect([1, 2, 3, 4, 5].map((hour) => fill(writes, hour * hourMs))).to.deep.equal([
            8000,
            16_000,
            32_000,
            onDemandQuota,
            onDemandQuota,
        ]);
    });
});

describe("target tracking", () => {
    const tracked = (used: readonly (number | undefined)[], scaleIn = true): number =>
        wantedUnits({ units: 100, used, targetPercent: 70, scaleIn });
    const minutes = (count: number, used: number | undefined) =>
        Array.from({ length: count }, () => used);

    it("provides for the use of two minutes above the target", () => {
        expect(tracked([71, 140])).to.equal(200);
        expect(tracked([140, 71])).to.equal(200);
    });

    it("waits while one of them is not above it, or says nothing", () => {
        expect(tracked([140, 70])).to.equal(100);
        expect(tracked([undefined, 140])).to.equal(100);
        expect(tracked([140])).to.equal(100);
    });

    it("scales in after fifteen minutes well below it, and never on silence", () => {
        expect(tracked(minutes(15, 35))).to.equal(50);
        expect(tracked([50, ...minutes(14, 10)])).to.equal(100);
        expect(tracked(minutes(14, 35))).to.equal(100);
        expect(tracked([...minutes(14, 35), undefined])).to.equal(100);
        expect(tracked(minutes(15, 35), false)).to.equal(100);
    });

    it("lowers a table four times a day at will, and then once an hour", () => {
        const quota = new ScalingQuota();
        const of = metered(home, table);
        const minuteMs = 60_000;
        const taken = [0, 1, 2, 3, 4, 62, 63, 64].map((minute) =>
            quota.take(of, minute * minuteMs),
        );
        expect(taken).to.deep.equal([true, true, true, true, false, false, true, false]);
        expect(quota.take(metered(away, table), 5 * minuteMs)).to.equal(true);
        expect(quota.take(of, 24 * 60 * minuteMs)).to.equal(true);
    });
});

describe("a provisioned table", () => {
    let world: SmallWorld;
    let metrics: Metrics;
    let tables: Tables;
    let scaling: TableScaling;

    beforeEach(async () => {
        world = await smallWorld();
        metrics = new Metrics(world.clock);
        tables = new Tables(world, { metrics });
        scaling = new TableScaling(world, { throughput: tables.throughput, metrics });
        world.declare("aws:dynamodb/table:Table", home, table, {
            name: table,
            hashKey: "pk",
            attributes: ["pk", "day"].map((name) => ({ name, type: "S" })),
            billingMode: "PROVISIONED",
            readCapacity: 5,
            writeCapacity: 5,
            globalSecondaryIndexes: [
                {
                    name: "byDay",
                    hashKey: "day",
                    projectionType: "ALL",
                    readCapacity: 5,
                    writeCapacity: 2,
                },
            ],
            streamEnabled: true,
            streamViewType: "NEW_AND_OLD_IMAGES",
        });
        world.declare("aws:dynamodb/tableReplica:TableReplica", away, `${table}:${home}`, {
            globalTableArn: `arn:aws:dynamodb:${home}:${world.accountId}:table/${table}`,
        });
        await tables.start();
        await scaling.start();
    });
    afterEach(async () => {
        await scaling.stop();
        await tables.stop();
        world.end();
    });

    const call = (region: string, action: string, input: object): Promise<unknown> =>
        world.clock.io(() => tables.execute(region, action, { TableName: table, ...input }));

    const put = (region: string, pk: string, more: object = {}): Promise<unknown> =>
        call(region, "PutItem", { Item: { pk: { S: pk }, ...more } });

    /** What the region answers to so many calls at once: `ok`, or an error's code. */
    async function answers(calls: number, make: (n: number) => Promise<unknown>) {
        const settled = await Promise.allSettled(Array.from({ length: calls }, (_, n) => make(n)));
        const counts: Record<string, number> = {};
        for (const one of settled) {
            const code = one.status === "fulfilled" ? "ok" : (one.reason as { code: string }).code;
            counts[code] = (counts[code] ?? 0) + 1;
        }
        return counts;
    }

    function sum(metric: string, region: string, more: Record<string, string> = {}): number {
        const series = metrics.query({
            region,
            namespace: "AWS/DynamoDB",
            metric,
            dimensions: { TableName: table, ...more },
            statistic: "Sum",
            periodMs: 60_000,
            fromMs: Math.floor((world.clock.now() - 600_000) / 60_000) * 60_000,
            toMs: Math.ceil(world.clock.now() / 60_000) * 60_000 + 60_000,
        });
        return [...series.values()].reduce((total, value) => total + value, 0);
    }

    it("refuses what is above its units, in that region alone, and counts it", async () => {
        const counts = await answers(60, (n) => put(home, String(n)));
        expect(counts["ProvisionedThroughputExceededException"]).to.be.above(40);
        expect(counts["ok"]).to.be.within(5, 15);
        expect(await answers(2, (n) => put(away, `away-${n}`))).to.deep.equal({ ok: 2 });
        await world.clock.sleep(61_000);
        const refused = counts["ProvisionedThroughputExceededException"];
        expect(sum("WriteThrottleEvents", home)).to.equal(refused);
        expect(sum("ThrottledRequests", home, { Operation: "PutItem" })).to.equal(refused);
        expect(sum("WriteThrottleEvents", away)).to.equal(0);
        expect(tables.throughput.refusals()).to.have.length(refused ?? -1);
        expect(tables.throughput.refusals(world.clock.now())).to.deep.equal([]);
    });

    it("has a burst after a quiet while", async () => {
        await world.clock.sleep(60_000);
        expect(await answers(100, (n) => put(home, String(n)))).to.deep.equal({ ok: 100 });
    });

    it("meters reads by consistency, writes by size, and what replication brings", async () => {
        await world.clock.sleep(60_000);
        await put(home, "a", { text: { S: "x".repeat(2000) } });
        const Key = { pk: { S: "a" } };
        await call(home, "GetItem", { Key });
        await call(home, "GetItem", { Key, ConsistentRead: true });
        await call(home, "TransactGetItems", {
            TransactItems: [{ Get: { TableName: table, Key } }],
        });
        await world.clock.sleep(120_000);
        expect(sum("ConsumedWriteCapacityUnits", home)).to.equal(2);
        expect(sum("ConsumedWriteCapacityUnits", away)).to.equal(2);
        expect(sum("ConsumedReadCapacityUnits", home)).to.equal(0.5 + 1 + 2);
        const consumed = await call(home, "GetItem", { Key, ReturnConsumedCapacity: "TOTAL" });
        expect(consumed).to.have.nested.property("ConsumedCapacity.CapacityUnits", 0.5);
        expect(await call(home, "GetItem", { Key })).not.to.have.property("ConsumedCapacity");
    });

    it("is held up by an index that has less than the table", async () => {
        const counts = await answers(10, (n) => put(home, String(n), { day: { S: "monday" } }));
        expect(counts["ok"]).to.be.within(2, 6);
        const [first] = tables.throughput.refusals();
        expect(first).to.include({ index: "byDay", operation: "PutItem" });
        expect(await answers(1, () => put(home, "no-day"))).to.deep.equal({ ok: 1 });
    });

    it("calls a transaction off as a whole, and hands part of a batch back", async () => {
        await answers(30, (n) => put(home, String(n)));
        const Put = { TableName: table, Item: { pk: { S: "t" } } };
        expect(
            await answers(1, () => call(home, "TransactWriteItems", { TransactItems: [{ Put }] })),
        ).to.deep.equal({ TransactionCanceledException: 1 });
        const requests = [{ PutRequest: { Item: { pk: { S: "b" } } } }];
        expect(
            await answers(1, () =>
                call(home, "BatchWriteItem", { RequestItems: { [table]: requests } }),
            ),
        ).to.deep.equal({ ProvisionedThroughputExceededException: 1 });
        world.declare("aws:dynamodb/table:Table", home, "other", {
            name: "other",
            hashKey: "pk",
            attributes: [{ name: "pk", type: "S" }],
            billingMode: "PAY_PER_REQUEST",
        });
        const RequestItems = { [table]: requests, other: requests };
        expect(await call(home, "BatchWriteItem", { RequestItems })).to.deep.include({
            UnprocessedItems: { [table]: requests },
        });
    });

    it("falls behind where a replica has no room for what comes in", async () => {
        tables.throughput.provision(metered(home, table), "write", 1000);
        await world.clock.sleep(1000);
        await answers(60, (n) => put(home, String(n)));
        await world.until(() => tables.pending(away) === 0);
        // 60 writes into 5 a second, of which a few were saved.
        expect(tables.worstLagSeconds()).to.be.above(5);
    });

    describe("that scales", () => {
        beforeEach(() => {
            for (const [region, direction] of [
                [home, "Write"],
                [home, "Read"],
                [away, "Read"],
            ] as const) {
                const address = {
                    serviceNamespace: "dynamodb",
                    resourceId: `table/${table}`,
                    scalableDimension: `dynamodb:table:${direction}CapacityUnits`,
                };
                world.declare("aws:appautoscaling/target:Target", region, direction, {
                    ...address,
                    minCapacity: 5,
                    maxCapacity: 20,
                });
                world.declare("aws:appautoscaling/policy:Policy", region, direction, {
                    ...address,
                    policyType: "TargetTrackingScaling",
                    targetTrackingScalingPolicyConfiguration: { targetValue: 70 },
                });
            }
        });

        const units = (region: string) => tables.throughput.provisioned(metered(region, table));

        /** Uses this many units a second in a region, until it is stopped. */
        function use(region: string, each: number, direction: "read" | "write"): () => void {
            return world.clock.every(10_000, () =>
                tables.throughput.charge(metered(region, table), direction, 10 * each),
            );
        }

        it("provides for what is used, at home and where the writes are, up to its maximum", async () => {
            const stops = [use(home, 7, "write"), use(away, 100, "write"), use(away, 7, "read")];
            await world.until(() => units(home)?.write === 10 && units(away)?.write === 20);
            await world.until(() => units(away)?.read === 10);
            expect(units(home)?.read).to.equal(5);
            stops.forEach((stop) => stop());
            const { Table } = (await call(home, "DescribeTable", {})) as {
                Table: { ProvisionedThroughput: unknown };
            };
            expect(Table.ProvisionedThroughput).to.include({ WriteCapacityUnits: 10 });
            expect(
                world.store.get("aws:dynamodb/table:Table", home, table)?.outputs["writeCapacity"],
            ).to.equal(10);
            expect(
                scaling
                    .activities()
                    .map(({ region, direction, from, to }) => [region, direction, from, to]),
            ).to.have.deep.members([
                [home, "write", 5, 10],
                [away, "write", 5, 20],
                [away, "read", 5, 10],
            ]);
        });

        it("comes back down to its minimum when less is used", async () => {
            const stop = use(home, 14, "write");
            await world.until(() => units(home)?.write === 20);
            stop();
            const stopLow = use(home, 1, "write");
            await world.until(() => units(home)?.write === 5);
            stopLow();
        });

        it("scales nothing in a lost region", async () => {
            world.faults.inject({ kind: "blackout", region: away });
            const stop = use(away, 100, "write");
            await world.clock.sleep(5 * 60_000);
            expect(units(away)?.write).to.equal(5);
            world.faults.healAll();
            await world.until(() => units(away)?.write === 20);
            stop();
        });
    });
});
