import { expect } from "chai";
import fc from "fast-check";

import { HybridClock } from "../../../../runtime/consistency/hybridClock";
import { VersionVector } from "../../../../runtime/consistency/versionVector";
import { changeLine, emptyMap, quantities } from "../../../../runtime/consistency/crdt/orMap";
import { readChange, type TableRecord } from "../../../../runtime/handlers/tableRecords";
import type { Replica } from "../../../../runtime/store/calls/replica";
import type { AttributeMap } from "../../../../runtime/store/codec/itemSize";
import { orMapCodec } from "../../../../runtime/store/codec/states";
import { lostItem, type Conflict } from "../../../../runtime/store/conflicts/conflictRecord";
import { ConflictRecords } from "../../../../runtime/store/conflicts/conflictRecords";
import { ConflictResolver } from "../../../../runtime/store/conflicts/conflictResolver";
import { WriteBack } from "../../../../runtime/store/conflicts/writeBack";
import { Leases } from "../../../../runtime/store/homes/leases";
import { OwnerRecords } from "../../../../runtime/store/homes/ownerRecord";
import { defaultLeaseTimes } from "../../../../runtime/store/homes/votes";
import { itemDigest, RangeDigests } from "../../../../runtime/store/reconcile/rangeDigests";
import { reconcile, type ReconcileReport } from "../../../../runtime/store/reconcile/reconcile";
import {
    keyAttributes,
    parseHome,
    parseRegional,
    serialiseHome,
    serialiseRegional,
} from "../../../../runtime/store/stored";
import { Tables } from "../../../../sandbox/world/tables/tables";
import { RecordedMetrics, smallWorld, type SmallWorld } from "../../../support/smallWorld";
import {
    declareStoreTable,
    storeCaller,
    storeClock,
    storeReplica,
    storeTable,
} from "../../../support/storeReplicas";

const regions = ["eu-west-1", "us-east-1"] as const;
const [eu, us] = regions;

/** One line, by the first of the regions counted. */
function cartItem(
    pk: string,
    counts: Readonly<Record<string, number>>,
    line: string,
): AttributeMap {
    return serialiseRegional(
        { pk, sk: `CART#${eu}` },
        {
            kind: "cart",
            version: VersionVector.of(counts),
            at: { wallMs: 1, logical: 0 },
            origin: eu,
            operations: [line],
            state: orMapCodec.encode(changeLine(emptyMap, Object.keys(counts)[0] ?? eu, line, 1)),
        },
    );
}

function orderItem(pk: string, region: string, epoch: number): AttributeMap {
    return serialiseHome(
        { pk, sk: "ORDER" },
        {
            kind: "order",
            version: VersionVector.of({ [region]: 1 }),
            at: { wallMs: 1, logical: 0 },
            origin: region,
            operations: [],
            home: eu,
            epoch,
            value: { by: { S: region } },
        },
    );
}

describe("digests of ranges", () => {
    const items = fc.uniqueArray(
        fc.record({ pk: fc.string({ minLength: 1 }), value: fc.string() }),
        { selector: ({ pk }) => pk, maxLength: 30 },
    );
    const item = ({ pk, value }: { pk: string; value: string }): AttributeMap => ({
        ...keyAttributes({ pk, sk: "s" }),
        value: { S: value },
    });
    const digestsOf = (all: readonly AttributeMap[]): RangeDigests => {
        const digests = new RangeDigests();
        all.forEach((one) => digests.add(one));
        return digests;
    };

    it("are equal for the same items in any order", () => {
        fc.assert(
            fc.property(items, (all) => {
                const made = all.map(item);
                expect(digestsOf(made).differences(digestsOf([...made].reverse())).size).to.equal(
                    0,
                );
            }),
        );
    });

    it("differ in one range when an item is missing or another one", () => {
        fc.assert(
            fc.property(
                items.filter((all) => all.length > 0),
                fc.boolean(),
                (all, isMissing) => {
                    const [first, ...rest] = all.map(item);
                    const other = { ...first, value: { S: `${first?.["value"]?.S} changed` } };
                    const changed = isMissing ? rest : [other, ...rest];
                    expect(digestsOf(all.map(item)).differences(digestsOf(changed)).size).to.equal(
                        1,
                    );
                },
            ),
        );
    });

    it("do not depend on the order of attributes and of sets", () => {
        const one = {
            a: { S: "1" },
            b: { SS: ["x", "y"] },
            m: { M: { c: { N: "1" }, d: { BOOL: true } } },
        };
        const two = {
            m: { M: { d: { BOOL: true }, c: { N: "1" } } },
            b: { SS: ["y", "x"] },
            a: { S: "1" },
        };
        expect(itemDigest(one)).to.eql(itemDigest(two));
        expect(itemDigest(one)).not.to.eql(itemDigest({ ...one, a: { N: "1" } }));
    });
});

