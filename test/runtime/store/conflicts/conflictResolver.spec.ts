import { expect } from "chai";
import fc from "fast-check";

import { HybridClock } from "../../../../runtime/consistency/hybridClock";
import { VersionVector } from "../../../../runtime/consistency/versionVector";
import {
    changeLine,
    emptyMap,
    mergeMaps,
    quantities,
} from "../../../../runtime/consistency/crdt/orMap";
import { readChange, type TableRecord } from "../../../../runtime/handlers/tableRecords";
import type { Caller } from "../../../../runtime/store/calls/caller";
import { failureKind } from "../../../../runtime/store/calls/failure";
import type { Replica } from "../../../../runtime/store/calls/replica";
import type { AttributeMap } from "../../../../runtime/store/codec/itemSize";
import { orMapCodec } from "../../../../runtime/store/codec/states";
import { lostItem } from "../../../../runtime/store/conflicts/conflictRecord";
import {
    ConflictResolver,
    type Resolution,
} from "../../../../runtime/store/conflicts/conflictResolver";
import { NoOwnerError } from "../../../../runtime/store/conflicts/writeBack";
import { AwayLog, awayShards, endOfLog } from "../../../../runtime/store/homes/awayLog";
import { Leases } from "../../../../runtime/store/homes/leases";
import { OwnerRecords } from "../../../../runtime/store/homes/ownerRecord";
import { defaultLeaseTimes } from "../../../../runtime/store/homes/votes";
import { unchanged } from "../../../../runtime/store/items/mergeableItems";
import {
    keyAttributes,
    parseHome,
    parseRegional,
    serialiseHome,
    serialiseRegional,
    storedKey,
} from "../../../../runtime/store/stored";
import { Tables } from "../../../../sandbox/world/tables/tables";
import { propertyRuns } from "../../../support/propertyRuns";
import { RecordedMetrics, smallWorld, type SmallWorld } from "../../../support/smallWorld";
import {
    declareStoreTable,
    storeCaller,
    storeClock,
    storeReplica,
    storeTable,
} from "../../../support/storeReplicas";

const regions = ["eu-west-1", "us-east-1"] as const;
type Region = (typeof regions)[number];
const [eu, us] = regions;
const home = "eu-west-1";
const order = { pk: "ORDER#1", sk: "ORDER" };
const cart = { pk: "CART#1", sk: "CART#eu-west-1" };

/** Two regions with the store's table, and what resolves the conflicts of each. */
class Pair {
    readonly replicas: ReadonlyMap<string, Replica>;
    readonly caller: Caller;
    readonly #resolvers: ReadonlyMap<Region, ConflictResolver>;
    readonly #read = new Map<Region, number>();
    #writes = 0;

