import { expect } from "chai";

import { VersionVector } from "../../../runtime/consistency/versionVector";
import { Caller } from "../../../runtime/store/calls/caller";
import { Replica, type ReplicaClient } from "../../../runtime/store/calls/replica";
import type { AttributeMap } from "../../../runtime/store/codec/itemSize";
import { CorruptItemError } from "../../../runtime/store/errors";
import type { GlobalDataStore } from "../../../runtime/store/globalDataStore";
import { AwayLog, awayShards, endOfLog, noteAway } from "../../../runtime/store/homes/awayLog";
import { LogCatchUp } from "../../../runtime/store/homes/catchUp";
import { defaultLeaseTimes, holdOffMs } from "../../../runtime/store/homes/votes";
import { succession } from "../../../runtime/store/keys";
import { Cluster, regions, table, type Region } from "./support/cluster";

const home = "us-east-1";
const [, heir, third] = succession(home, regions) as [Region, Region, Region, Region];
const orderOf = (n: number) => ({ pk: `ORDER#${n}~${home}`, sk: "ORDER" });
const value = { cartId: "7", total: 12 };

interface Sent {
    readonly region: string;
    readonly command: string;
    readonly input: Record<string, unknown>;
}

describe("what is written to a home that is away", () => {
    let cluster: Cluster;
    let stores: Map<Region, GlobalDataStore>;
    const sent: Sent[] = [];
    /** The error that a call gets for an answer, by its name. */
    let refuses: (one: Sent) => string | undefined;

    beforeEach(async () => {
        cluster = await Cluster.start();
        sent.length = 0;
        refuses = () => undefined;
        stores = new Map(
            regions.map((region) => [
                region,
                cluster.store(region, {
                    clients: new Map([
                        [region, spied(region)],
                        ...regions
                            .filter((one) => one !== region)
                            .map((one) => [one, spied(one)] as const),
                    ]),
                }),
            ]),
        );
    });

    /** A region's client, of which every call is seen and may be refused. */
    function spied(region: Region): ReplicaClient {
        const client = cluster.client(region);
        return {
            send: async (command: { readonly input: object }, ...rest: unknown[]) => {
                const one = {
                    region,
                    command: command.constructor.name.replace(/Command$/, ""),
                    input: command.input as Record<string, unknown>,
                };
                sent.push(one);
                const name = refuses(one);
                if (name !== undefined) {
                    throw Object.assign(new Error(name), { name });
                }
                return client.send(command as never, ...(rest as []));
            },
        };
    }

    /** Items are written under conditions, entries are not. */
    const isItem = ({ command, input }: Sent): boolean =>
        command === "PutItem" && input["ConditionExpression"] !== undefined;

    const replica = (region: Region): Replica => new Replica(region, table, spied(region));
    const callerOf = (): Caller => new Caller(cluster.clock, () => cluster.random());

    function catchUp(at: Region = home, stepMs?: number): LogCatchUp {
        const order = [at, ...regions.filter((one) => one !== at)];
        const [local, ...others] = order.map(replica) as [Replica, ...Replica[]];
        return new LogCatchUp(local, [local, ...others], callerOf(), cluster.clock, stepMs);
    }

    const has = (
        looks: LogCatchUp,
        { sinceMs = 0, beforeMs = Infinity, from = heir } = {},
    ): Promise<boolean> => cluster.clock.run(looks.has(home, from, sinceMs, beforeMs));

    async function keep(region: Region): Promise<void> {
        const keeper = cluster.keeper(region);
        for (let passed = 0; passed <= holdOffMs(defaultLeaseTimes) + 10_000; passed += 5000) {
            await cluster.clock.run(keeper.tick());
            await cluster.replicate();
            cluster.clock.pass(5000);
        }
        await cluster.clock.run(keeper.tick());
        await cluster.replicate();
    }

    /** The home is its heir's, and nothing has come from there that was written since. */
    async function lose(): Promise<void> {
        cluster.votes.set(home, "evacuated");
        await keep(heir);
    }

    const put = (
        n: number,
        expected: "absent" | VersionVector = "absent",
        more: Record<string, unknown> = {},
    ) => {
        const store = stores.get(heir) as GlobalDataStore;
        return cluster.clock.run(store.put("order", orderOf(n), { ...value, ...more }, expected));
    };

    async function entries(of: Region = heir): Promise<readonly string[]> {
        const log = new AwayLog(replica(of), callerOf(), home);
        const all = await cluster.clock.run(
            Promise.all(awayShards.map((shard) => log.read(shard, "", endOfLog, 1000))),
        );
        return all.flatMap((page) =>
            page.entries.map(({ key, version }) => `${key.pk} ${version.toString()}`),
        );
    }

    it("is on a list, and nothing is while the home's own region keeps it", async () => {
        await keep(home);
        expect(await put(1)).to.include({ kind: "written", region: home });
        expect(await entries(home)).to.deep.equal([]);
        await lose();
        expect(await put(2)).to.include({ kind: "written", region: heir });
        const first = VersionVector.of({ [home]: 1 });
        expect(await put(1, first)).to.include({ kind: "written", region: heir });
        const listed = await entries();
        expect([...listed].sort()).to.deep.equal([
            `${orderOf(1).pk} ${VersionVector.of({ [home]: 1, [heir]: 1 }).toString()}`,
            `${orderOf(2).pk} ${VersionVector.of({ [heir]: 1 }).toString()}`,
        ]);
    });

    it("is waited for, item by item, and looked at once it has arrived", async () => {
        await lose();
        for (let n = 0; n < 20; n++) {
            await put(n);
        }
        expect(await has(catchUp()), "nothing has arrived").to.equal(false);
        const links = cluster.underWay(heir, home);
        for (let at = links - 1; at > 0; at--) {
            await cluster.deliver(heir, home, at);
        }
        // The first is an entry; its item has arrived, and the list is read where it was written.
        expect(await has(catchUp())).to.equal(true);
        expect(cluster.underWay(heir, home)).to.equal(1);
    });

    it("is not had while one item is on its way, and the next look goes on from there", async () => {
        await lose();
        await put(1);
        await cluster.replicate();
        await put(2);
        expect(await has(catchUp())).to.equal(false);
        await cluster.replicate();
        sent.length = 0;
        expect(await has(catchUp())).to.equal(true);
        const keys = sent
            .filter(({ command }) => command === "BatchGetItem")
            .map(({ input }) => JSON.stringify(input));
        expect(keys).to.have.length(1);
        expect(keys[0])
            .to.include(orderOf(2).pk)
            .and.not.to.include(`${orderOf(1).pk}"`);
    });

    it("takes a table of any size no more calls", async () => {
        await lose();
        await put(1);
        await cluster.replicate();
        const calls = async (): Promise<number> => {
            sent.length = 0;
            expect(await has(catchUp())).to.equal(true);
            return sent.length;
        };
        const few = await calls();
        for (let n = 0; n < 200; n++) {
            await cluster.plant(heir, {
                pk: { S: `PROFILE#${n}~${home}` },
                sk: { S: "PROFILE" },
                home: { S: home },
                blob: { S: "x".repeat(10_000) },
            });
        }
        // What had arrived is not looked at again.
        expect(await calls()).to.be.at.most(few);
        expect(sent.map(({ command }) => command)).not.to.include("Scan");
    });

    it("is looked at for a limited time, and by the next process from there on", async () => {
        await lose();
        let last = await put(1);
        for (let n = 0; n < 249; n++) {
            last = await put(1, last.kind === "written" ? last.version : "absent", { n });
        }
        await cluster.replicate();
        const answers: boolean[] = [];
        let read = 0;
        while (answers.at(-1) !== true) {
            sent.length = 0;
            answers.push(await has(catchUp(home, 0)));
            read += sent.filter(({ command }) => command === "BatchGetItem").length;
        }
        expect(answers).to.deep.equal([false, false, true]);
        expect(read).to.equal(3);
    });

    it("is no matter of what is younger than it is asked about, nor older", async () => {
        await lose();
        const beforeMs = cluster.clock.now();
        await put(1);
        cluster.clock.pass(1);
        const sinceMs = cluster.clock.now();
        expect(await has(catchUp(), { beforeMs })).to.equal(true);
        expect(await has(catchUp(), { sinceMs })).to.equal(true);
        expect(await has(catchUp(), { beforeMs: sinceMs })).to.equal(false);
        expect(await has(catchUp())).to.equal(false);
    });

    it("is nobody's to wait for when it was noted and never written", async () => {
        await lose();
        await put(1);
        await cluster.replicate();
        refuses = (one) => (isItem(one) ? "AccessDeniedException" : undefined);
        await put(2).catch(() => undefined);
        refuses = () => undefined;
        expect(await entries()).to.have.length(2);
        expect(await has(catchUp())).to.equal(true);
    });

    it("is not written when it cannot be noted, and is told of so", async () => {
        await lose();
        refuses = (one) => (one.command === "PutItem" && !isItem(one) ? "TimeoutError" : undefined);
        // An attempt without an answer may have noted it. The item it has not written.
        expect(await put(1)).to.include({ kind: "unavailable" });
        expect(await cluster.item(heir, orderOf(1).pk, "ORDER")).to.equal(undefined);
    });

    it("is told apart by who wrote it", async () => {
        await lose();
        await put(1);
        expect(await has(catchUp(), { from: third })).to.equal(true);
        expect(await has(catchUp(), { from: heir })).to.equal(false);
        const elsewhere = catchUp().has(home, "sa-east-1", 0, Infinity);
        await elsewhere.then(
            () => expect.fail("it was not refused"),
            (error: unknown) => expect(error).to.be.instanceOf(RangeError),
        );
    });

    it("is never passed over because an entry, or how far one is, cannot be read", async () => {
        await lose();
        await put(1);
        await cluster.replicate();
        const isCorrupt = async (item: Parameters<Cluster["plant"]>[1]): Promise<void> => {
            await cluster.plant(heir, item);
            await cluster.replicate();
            await has(catchUp()).then(
                () => expect.fail("it was not refused"),
                (error: unknown) => expect(error).to.be.instanceOf(CorruptItemError),
            );
        };
        const pk = { S: `HOME#${home}#AWAY#${heir}#3` };
        await isCorrupt({ pk, sk: { S: "0199#a" }, kind: { S: "away" } });
        await isCorrupt({
            pk: { S: `HOME#${home}#CAUGHTUP#${home}` },
            sk: { S: heir },
            places: { M: { 3: { N: "7" } } },
        });
    });

    it("is noted with its item's own time, so that the list is in order", async () => {
        const item = (at: string): AttributeMap => ({
            pk: { S: orderOf(1).pk },
            sk: { S: "ORDER" },
            at: { S: at },
            version: { S: VersionVector.of({ [heir]: 1 }).toString() },
        });
        const lease = { home, region: heir, term: 1, untilMs: 0 };
        for (const at of ["0199d2b3c4000001", "0199d2b3c4000000"]) {
            await cluster.clock.run(noteAway(callerOf(), replica(heir), lease, item(at), Infinity));
        }
        const times = sent
            .filter(({ command }) => command === "PutItem")
            .map(({ input }) => (input["Item"] as AttributeMap)["sk"]?.S?.slice(0, 16));
        expect(times).to.deep.equal(["0199d2b3c4000001", "0199d2b3c4000000"]);
        const log = new AwayLog(replica(heir), callerOf(), home);
        const pages = await cluster.clock.run(
            Promise.all(awayShards.map((shard) => log.read(shard, "", endOfLog, 10))),
        );
        expect(
            pages.flatMap((page) => page.entries.map(({ sortKey }) => sortKey.slice(0, 16))),
        ).to.deep.equal(["0199d2b3c4000000", "0199d2b3c4000001"]);
    });
});
