import { expect } from "chai";
import fc from "fast-check";

import { Tables } from "../../../../sandbox/world/tables/tables";
import { RecordedMetrics, smallWorld, type SmallWorld } from "../../../support/smallWorld";

const regions = ["us-east-1", "eu-west-1", "ap-south-1"] as const;
const table = "orders";

type Image = Readonly<Record<string, unknown>> | undefined;

function declareTable(world: SmallWorld, more: Readonly<Record<string, unknown>> = {}): void {
    world.declare("aws:dynamodb/table:Table", "us-east-1", table, {
        name: table,
        hashKey: "pk",
        attributes: [{ name: "pk", type: "S" }],
        replicas: regions.slice(1).map((regionName) => ({ regionName })),
        ttl: { attributeName: "expiresAt", enabled: true },
        ...more,
    });
}

describe("tables", () => {
    let world: SmallWorld;
    let metrics: RecordedMetrics;
    let tables: Tables;

    beforeEach(async () => {
        world = await smallWorld();
        metrics = new RecordedMetrics();
        tables = new Tables(world, { metrics });
        declareTable(world);
        await tables.start();
    });

    afterEach(async () => {
        await tables.stop();
        world.end();
    });

    function put(region: string, pk: string, value: string, more = {}): Promise<unknown> {
        return world.clock.io(() =>
            tables.execute(region, "PutItem", {
                TableName: table,
                Item: { pk: { S: pk }, value: { S: value }, ...more },
            }),
        );
    }

    function remove(region: string, pk: string): Promise<unknown> {
        return world.clock.io(() =>
            tables.execute(region, "DeleteItem", { TableName: table, Key: { pk: { S: pk } } }),
        );
    }

    async function valueIn(region: string, pk: string): Promise<string | undefined> {
        const { Item } = (await world.clock.io(() =>
            tables.execute(region, "GetItem", { TableName: table, Key: { pk: { S: pk } } }),
        )) as { Item?: { value: { S: string } } };
        return Item?.value.S;
    }

    const drained = (): Promise<void> =>
        world.until(() => regions.every((region) => tables.pending(region) === 0));

    it("brings a write to the other replicas, later than at once and within two seconds", async () => {
        await put("eu-west-1", "a", "1");
        expect(await valueIn("us-east-1", "a")).to.equal(undefined);
        expect(tables.pending("eu-west-1")).to.equal(2);
        expect(tables.pending("us-east-1")).to.equal(1);
        await drained();
        expect(await valueIn("us-east-1", "a")).to.equal("1");
        expect(await valueIn("ap-south-1", "a")).to.equal("1");
        expect(tables.worstLagSeconds()).to.be.greaterThan(0.3);
    });

    it("keeps deletes deleted when an older write arrives after them", async () => {
        await put("us-east-1", "a", "old");
        world.faults.inject({ kind: "partition", between: ["us-east-1", "ap-south-1"] });
        await world.clock.sleep(3000);
        await remove("eu-west-1", "a");
        await world.clock.sleep(3000);
        world.faults.healAll();
        await drained();
        for (const region of regions) {
            expect(await valueIn(region, "a"), region).to.equal(undefined);
        }
    });

    it("queues during a partition, and the region in between still gets everything", async () => {
        world.faults.inject({ kind: "partition", between: ["us-east-1", "eu-west-1"] });
        await put("us-east-1", "a", "1");
        await world.clock.sleep(60_000);
        expect(await valueIn("eu-west-1", "a")).to.equal(undefined);
        expect(await valueIn("ap-south-1", "a")).to.equal("1");
        expect(tables.lagSeconds("eu-west-1")).to.be.at.least(60);
        world.faults.healAll();
        await drained();
        expect(await valueIn("eu-west-1", "a")).to.equal("1");
        expect(tables.worstLagSeconds()).to.be.at.least(60);
    });

    it("adds what a lag fault adds, on either side", async () => {
        world.faults.inject({ kind: "lag", region: "eu-west-1", seconds: 30 });
        await put("us-east-1", "a", "1");
        await world.clock.sleep(20_000);
        expect(await valueIn("ap-south-1", "a")).to.equal("1");
        expect(await valueIn("eu-west-1", "a")).to.equal(undefined);
        await drained();
        expect(await valueIn("eu-west-1", "a")).to.equal("1");
    });

    it("counts a write that lost to one that had not seen it, once", async () => {
        world.faults.inject({ kind: "blackout", region: "us-east-1" });
        await put("us-east-1", "a", "lost");
        await world.clock.sleep(1000);
        await put("eu-west-1", "a", "kept");
        await world.clock.sleep(5000);
        world.faults.healAll();
        await drained();
        for (const region of regions) {
            expect(await valueIn(region, "a"), region).to.equal("kept");
        }
        expect(tables.conflicts().map(({ key, lostRegion }) => ({ key, lostRegion }))).to.eql([
            { key: { pk: { S: "a" } }, lostRegion: "us-east-1" },
        ]);
    });

    it("counts no loss when the second writer had seen the first", async () => {
        await put("us-east-1", "a", "1");
        await drained();
        await put("eu-west-1", "a", "2");
        await put("eu-west-1", "a", "3");
        await drained();
        expect(await valueIn("us-east-1", "a")).to.equal("3");
        expect(tables.conflicts()).to.eql([]);
    });

    it("checks a condition against the local replica alone", async () => {
        world.faults.inject({ kind: "partition", between: ["us-east-1", "eu-west-1"] });
        await put("us-east-1", "a", "1");
        await world.clock.io(() =>
            tables.execute("eu-west-1", "PutItem", {
                TableName: table,
                Item: { pk: { S: "a" }, value: { S: "2" } },
                ConditionExpression: "attribute_not_exists(pk)",
            }),
        );
        expect(await valueIn("eu-west-1", "a")).to.equal("2");
    });

    it("gives a new replica what the old ones have, and takes a removed one away", async () => {
        await put("us-east-1", "a", "1");
        declareTable(world, {
            replicas: [{ regionName: "eu-west-1" }, { regionName: "ap-east-1" }],
        });
        await tables.settled();
        await world.until(() => tables.itemCount("ap-east-1", table) === 1);
        expect(await valueIn("ap-east-1", "a")).to.equal("1");
        const gone = await valueIn("ap-south-1", "a").catch((error: Error) => error);
        expect(gone).to.have.property("code", "ResourceNotFoundException");
    });

    it("starts an empty table when one is deleted and made again", async () => {
        await put("us-east-1", "a", "1");
        world.store.delete("aws:dynamodb/table:Table", "us-east-1", table);
        declareTable(world);
        await tables.settled();
        await drained();
        for (const region of regions) {
            expect(tables.itemCount(region, table), region).to.equal(0);
        }
    });

    it("expires items by world time, in every region", async () => {
        const expiresAt = { N: String(Math.floor(world.clock.now() / 1000) + 90) };
        await put("eu-west-1", "a", "1", { expiresAt });
        await put("eu-west-1", "b", "1");
        await world.clock.sleep(60_000);
        expect(tables.itemCount("us-east-1", table)).to.equal(2);
        await world.clock.sleep(120_000);
        await drained();
        for (const region of regions) {
            expect(tables.itemCount(region, table), region).to.equal(1);
        }
        expect(tables.conflicts()).to.eql([]);
    });

    it("publishes the replication latency in the writer's region", async () => {
        await put("eu-west-1", "a", "1");
        await world.clock.sleep(61_000);
        const samples = metrics.named("ReplicationLatency");
        expect(
            samples.map(({ region, dimensions }) => ({ region, dimensions })),
        ).to.have.deep.members(
            ["us-east-1", "ap-south-1"].map((ReceivingRegion) => ({
                region: "eu-west-1",
                dimensions: { TableName: table, ReceivingRegion },
            })),
        );
        expect(samples.every(({ value }) => value >= 300)).to.equal(true);
    });

    it("converges on the last write of every key, whatever was cut off meanwhile", async () => {
        const region = fc.constantFrom(...regions);
        const step = fc.oneof(
            fc.record({
                kind: fc.constant("write" as const),
                region,
                key: fc.constantFrom("a", "b", "c"),
                remove: fc.boolean(),
            }),
            fc.record({ kind: fc.constant("cut" as const), between: fc.tuple(region, region) }),
            fc.record({ kind: fc.constant("blackout" as const), region }),
            fc.record({ kind: fc.constant("heal" as const) }),
            fc.record({
                kind: fc.constant("wait" as const),
                ms: fc.integer({ min: 1, max: 3000 }),
            }),
        );
        await fc.assert(
            fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
                world.store.delete("aws:dynamodb/table:Table", "us-east-1", table);
                declareTable(world);
                await tables.settled();
                const last = new Map<string, { atMs: number; value: Image }>();
                let count = 0;
                for (const one of steps) {
                    switch (one.kind) {
                        case "write": {
                            const value = String(count++);
                            const before = await valueIn(one.region, one.key);
                            if (one.remove) {
                                await remove(one.region, one.key);
                            } else {
                                await put(one.region, one.key, value);
                            }
                            // A delete of what is not there is no write.
                            if (!one.remove || before !== undefined) {
                                last.set(one.key, {
                                    atMs: world.clock.now(),
                                    value: one.remove ? undefined : { S: value },
                                });
                            }
                            break;
                        }
                        case "cut":
                            world.faults.inject({ kind: "partition", between: one.between });
                            break;
                        case "blackout":
                            world.faults.inject({ kind: "blackout", region: one.region });
                            break;
                        case "heal":
                            world.faults.healAll();
                            break;
                        case "wait":
                            await world.clock.sleep(one.ms);
                            break;
                    }
                }
                world.faults.healAll();
                await drained();
                for (const where of regions) {
                    for (const key of ["a", "b", "c"]) {
                        expect(await valueIn(where, key), `${key} in ${where}`).to.equal(
                            last.get(key)?.value?.["S"],
                        );
                    }
                }
            }),
            { numRuns: 40 },
        );
    });
});