    private constructor(
        readonly world: SmallWorld,
        readonly tables: Tables,
    ) {
        const clock = storeClock(world);
        this.caller = storeCaller(world);
        this.replicas = new Map(
            regions.map((region) => [region, storeReplica(world, tables, region)]),
        );
        const records = regions.map((region) => new OwnerRecords(this.at(region), this.caller));
        this.#resolvers = new Map(
            regions.map((region) => [
                region,
                new ConflictResolver({
                    region,
                    replicas: this.replicas,
                    caller: this.caller,
                    clock,
                    hybrid: new HybridClock({ physicalMs: () => clock.now(), maxAheadMs: 60_000 }),
                    leases: new Leases({
                        records: [...records].sort((a) => (a.region === region ? -1 : 1)),
                        clock,
                        times: defaultLeaseTimes,
                    }),
                    ownerRecord: async (of) =>
                        records.find((one) => one.region === region)?.read(of),
                }),
            ]),
        );
    }

    static async start(): Promise<Pair> {
        const world = await smallWorld();
        declareStoreTable(world, regions);
        const tables = new Tables(world, { metrics: new RecordedMetrics() });
        await tables.start();
        return new Pair(world, tables);
    }

    async stop(): Promise<void> {
        await this.tables.stop();
        this.world.end();
    }

    at(region: Region): Replica {
        return this.replicas.get(region) as Replica;
    }

    /** Has a region own the home, and the other one know. */
    async own(region: Region, term: number): Promise<void> {
        await this.claim(region, term);
        await this.drained();
    }

    async claim(region: Region, term: number): Promise<void> {
        await new OwnerRecords(this.at(region), this.caller).replace(undefined, {
            home,
            region,
            term,
            heldTerm: term,
            state: "held",
            untilMs: Math.floor(this.world.clock.now()) + 100 * 24 * 3_600_000,
        });
    }

    cut(): void {
        this.world.faults.inject({ kind: "partition", between: regions });
    }

    async heal(): Promise<void> {
        this.world.faults.healAll();
        await this.drained();
    }

    drained(): Promise<void> {
        return this.world.until(() => regions.every((one) => this.tables.pending(one) === 0));
    }

    get(region: Region, key: { pk: string; sk: string }): Promise<AttributeMap | undefined> {
        return this.caller.call(region, (signal) => this.at(region).get(key, true, signal));
    }

    /** A writer that reads, appends and writes, in whatever region it finds itself: the conflicts are its. */
    async append(region: Region, id: string, epoch = 1, aheadMs = 0): Promise<void> {
        const current = await this.get(region, order);
        const item = current && parseHome(current);
        const ids = (item?.value?.["ids"]?.L ?? []).concat({ S: id });
        const isWritten = await this.#put(
            region,
            serialiseHome(order, {
                kind: "order",
                version: this.#next(item, region),
                at: { wallMs: Math.floor(this.world.clock.now()) + aheadMs, logical: 0 },
                origin: region,
                operations: [id],
                home,
                epoch: Math.max(epoch, item?.epoch ?? 1),
                value: { ids: { L: ids } },
            }),
            item,
        );
        // Replication was first.
        return isWritten ? undefined : this.append(region, id, epoch, aheadMs);
    }

    /** As `append`, for a cart: a line of its own for every write. */
    async addLine(region: Region, id: string): Promise<void> {
        const current = await this.get(region, cart);
        const item = current && parseRegional(current);
        const state = item === undefined ? emptyMap : orMapCodec.decode(item.state);
        const isWritten = await this.#put(
            region,
            serialiseRegional(cart, {
                kind: "cart",
                version: this.#next(item, region),
                at: { wallMs: Math.floor(this.world.clock.now()), logical: 0 },
                origin: region,
                operations: [id],
                // A line's dot must be nobody else's, and this item has two writers.
                state: orMapCodec.encode(
                    mergeMaps(state, changeLine(state, `${region}-${id}`, id, 1)),
                ),
            }),
            item,
        );
        return isWritten ? undefined : this.addLine(region, id);
    }

    /** Judges what is new in the streams until nothing more comes of it. */
    async resolve(): Promise<readonly Resolution[]> {
        const resolutions: Resolution[] = [];
        for (let before = -1; before < resolutions.length;) {
            before = resolutions.length;
            await this.drained();
            for (const region of regions) {
                for (const record of this.unread(region)) {
                    resolutions.push(await this.judge(region, record));
                }
            }
        }
        return resolutions.filter(({ conflict }) => conflict !== undefined);
    }

    unread(region: Region): readonly TableRecord[] {
        const all = this.tables.streams
            .peek(region, storeTable)
            .map(({ data }) => JSON.parse(data.toString()) as TableRecord);
        const from = this.#read.get(region) ?? 0;
        this.#read.set(region, all.length);
        return all.slice(from);
    }

    judge(region: Region, record: TableRecord, told: string[] = []): Promise<Resolution> {
        return (this.#resolvers.get(region) as ConflictResolver).resolve(
            readChange(record),
            ({ outcome }) => told.push(outcome),
        );
    }

    /** The lost values that are on record in a region. */
    async recorded(region: Region, pk: string): Promise<readonly AttributeMap[]> {
        const { items } = await this.caller.call(region, (signal) =>
            this.at(region).query(
                {
                    KeyConditionExpression: "pk = :pk",
                    ExpressionAttributeValues: { ":pk": { S: `CONFLICT#${pk}` } },
                },
                signal,
            ),
        );
        return items.map((item) => lostItem([item]));
    }

    /** Versions that a region noted before it wrote them to the home. */
    async noted(region: Region): Promise<readonly string[]> {
        const log = new AwayLog(this.at(region), this.caller, home);
        const pages = await Promise.all(
            awayShards.map((shard) => log.read(shard, "", endOfLog, 100)),
        );
        return pages.flatMap(({ entries }) => entries.map(({ version }) => version.toString()));
    }

    /** A counter that is used once, though the region may have been made to forget its last one. */
    #next(item: { readonly version: VersionVector } | undefined, region: Region): VersionVector {
        const version = item?.version ?? VersionVector.empty;
        // What resolves a conflict counts too, so that the writes alone may be behind.
        return version.raise(region, Math.max(version.get(region) + 1, ++this.#writes));
    }

    /** Says whether the item was as it had been read. */
    async #put(
        region: Region,
        item: AttributeMap,
        before: { readonly version: VersionVector } | undefined,
    ): Promise<boolean> {
        try {
            await this.caller.call(region, (signal) =>
                this.at(region).put(item, unchanged(before), signal),
            );
            return true;
        } catch (error) {
            if (failureKind(error) === "condition") {
                return false;
            }
            throw error;
        }
    }
}