describe("reconciling", () => {
    let world: SmallWorld;
    let tables: Tables;
    let replicas: ReadonlyMap<string, Replica>;

    beforeEach(async () => {
        world = await smallWorld();
        declareStoreTable(world, regions);
        tables = new Tables(world, { metrics: new RecordedMetrics() });
        await tables.start();
        replicas = new Map(regions.map((region) => [region, storeReplica(world, tables, region)]));
    });
    afterEach(async () => {
        await tables.stop();
        world.end();
    });

    const drained = (): Promise<void> =>
        world.until(() => regions.every((region) => tables.pending(region) === 0));

    function resources() {
        const clock = storeClock(world);
        const caller = storeCaller(world);
        const records = [...replicas.values()].map((one) => new OwnerRecords(one, caller));
        return {
            replicas,
            caller,
            clock,
            hybrid: new HybridClock({ physicalMs: () => clock.now(), maxAheadMs: 60_000 }),
            leases: new Leases({ records, clock, times: defaultLeaseTimes }),
        };
    }

    /** @param before what else happens once a joined item is about to be written */
    function run(repair = false, before = async () => {}): Promise<ReconcileReport> {
        const shared = resources();
        const writeBack = new WriteBack(shared);
        return reconcile({
            ...shared,
            settleMs: 5000,
            ...(repair
                ? {
                      repair: {
                          records: new ConflictRecords(shared),
                          writeBack: {
                              write: async (joined, options) => {
                                  await before();
                                  return writeBack.write(joined, options);
                              },
                          },
                      },
                  }
                : {}),
        });
    }

    /** Has the detectors judge all that the regions' streams tell. */
    async function detect(): Promise<readonly (Conflict | undefined)[]> {
        const shared = resources();
        const found: (Conflict | undefined)[] = [];
        for (const region of regions) {
            const resolver = new ConflictResolver({
                ...shared,
                region,
                ownerRecord: () => Promise.resolve(undefined),
            });
            for (const { data } of tables.streams.peek(region, storeTable)) {
                const change = readChange(JSON.parse(data.toString()) as TableRecord);
                found.push((await resolver.resolve(change)).conflict);
            }
        }
        await drained();
        return found.filter((conflict) => conflict !== undefined);
    }

    /** Has a region own the home of the orders. */
    async function own(region: string): Promise<void> {
        await put(region, {
            ...keyAttributes({ pk: `HOME#${eu}`, sk: `OWNER#${region}` }),
            kind: { S: "owner" },
            term: { N: "3" },
            heldTerm: { N: "3" },
            state: { S: "held" },
            untilMs: { N: String(Math.floor(world.clock.now()) + 3_600_000) },
            revision: { N: "1" },
        });
        await drained();
    }

    /** The lost values that are on record in a region, by their writers. */
    async function recorded(region: string, pk: string): Promise<readonly (string | undefined)[]> {
        const { items } = await storeCaller(world).call(region, (signal) =>
            (replicas.get(region) as Replica).query(
                {
                    KeyConditionExpression: "pk = :pk",
                    ExpressionAttributeValues: { ":pk": { S: `CONFLICT#${pk}` } },
                },
                signal,
            ),
        );
        return items.map((item) => parseHome(lostItem([item])).value?.["by"]?.S).sort();
    }

    const put = (region: string, Item: AttributeMap): Promise<unknown> =>
        world.clock.io(() => tables.execute(region, "PutItem", { TableName: storeTable, Item }));

    const get = (region: string, pk: string, sk: string): Promise<AttributeMap | undefined> =>
        world.clock.io(async () => {
            const answer = (await tables.execute(region, "GetItem", {
                TableName: storeTable,
                Key: keyAttributes({ pk, sk }),
            })) as { Item?: AttributeMap };
            return answer.Item;
        });

    /** Writes to a copy and to no other, as if replication had lost it. */
    async function lose(region: string, item: AttributeMap): Promise<void> {
        world.faults.inject({ kind: "partition", between: regions });
        await put(region, item);
        tables.forget(region);
        world.faults.healAll();
        await drained();
    }

    it("finds copies that are the same with one scan of each, and reads no item", async () => {
        for (let index = 0; index < 20; index++) {
            await put(regions[index % 2] ?? eu, cartItem(`CART#${index}`, { [eu]: 1 }, "mug"));
        }
        await drained();
        expect(await run()).to.deep.include({
            items: { [eu]: 20, [us]: 20 },
            ranges: { compared: 4096, different: 0 },
            itemsRead: 0,
            differences: [],
        });
    });

    it("takes what is on its way for no difference", async () => {
        await put(eu, cartItem("CART#1", { [eu]: 1 }, "mug"));
        expect(await run()).to.deep.include({ itemsRead: 1, arrived: 1, differences: [] });
    });

    it("tells what differs, reads nothing else item by item, and writes nothing by itself", async () => {
        for (let index = 0; index < 20; index++) {
            await put(eu, cartItem(`CART#${index}`, { [eu]: 1 }, "mug"));
        }
        await drained();
        await lose(eu, cartItem("CART#0", { [eu]: 2 }, "hat"));
        const report = await run();
        expect(report.differences).to.eql([
            {
                key: { pk: "CART#0", sk: `CART#${eu}` },
                kind: "cart",
                relation: "behind",
                versions: { [eu]: `${eu}:2`, [us]: `${eu}:1` },
                gaveWay: [],
                outcome: { kind: "left" },
            },
        ]);
        expect([report.itemsRead, report.ranges.different]).to.eql([1, 1]);
        expect((await run()).differences).to.have.length(1);
    });

    it("repairs what merges through its own region, and replication carries it", async () => {
        await lose(eu, cartItem("CART#1", { [eu]: 1 }, "mug"));
        await lose(us, cartItem("CART#1", { [us]: 1 }, "hat"));
        const { differences } = await run(true);
        expect(differences.map(({ relation, outcome }) => [relation, outcome.kind])).to.eql([
            ["concurrent", "repaired"],
        ]);
        for (const region of regions) {
            const item = await get(region, "CART#1", `CART#${eu}`);
            const lines = quantities(orMapCodec.decode(parseRegional(item ?? {}).state));
            expect([...lines.keys()].sort(), region).to.eql(["hat", "mug"]);
        }
        expect((await run()).differences).to.eql([]);
    });

    it("repairs what has a home at its owner, by the later epoch, and not without one", async () => {
        await lose(eu, orderItem("ORDER#1", eu, 1));
        await lose(us, orderItem("ORDER#1", us, 2));
        const [failed] = (await run(true)).differences;
        expect(failed?.outcome).to.deep.include({
            kind: "failed",
            reason: `the home ${eu} has no owner at present`,
        });
        await own(eu);
        expect((await run(true)).differences.map(({ outcome }) => outcome.kind)).to.eql([
            "repaired",
        ]);
        for (const region of regions) {
            const { value, epoch } = parseHome((await get(region, "ORDER#1", "ORDER")) ?? {});
            expect([value, epoch], region).to.eql([{ by: { S: us } }, 3]);
        }
    });

    it("has the value that gives way on record, once, before the joined one is written", async () => {
        await lose(eu, orderItem("ORDER#1", eu, 1));
        await lose(us, orderItem("ORDER#1", us, 2));
        expect((await run()).differences).to.have.length(1);
        await drained();
        expect(await recorded(eu, "ORDER#1")).to.eql([]);
        // Nobody owns the home: nothing is written.
        expect((await run(true)).differences.map(({ gaveWay }) => gaveWay)).to.eql([[`${eu}:1`]]);
        await drained();
        for (const region of regions) {
            expect(await recorded(region, "ORDER#1"), region).to.eql([eu]);
        }
        await own(eu);
        const [repaired] = (await run(true)).differences;
        expect([repaired?.outcome.kind, repaired?.gaveWay]).to.eql(["repaired", [`${eu}:1`]]);
        expect(await detect()).to.eql([]);
        for (const region of regions) {
            expect(await recorded(region, "ORDER#1"), region).to.eql([eu]);
        }
    });

    it("keeps one record with a detector that is told of the same two versions", async () => {
        await own(eu);
        await lose(eu, orderItem("ORDER#1", eu, 1));
        await lose(us, orderItem("ORDER#1", us, 2));
        await run(true, async () => {
            // What was lost on its way to eu-west-1 arrives there after all.
            await put(eu, orderItem("ORDER#1", us, 2));
        });
        const found = await detect();
        expect(found.map((conflict) => [conflict?.cause, conflict?.detectedIn])).to.eql([
            ["concurrent", eu],
        ]);
        expect(await recorded(us, "ORDER#1")).to.eql([eu]);
    });

    it("records what the item's owner wrote meanwhile, or what that takes the place of", async () => {
        await own(us);
        await lose(eu, orderItem("ORDER#1", eu, 1));
        await lose(us, orderItem("ORDER#1", us, 2));
        const next = {
            ...parseHome(orderItem("ORDER#1", us, 2)),
            version: VersionVector.of({ [us]: 2 }),
            value: { by: { S: "the owner, meanwhile" } },
        };
        await run(true, async () => {
            await put(us, serialiseHome({ pk: "ORDER#1", sk: "ORDER" }, next));
        });
        const { value } = parseHome((await get(us, "ORDER#1", "ORDER")) ?? {});
        await drained();
        expect([value?.["by"]?.S, ...(await recorded(us, "ORDER#1"))].sort()).to.eql(
            [eu, "the owner, meanwhile", us].sort(),
        );
    });

    it("records nothing of what merges, nor of a copy that is merely behind", async () => {
        await own(eu);
        await lose(eu, cartItem("CART#1", { [eu]: 1 }, "mug"));
        await lose(us, cartItem("CART#1", { [us]: 1 }, "hat"));
        await lose(eu, orderItem("ORDER#1", eu, 1));
        const { differences } = await run(true);
        expect(differences.map(({ outcome, gaveWay }) => [outcome.kind, gaveWay])).to.eql([
            ["repaired", []],
            ["repaired", []],
        ]);
        for (const pk of ["CART#1", "ORDER#1"]) {
            expect(await recorded(eu, pk)).to.eql([]);
        }
    });

    it("leaves what has no version, and what is damaged, to people", async () => {
        const plain = (value: string) => ({
            ...keyAttributes({ pk: "STOCK#1", sk: "STOCK" }),
            value: { S: value },
        });
        await lose(eu, plain("1"));
        await lose(us, plain("2"));
        await lose(eu, { ...cartItem("CART#1", { [eu]: 1 }, "mug"), version: { S: "none" } });
        const { differences } = await run(true);
        expect(
            differences.map(({ relation, outcome }) => [relation, outcome.kind]),
        ).to.have.deep.members([
            ["unversioned", "left"],
            ["damaged", "left"],
        ]);
    });
});
