import { expect } from "chai";

import { VersionVector } from "../../../runtime/consistency/versionVector";
import { NoHomeError, StaleEpochError, StoreInputError } from "../../../runtime/store/errors";
import type { GlobalDataStore } from "../../../runtime/store/globalDataStore";
import type { HomeKeeper } from "../../../runtime/store/homes/homeKeeper";
import { defaultLeaseTimes, holdOffMs } from "../../../runtime/store/homes/votes";
import { homeOf, succession } from "../../../runtime/store/keys";
import { Cluster, regions, type Region } from "./support/cluster";

const home = "us-east-1";
const order = { pk: `ORDER#1~${home}`, sk: "ORDER" };
const [, heir, third] = succession(home, regions) as [Region, Region, Region, Region];
const placed = { cartId: "7", total: 12 };
const { leaseMs, inFlightMs, skewMs } = defaultLeaseTimes;

async function thrown(work: Promise<unknown>): Promise<unknown> {
    return work.then(
        () => expect.fail("it was not refused"),
        (error: unknown) => error,
    );
}

describe("items with a home", () => {
    let cluster: Cluster;
    let stores: Map<Region, GlobalDataStore>;
    let keepers: Map<Region, HomeKeeper>;

    beforeEach(async () => {
        cluster = await Cluster.start();
        stores = new Map(regions.map((region) => [region, cluster.store(region)]));
        keepers = new Map(regions.map((region) => [region, cluster.keeper(region)]));
        await tick();
    });

    const at = (region: Region): GlobalDataStore => stores.get(region) as GlobalDataStore;

    /** A round of the keepers of these regions, and replication between all that are not cut off. */
    async function tick(
        which: readonly Region[] = regions,
        isCut: (from: string, to: string) => boolean = () => false,
    ): Promise<void> {
        for (const region of which) {
            await cluster.clock.run((keepers.get(region) as HomeKeeper).tick());
            await cluster.replicate(isCut);
        }
    }

    /** Rounds for so long, milliseconds. */
    async function rounds(
        ms: number,
        which: readonly Region[] = regions,
        isCut?: (from: string, to: string) => boolean,
    ): Promise<void> {
        for (let passed = 0; passed < ms; passed += 5000) {
            cluster.clock.pass(5000);
            await tick(which, isCut);
        }
    }

    const put = (
        region: Region,
        value: Parameters<GlobalDataStore["put"]>[2] = placed,
        expected: "absent" | VersionVector = "absent",
        operation = "op-1",
    ) => cluster.clock.run(at(region).put("order", order, value, expected, { operation }));

    const strong = (region: Region) =>
        cluster.clock.run(at(region).get("order", order, { consistency: "home" }));

    const takenBy = (): readonly string[] =>
        cluster.events
            .filter((one) => one.kind === "taken" && one.home === home)
            .map(({ region }) => region);

    it("are each created once, wherever they are sent", async () => {
        const results = await cluster.clock.run(
            Promise.all(
                regions.map((region, n) =>
                    at(region).put("order", order, { ...placed, n }, "absent"),
                ),
            ),
        );
        expect(results.filter(({ kind }) => kind === "written")).to.have.length(1);
        expect(results.filter(({ kind }) => kind === "conflict")).to.have.length(3);
        const item = await cluster.item(home, order.pk, order.sk);
        expect(item?.["home"]).to.deep.equal({ S: home });
        expect(item?.["origin"]).to.deep.equal({ S: home });
    });

    it("know a retry, also one whose first answer got lost", async () => {
        cluster.answers(home, "mute");
        expect(await put("eu-west-1")).to.include({ kind: "written" });
        cluster.answers(home, "well");
        expect(await put("ap-east-1")).to.include({ kind: "written", repeated: true });
        expect(await put("ap-east-1", placed, "absent", "op-2")).to.include({ kind: "conflict" });
    });

    it("are changed by whoever read the last version, and by nobody else", async () => {
        const first = await put("eu-west-1");
        const seen = first.kind === "written" ? first.version : VersionVector.empty;
        const changes = await cluster.clock.run(
            Promise.all(
                (["eu-west-1", "ap-east-1"] as const).map((region) =>
                    at(region).put("order", order, { ...placed, total: 13 }, seen),
                ),
            ),
        );
        expect(changes.map(({ kind }) => kind).sort()).to.deep.equal(["conflict", "written"]);
        const counted = await cluster.clock.run(
            Promise.all(
                regions.map((region) =>
                    at(region).update("order", order, (value) => ({
                        ...value,
                        n: Number(value?.["n"] ?? 0) + 1,
                    })),
                ),
            ),
        );
        expect(counted.map(({ kind }) => kind)).to.deep.equal(Array(4).fill("written"));
        expect(await strong("ap-south-1")).to.deep.include({
            kind: "found",
            value: { ...placed, total: 13, n: 4 },
        });
    });

    it("are not said to be as they were when an attempt may have been written over", async () => {
        const client = cluster.client(home);
        const version = VersionVector.of({ [home]: 1 });
        let isFirst = true;
        const send = async (command: { readonly constructor: { readonly name: string } }) => {
            const answer: unknown = await client.send(command as never);
            if (isFirst && command.constructor.name === "PutItemCommand") {
                isFirst = false;
                // With a clock that went on, this writer need not look at what it replaces.
                cluster.clock.pass(1);
                await at("eu-west-1").put("order", order, { ...placed, total: 2 }, version);
                throw Object.assign(new Error("no answer"), { name: "TimeoutError" });
            }
            return answer;
        };
        const clients = new Map([[home, { send }]]);
        const written = await cluster.clock.run(
            cluster
                .store(home, { clients })
                .put("order", order, placed, "absent", { operation: "op-1" }),
        );
        expect(written).to.include({ kind: "unknown" });
        const there = await strong(home);
        expect(there).to.deep.include({ kind: "found", value: { ...placed, total: 2 } });
    });

    it("are updated once, also when the update is sent again", async () => {
        const count = (region: Region, operation: string) =>
            cluster.clock.run(
                at(region).update(
                    "order",
                    order,
                    (value) => ({ ...placed, n: Number(value?.["n"] ?? 0) + 1 }),
                    { operation },
                ),
            );
        expect(await count("eu-west-1", "op-1")).to.include({ repeated: false });
        expect(await count("eu-west-1", "op-2")).to.include({ repeated: false });
        const again = await count("ap-east-1", "op-1");
        expect(again).to.deep.include({ repeated: true, value: { ...placed, n: 2 } });
        expect(again).not.to.have.property("operations");
        expect((await cluster.item(home, order.pk, order.sk))?.["operations"]).to.deep.equal({
            L: [{ S: "op-2" }, { S: "op-1" }],
        });
    });

    it("stay deleted, and go on from the version that was deleted", async () => {
        const first = await put(home);
        const version = first.kind === "written" ? first.version : VersionVector.empty;
        const gone = await cluster.clock.run(at(home).delete("order", order, version));
        expect(gone).to.include({ kind: "written" });
        expect(await strong(home)).to.include({ kind: "absent" });
        const anew = await put(home, placed, "absent", "op-2");
        expect(anew.kind === "written" && anew.version.toString()).to.equal(`${home}:3`);
    });

    it("are found by their index, in pages, without what was deleted", async () => {
        for (const n of [1, 2, 3]) {
            const key = { pk: `ORDER#${n}~${home}`, sk: "ORDER" };
            await cluster.clock.run(at(home).put("order", key, { ...placed, n }, "absent"));
        }
        await cluster.clock.run(at(home).delete("order", order, VersionVector.of({ [home]: 1 })));
        await cluster.replicate();
        const first = await cluster.clock.run(
            at("eu-west-1").query("order", "CART#7", { index: true, limit: 1 }),
        );
        const second = await cluster.clock.run(
            at("eu-west-1").query("order", "CART#7", { index: true, cursor: first.cursor ?? "" }),
        );
        expect([...first.items, ...second.items].map(({ value }) => value["n"])).to.deep.equal([
            2, 3,
        ]);
        expect(second.cursor).to.equal(undefined);
    });

    it("read many at once, each with an answer of its own", async () => {
        await put(home);
        await cluster.replicate();
        const cart = { pk: "CART#7", sk: "CART" };
        await cluster.clock.run(
            at("eu-west-1").apply("cart", cart, { op: "set", line: "mug", quantity: 2 }),
        );
        const keys = [
            { kind: "order" as const, key: order },
            { kind: "cart" as const, key: cart },
            { kind: "order" as const, key: { ...order, sk: "NONE" } },
        ];
        const read = await cluster.clock.run(at("eu-west-1").getMany(keys));
        expect(read.map(({ kind }) => kind)).to.deep.equal(["found", "found", "absent"]);
        cluster.answers("eu-west-1", "throttles");
        expect(
            (await cluster.clock.run(at("eu-west-1").getMany(keys))).map(({ kind }) => kind),
        ).to.deep.equal(Array(3).fill("unavailable"));
    });

    it("write many at once, and say which of them did not work", async () => {
        const results = await cluster.clock.run(
            at(home).writeMany([
                (store) => store.put("order", order, placed, "absent"),
                (store) => store.put("order", { ...order, pk: "ORDER#2~mars" }, placed, "absent"),
                (store) => store.put("order", { ...order, sk: "B" }, placed, "absent"),
            ]),
        );
        expect(results.map((one) => (one instanceof Error ? one.name : one.kind))).to.deep.equal([
            "written",
            "NoHomeError",
            "written",
        ]);
    });

    it("are taken over once the region is voted out and its time is over, not before, and without calling it", async () => {
        await put("eu-west-1");
        await cluster.replicate();
        cluster.answers(home, "hangs");
        cluster.votes.set(home, "evacuated");
        const cut = (from: string, to: string): boolean => [from, to].includes(home);
        const survivors = regions.filter((region) => region !== home);
        await tick(survivors, cut);
        cluster.calls.delete(home);
        await rounds(holdOffMs(defaultLeaseTimes) - 5000, survivors, cut);
        expect(takenBy()).to.deep.equal([home]);
        expect(await put("eu-west-1", placed, "absent", "op-2")).to.include({
            kind: "unavailable",
        });
        await rounds(10_000, survivors, cut);
        expect(takenBy()).to.deep.equal([home, heir]);
        expect(cluster.events.at(-1)?.takenFrom?.region).to.equal(home);
        expect(cluster.calls.get(home)).to.equal(undefined);
        // The order that was placed before is found by its key.
        expect(await put("eu-west-1")).to.include({ kind: "written", repeated: true });
        const changed = await cluster.clock.run(
            at("eu-west-1").update("order", order, (value) => ({ ...value, total: 1 })),
        );
        expect(changed).to.include({ kind: "written", region: heir });
        expect(cluster.calls.get(home)).to.equal(undefined);
    });

    it("stop at a region that hears nothing of the votes, before anybody else takes them", async () => {
        cluster.votes.delete(home);
        expect(await put(home)).to.include({ kind: "written" });
        await rounds(leaseMs, regions);
        expect(await put(home, placed, "absent", "op-2")).to.include({ kind: "unavailable" });
        expect(takenBy()).to.deep.equal([home]);
    });

    it("go back to a region that returns, once it has everything, and its lost writes lose openly", async () => {
        const survivors = regions.filter((region) => region !== home);
        const cut = (from: string, to: string): boolean => [from, to].includes(home);
        await put("eu-west-1");
        await cluster.replicate();
        // Acknowledged at home, and on its way when the region is lost.
        const version = VersionVector.of({ [home]: 1 });
        const late = await put("eu-west-1", { ...placed, total: 99 }, version, "op-late");
        expect(late).to.include({ kind: "written" });
        cluster.answers(home, "hangs");
        cluster.votes.set(home, "evacuated");
        await rounds(holdOffMs(defaultLeaseTimes) + 10_000, survivors, cut);
        const over = await put("eu-west-1", { ...placed, total: 1 }, version, "op-heir");
        expect(over).to.include({ kind: "written", region: heir });
        const fresh = await cluster.clock.run(
            at(heir).put("order", { ...order, sk: "NEW" }, placed, "absent"),
        );
        expect(fresh).to.include({ kind: "written" });
        // What is younger than a lease may be on its way when the owner is asked to stop.
        await rounds(2 * leaseMs, survivors, cut);

        cluster.answers(home, "well");
        cluster.votes.set(home, "in-service");
        const notFromHeir = (from: string, to: string): boolean => from === heir && to === home;
        await rounds(3 * leaseMs, regions, notFromHeir);
        expect(takenBy(), "not caught up").to.deep.equal([home, heir]);
        expect(await put("eu-west-1", placed, "absent", "op-3")).to.include({ kind: "conflict" });

        await cluster.replicate();
        await rounds(4 * leaseMs);
        expect(takenBy()).to.deep.equal([home, heir, home]);
        expect(await strong("eu-west-1")).to.deep.include({
            kind: "found",
            value: { ...placed, total: 1 },
        });
        expect(cluster.lost).to.deep.equal([
            // In every other region, what the lost one sent is older, and the other way around.
            ...cluster.lost.map(() => ({ sk: order.sk, region: home })),
        ]);
        expect(cluster.lost).not.to.deep.equal([]);
        const back = await put(
            "eu-west-1",
            { ...placed, total: 2 },
            VersionVector.of({ [home]: 1, [heir]: 1 }),
            "op-4",
        );
        expect(back).to.include({ kind: "written", region: home });
    });

    it("are told of as taken once, also when the answer got lost", async () => {
        const survivors = regions.filter((region) => region !== home);
        cluster.votes.set(home, "evacuated");
        await rounds(holdOffMs(defaultLeaseTimes) - 5000, survivors);
        cluster.answers(heir, "mute");
        await rounds(15_000, survivors);
        cluster.answers(heir, "well");
        await rounds(10_000, survivors);
        expect(takenBy()).to.deep.equal([home, heir]);
        const taken = cluster.events.filter(({ kind }) => kind === "taken").at(-1);
        expect(taken?.takenFrom?.region).to.equal(home);
    });

    it("go back only once the last that was written elsewhere has arrived", async () => {
        const survivors = regions.filter((region) => region !== home);
        cluster.votes.set(home, "evacuated");
        await rounds(holdOffMs(defaultLeaseTimes) + 10_000, survivors);
        cluster.votes.set(home, "in-service");
        expect(await strong(heir)).to.include({ kind: "absent" });
        // The home claims; the heir hears of it and stops.
        await tick([home]);
        await tick([heir]);
        const given = cluster.events.at(-1);
        expect(given).to.include({ kind: "released", home, region: heir });
        // Whoever knew of the heir's lease goes on with it to its end.
        cluster.clock.pass(leaseMs - 3 * skewMs);
        const late = await cluster.clock.run(
            at(heir).put("order", order, { ...placed, total: 99 }, "absent"),
        );
        expect(late).to.include({ kind: "written", region: heir });
        cluster.clock.pass(3 * skewMs + inFlightMs + skewMs + 1);
        const notFromHeir = (from: string): boolean => from === heir;
        await tick([home], notFromHeir);
        expect(cluster.events.at(-1)).to.include({
            kind: "waiting",
            home,
            region: home,
            reason: "it has not caught up",
        });
        await cluster.replicate();
        await tick([home]);
        expect(takenBy()).to.deep.equal([home, heir, home]);
        expect(await strong("eu-west-1")).to.deep.include({ value: { ...placed, total: 99 } });
    });

    it("are asked for only so far as nothing can be on its way to the owner's table any more", async () => {
        const asked: number[] = [];
        const has = async (_: string, __: string, ___: number, beforeMs: number) => {
            asked.push(cluster.clock.now() - beforeMs);
            return false;
        };
        cluster.votes.set(home, "evacuated");
        await rounds(
            holdOffMs(defaultLeaseTimes) + 10_000,
            regions.filter((region) => region !== home),
        );
        cluster.votes.set(home, "in-service");
        keepers.set(home, cluster.keeper(home, { catchUp: { has } }));
        await tick([home]);
        // A write is stamped while its lease lasts, perhaps by a slow clock, and may take this long from then on.
        expect(asked).to.deep.equal([leaseMs + inFlightMs + 2 * skewMs]);
    });

    it("are not taken from their own region by one that has not heard of its last lease", async () => {
        cluster.votes.set(home, "evacuated");
        await rounds(
            holdOffMs(defaultLeaseTimes) + 10_000,
            regions.filter((region) => region !== home),
        );
        cluster.votes.set(home, "in-service");
        const cut = (from: string): boolean => from === home;
        const overMs = leaseMs + inFlightMs + 2 * skewMs;
        // While the heir stands still, its lease ends; and nothing comes from the home that took over.
        await rounds(overMs + 5000, [home], cut);
        expect(takenBy()).to.deep.equal([home, heir, home]);
        expect(await put(home)).to.include({ kind: "written", region: home });
        // Now the home stands still. What it wrote is on no list, and has not arrived.
        await rounds(overMs + 5000, [heir], cut);
        expect(takenBy()).to.deep.equal([home, heir, home]);
        await rounds(10_000);
        expect(takenBy()).to.deep.equal([home, heir, home, home]);
    });

    it("are not taken on what was heard of the votes before a long silence", async () => {
        let isDeaf = false;
        const votes = { read: async () => new Map(isDeaf ? [] : cluster.votes) };
        keepers.set(heir, cluster.keeper(heir, { votes }));
        cluster.votes.set(home, "evacuated");
        await tick([heir]);
        isDeaf = true;
        cluster.votes.set(home, "in-service");
        await rounds(2 * holdOffMs(defaultLeaseTimes));
        isDeaf = false;
        cluster.votes.set(home, "evacuated");
        const others = regions.filter((region) => region !== home);
        await rounds(leaseMs, others);
        expect(takenBy()).to.deep.equal([home]);
        await rounds(holdOffMs(defaultLeaseTimes), others);
        expect(takenBy()).to.deep.equal([home, heir]);
    });

    it("are not taken from a region that is in service and cannot be reached", async () => {
        cluster.answers(home, "hangs");
        await rounds(
            2 * holdOffMs(defaultLeaseTimes),
            regions.filter((region) => region !== home),
        );
        expect(takenBy()).to.deep.equal([home]);
        cluster.votes.set(heir, "evacuated");
        await rounds(2 * holdOffMs(defaultLeaseTimes), [third]);
        expect(takenBy()).to.deep.equal([home]);
    });

    it("are not taken back from a region that cannot be reached, however long that takes", async () => {
        cluster.votes.set(home, "evacuated");
        await rounds(holdOffMs(defaultLeaseTimes) + 10_000);
        expect(takenBy()).to.deep.equal([home, heir]);
        cluster.votes.set(home, "in-service");
        cluster.answers(heir, "hangs");
        await rounds(2 * holdOffMs(defaultLeaseTimes), [home]);
        expect(takenBy()).to.deep.equal([home, heir]);
        cluster.answers(heir, "well");
        await rounds(3 * leaseMs);
        expect(takenBy().at(-1)).to.equal(home);
    });

    it("are not acknowledged when the answer comes after the lease", async () => {
        const lease = await cluster.clock.run(at(home).leaseOf(order));
        cluster.clock.pass((lease?.untilMs ?? 0) - skewMs - cluster.clock.now() - 1);
        const store = cluster.store(home, {
            limits: {
                attemptMs: 60_000,
                totalMs: 60_000,
                attempts: 1,
                firstBackoffMs: 1,
                mostBackoffMs: 1,
            },
        });
        await cluster.clock.run(store.leaseOf(order));
        cluster.pauses(home, inFlightMs + 2);
        const written = await cluster.clock.run(store.put("order", order, placed, "absent"));
        expect(written).to.include({ kind: "unknown" });
    });

    it("refuse a stale epoch, a missing home, and a version that is none", async () => {
        await put(home);
        const item = (await cluster.item(home, order.pk, order.sk)) ?? {};
        const seen = VersionVector.of({ [home]: 1 });
        const homeless = Object.fromEntries(
            Object.entries(item).filter(([name]) => name !== "home"),
        );
        const later = { ...item, epoch: { N: String(cluster.clock.now() + 60_000) } };
        for (const [bad, error] of [
            [later, StaleEpochError],
            [homeless, NoHomeError],
            [{ ...item, home: { S: "eu-west-1" } }, NoHomeError],
        ] as const) {
            await cluster.plant(home, bad);
            expect(await thrown(put(home, { ...placed, total: 1 }, seen, "op-2"))).to.be.instanceOf(
                error,
            );
            expect(await cluster.item(home, order.pk, order.sk)).to.deep.equal(bad);
        }
        await cluster.plant(home, { ...item, version: { S: "us-east-1:01" } });
        expect(await thrown(put(home, { ...placed, total: 1 }, seen))).to.have.property(
            "name",
            "CorruptItemError",
        );
    });

    it("refuse what no index can hold, and write nothing", async () => {
        const most = 2048 - "CART#".length;
        const long = put(home, { cartId: "x".repeat(most + 1) });
        const error = await thrown(long);
        expect(error).to.be.instanceOf(StoreInputError);
        expect((error as Error).message).to.include("partition key of 2049 bytes");
        expect(await cluster.item(home, order.pk, order.sk)).to.equal(undefined);
        expect(await put(home, { cartId: "x".repeat(most) })).to.include({ kind: "written" });
    });

    it("have a home that their key names, or that all regions choose alike", () => {
        const homes = Array.from({ length: 400 }, (_, n) =>
            homeOf({ pk: `ORDER#${n}`, sk: "ORDER" }, regions),
        );
        for (const region of regions) {
            expect(homes.filter((one) => one === region).length).to.be.within(60, 140);
        }
        expect(homeOf({ pk: "PROFILE#1~eu-west-1", sk: "P" }, regions)).to.equal("eu-west-1");
        expect(() => homeOf({ pk: "PROFILE#1~mars", sk: "P" }, regions)).to.throw(NoHomeError);
    });
});