const idsOf = (item: AttributeMap | undefined): readonly string[] =>
    item === undefined ? [] : (parseHome(item).value?.["ids"]?.L ?? []).map(({ S = "" }) => S);

const linesOf = (item: AttributeMap | undefined): readonly string[] =>
    item === undefined
        ? []
        : [...quantities(orMapCodec.decode(parseRegional(item).state)).keys()].sort();

describe("the conflict resolver", () => {
    let pair: Pair;

    beforeEach(async () => {
        pair = await Pair.start();
    });
    afterEach(() => pair.stop());

    it("merges what merges, in the item's own region, and records what was overwritten", async () => {
        pair.cut();
        await pair.addLine(eu, "mug");
        await pair.world.clock.sleep(1000);
        await pair.addLine(us, "hat");
        await pair.heal();
        const resolutions = await pair.resolve();
        expect(resolutions.map(({ conflict }) => [conflict?.detectedIn, conflict?.outcome])).to.eql(
            [[eu, "merged"]],
        );
        for (const region of regions) {
            expect(linesOf(await pair.get(region, cart)), region).to.eql(["hat", "mug"]);
            expect((await pair.recorded(region, cart.pk)).map(linesOf)).to.eql([["mug"]]);
        }
    });

    it("keeps the value of the later epoch, whichever the table kept, and records the other", async () => {
        await pair.append(eu, "first");
        await pair.drained();
        await pair.world.clock.sleep(2000);
        const epoch = Math.ceil(pair.world.clock.now());
        await pair.own(us, epoch);
        pair.cut();
        await pair.append(us, "by the successor", epoch);
        await pair.world.clock.sleep(1000);
        // Later by the table's clock, which keeps it.
        await pair.append(eu, "by the old owner", 1);
        await pair.heal();
        const [resolution] = await pair.resolve();
        expect(resolution?.conflict).to.include({
            cause: "concurrent",
            outcome: "recorded",
            detectedIn: us,
        });
        for (const region of regions) {
            const item = await pair.get(region, order);
            expect(idsOf(item), region).to.eql(["first", "by the successor"]);
            expect(item && parseHome(item)).to.include({ epoch, origin: us });
            // So that the home, when it goes back, waits for what was written back as well.
            expect(await pair.noted(us)).to.eql([item?.["version"]?.S]);
            expect((await pair.recorded(region, order.pk)).map(idsOf)).to.eql([
                ["first", "by the old owner"],
            ]);
        }
    });

    for (const [aheadMs, lost] of [
        [2500, "by the clock that is ahead"],
        [30_000, "second"],
    ] as const) {
        it(`records what the item's next value takes the place of, or the joined one, by a clock ${aheadMs} ms ahead`, async () => {
            await pair.own(eu, 1);
            pair.cut();
            await pair.append(us, "by the clock that is ahead", 1, aheadMs);
            await pair.world.clock.sleep(1000);
            await pair.append(eu, "first");
            await pair.world.clock.sleep(4000);
            await pair.append(eu, "second");
            await pair.heal();
            await pair.resolve();
            const item = await pair.get(eu, order);
            const recorded = (
                await Promise.all(regions.map((region) => pair.recorded(region, order.pk)))
            ).flat();
            expect(idsOf(item)).not.to.include(lost);
            expect([item, ...recorded].flatMap(idsOf)).to.include.members([
                "by the clock that is ahead",
                "first",
                "second",
            ]);
        });
    }

    it("records of two contents under one version the one that is not in the table", async () => {
        await pair.own(eu, 1);
        await pair.append(eu, "a", 1, 30_000);
        const stored = (await pair.get(eu, order)) ?? {};
        const other = serialiseHome(order, {
            ...parseHome(stored),
            at: { wallMs: Math.floor(pair.world.clock.now()), logical: 0 },
            value: { ids: { L: [{ S: "b" }] } },
        });
        await pair.caller.call(eu, (signal) => pair.at(eu).put(other, {}, signal));
        const [resolution] = await pair.resolve();
        expect(resolution?.conflict?.cause).to.equal("ambiguous");
        expect(idsOf(await pair.get(us, order))).to.eql(["b"]);
        expect(idsOf(resolution?.conflict?.lost.item)).to.eql(["a"]);
    });

    it("has the item come after both versions, so that nobody who saw either is ahead of it", async () => {
        await pair.own(eu, 1);
        pair.cut();
        await pair.append(eu, "a");
        await pair.append(us, "b");
        const seen = await Promise.all(
            regions.map(async (region) => parseHome((await pair.get(region, order)) ?? {}).version),
        );
        await pair.heal();
        await pair.resolve();
        for (const region of regions) {
            const { version } = parseHome((await pair.get(region, order)) ?? {});
            expect(seen.map((one) => version.covers(one))).to.eql([true, true]);
        }
    });

    it("changes nothing, and counts nothing twice, when a change is told again", async () => {
        await pair.own(eu, 1);
        pair.cut();
        await pair.append(us, "b");
        await pair.world.clock.sleep(1000);
        await pair.append(eu, "a");
        await pair.addLine(us, "hat");
        await pair.world.clock.sleep(1000);
        await pair.addLine(eu, "mug");
        await pair.heal();
        const told = pair.unread(us).filter(({ eventName }) => eventName === "MODIFY");
        const first = [];
        const again = [];
        for (const record of told) {
            first.push(await pair.judge(us, record));
        }
        await pair.drained();
        const before = await Promise.all([pair.get(eu, order), pair.get(eu, cart)]);
        for (const record of told) {
            again.push(await pair.judge(us, record));
        }
        await pair.drained();
        expect(first.map(({ repeated }) => repeated)).to.eql([false, false]);
        expect(again.map(({ repeated }) => repeated)).to.eql([true, true]);
        expect(await Promise.all([pair.get(eu, order), pair.get(eu, cart)])).to.eql(before);
    });

    it("records first, and has the item wait, while its home has no owner", async () => {
        pair.cut();
        await pair.append(us, "b");
        await pair.world.clock.sleep(1000);
        await pair.append(eu, "a");
        await pair.heal();
        const [insert, change] = pair.unread(us);
        expect(insert?.eventName).to.equal("INSERT");
        const told: string[] = [];
        let refusal: unknown;
        try {
            await pair.judge(us, change as TableRecord, told);
        } catch (error) {
            refusal = error;
        }
        expect(refusal).to.be.instanceOf(NoOwnerError);
        expect(told).to.eql(["recorded"]);
        expect((await pair.recorded(us, order.pk)).map(idsOf)).to.eql([["b"]]);
        await pair.own(eu, 1);
        expect(await pair.judge(us, change as TableRecord, told)).to.include({ repeated: true });
        expect(told).to.eql(["recorded"]);
    });

    it("tells of a write that arrives from an epoch that is over", async () => {
        pair.cut();
        await pair.append(eu, "acknowledged by the lost region", 1);
        await pair.world.clock.sleep(5000);
        await pair.claim(us, Math.ceil(pair.world.clock.now()));
        await pair.world.clock.sleep(5000);
        await pair.heal();
        const resolutions = await pair.resolve();
        expect(resolutions.map(({ conflict }) => [conflict?.cause, conflict?.outcome])).to.eql([
            ["late", "arrived"],
        ]);
        expect(idsOf(await pair.get(us, order))).to.eql(["acknowledged by the lost region"]);
    });

    it("restores what an older version has overwritten", async () => {
        await pair.own(eu, 1);
        await pair.append(eu, "a");
        const old = (await pair.get(eu, order)) ?? {};
        await pair.append(eu, "b");
        await pair.caller.call(eu, (signal) => pair.at(eu).put(old, {}, signal));
        const resolutions = await pair.resolve();
        expect(resolutions.map(({ conflict }) => conflict?.cause)).to.include("overwritten");
        expect(idsOf(await pair.get(us, order))).to.eql(["a", "b"]);
    });

    it("records what was deleted before its time, and what expired is no loss", async () => {
        const nowSeconds = Math.floor(pair.world.clock.now() / 1000);
        for (const [id, expiresAt] of [
            ["kept", nowSeconds + 1000],
            ["over", nowSeconds - 1],
        ] as const) {
            const key = { pk: `CART#${id}`, sk: "CART#eu-west-1" };
            const state = changeLine(emptyMap, eu, id, 1);
            await pair.caller.call(eu, (signal) =>
                pair.at(eu).put(
                    serialiseRegional(key, {
                        kind: "cart",
                        version: VersionVector.of({ [eu]: 1 }),
                        at: { wallMs: 1, logical: 0 },
                        origin: eu,
                        operations: [],
                        state: orMapCodec.encode(state),
                        expiresAt,
                    }),
                    {},
                    signal,
                ),
            );
            await pair.world.clock.io(() =>
                pair.tables.execute(eu, "DeleteItem", {
                    TableName: storeTable,
                    Key: keyAttributes(key),
                }),
            );
        }
        const resolutions = await pair.resolve();
        const told = resolutions.map(({ verdict, conflict }) => [
            verdict,
            conflict?.detectedIn,
            storedKey(conflict?.lost.item ?? {}).pk,
        ]);
        expect(told).to.have.deep.members([
            ["deleted", eu, "CART#kept"],
            ["deleted", us, "CART#kept"],
        ]);
    });

    it("passes over what has no version, and refuses what is damaged", async () => {
        const changed = (before: AttributeMap, after: AttributeMap): TableRecord => ({
            eventID: "1",
            eventName: "MODIFY",
            dynamodb: {
                SequenceNumber: "1",
                ApproximateCreationDateTime: 1,
                Keys: keyAttributes(order),
                OldImage: { ...keyAttributes(order), ...before },
                NewImage: { ...keyAttributes(order), ...after },
            },
        });
        const plain = { value: { S: "1" } };
        expect(await pair.judge(eu, changed(plain, { value: { S: "2" } }))).to.eql({
            verdict: "unversioned",
        });
        for (const [damaged, error] of [
            [{ kind: { S: "order" }, version: { S: "not a vector" } }, "CorruptItemError"],
            [{ kind: { S: "parcel" }, version: { S: "eu-west-1:1" } }, "UnknownKindError"],
        ] as const) {
            let name = "";
            try {
                await pair.judge(eu, changed(plain, damaged));
            } catch (thrown) {
                name = (thrown as Error).name;
            }
            expect(name).to.equal(error);
        }
    });
});

describe("conflicts of two regions, in any order", function () {
    this.timeout(0);

    const step = fc.oneof(
        {
            weight: 3,
            arbitrary: fc.constantFrom(
                "eu cart",
                "us cart",
                "eu order",
                "us order",
                "us order by a clock ahead",
            ),
        },
        { weight: 1, arbitrary: fc.constant("resolve") },
    );

    it("leave every acknowledged value in the item, or on record", async () => {
        await fc.assert(
            fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
                const pair = await Pair.start();
                try {
                    await pair.own(eu, 1);
                    // A region whose write was overwritten must not write again before the two are joined:
                    // it would count from where it was, and take the lost write for its own. So nothing
                    // arrives but where it is resolved, however busy the machine is.
                    pair.cut();
                    const orders: string[] = [];
                    const lines: string[] = [];
                    for (const [index, one] of steps.entries()) {
                        const id = `w${index}`;
                        const region = one.startsWith("us") ? us : eu;
                        if (one.endsWith("cart")) {
                            await pair.addLine(region, id);
                            lines.push(id);
                        } else if (one.includes("order")) {
                            await pair.append(region, id, 1, one.endsWith("ahead") ? 2500 : 0);
                            orders.push(id);
                        } else {
                            await pair.heal();
                            await pair.resolve();
                            await pair.drained();
                            pair.cut();
                        }
                    }
                    await pair.heal();
                    await pair.resolve();
                    const item = await pair.get(eu, order);
                    const recorded = await pair.recorded(eu, order.pk);
                    const found = new Set([item, ...recorded].flatMap(idsOf));
                    expect(orders.filter((id) => !found.has(id))).to.eql([]);
                    expect(linesOf(await pair.get(eu, cart))).to.eql([...lines].sort());
                    expect(await pair.get(us, order)).to.eql(item);
                    expect(await pair.get(us, cart)).to.eql(await pair.get(eu, cart));
                } finally {
                    await pair.stop();
                }
            }),
            { numRuns: propertyRuns(15) },
        );
    });
});
