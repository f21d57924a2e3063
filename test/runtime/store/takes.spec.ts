import { expect } from "chai";
import fc from "fast-check";

import { HybridClock } from "../../../runtime/consistency/hybridClock";
import { Caller } from "../../../runtime/store/calls/caller";
import { Replica } from "../../../runtime/store/calls/replica";
import type { AttributeMap } from "../../../runtime/store/codec/itemSize";
import { CorruptItemError, StoreInputError } from "../../../runtime/store/errors";
import { isTake, parseTake, Takes } from "../../../runtime/store/items/takes";
import { propertyRuns } from "../../support/propertyRuns";
import { Cluster, regions, table, type Region } from "./support/cluster";

const stock = { pk: "STOCK#mug", sk: "STOCK" };
const [first, second, third] = ["eu-west-1", "us-east-1", "ap-east-1"] as const;

describe("takes of stock", () => {
    let cluster: Cluster;
    let takes: Map<Region, Takes>;

    async function open(): Promise<void> {
        cluster = await Cluster.start();
        takes = new Map(
            regions.map((region) => {
                const replicas = new Map([
                    [region, new Replica(region, table, cluster.client(region))],
                ]);
                const { clock } = cluster;
                const context = {
                    replicas,
                    caller: new Caller(clock, () => cluster.random()),
                    clock,
                    hybrid: new HybridClock({ physicalMs: () => clock.now(), maxAheadMs: 60_000 }),
                };
                return [region, new Takes(context, region)];
            }),
        );
        for (const region of regions) {
            await cluster.clock.run(
                cluster.store(region).apply("stock", stock, { op: "open", amount: 10 }),
            );
        }
        await cluster.replicate();
    }

    beforeEach(open);

    const take = (region: Region, amount: number, name = "o1") =>
        cluster.clock.run(takes.get(region)!.take(stock, amount, name));

    const settle = (region: Region, name = "o1") =>
        cluster.clock.run(takes.get(region)!.settle(stock, name));

    async function left(region: Region): Promise<number | undefined> {
        const read = await cluster.clock.run(cluster.store(region).get("stock", stock));
        return read.kind === "found" ? read.value.left : undefined;
    }

    it("are each other's repetition in two regions, and the later one is given back", async () => {
        expect(await take(first, 3)).to.include({ kind: "taken", repeated: false });
        await cluster.clock.run(cluster.clock.sleep(10));
        expect(await take(second, 3)).to.include({ kind: "taken", repeated: false });
        expect(await settle(second)).to.equal("kept");
        await cluster.replicate();
        expect(await left(third)).to.equal(34);
        expect(await settle(first)).to.equal("kept");
        expect(await settle(second)).to.equal("returned");
        expect(await settle(second)).to.equal("none");
        await cluster.replicate();
        for (const region of regions) {
            expect(await left(region)).to.equal(37);
        }
        expect(await take(second, 3)).to.deep.equal({
            kind: "taken",
            region: first,
            amount: 3,
            repeated: true,
        });
        expect(cluster.lost).to.deep.equal([]);
    });

    it("leave what a region has not: it is refused, and no record stays", async () => {
        expect(await take(first, 11)).to.deep.equal({ kind: "refused", available: 10 });
        expect(await settle(first)).to.equal("none");
        expect(await take(first, 10)).to.include({ kind: "taken" });
    });

    it("take once for each name, whatever is repeated, delivered and settled when (model)", async function () {
        this.timeout(0);
        const step = fc.record({
            region: fc.constantFrom(...regions),
            name: fc.constantFrom("o1", "o2", "o3"),
            does: fc.constantFrom("take", "take", "settle", "deliver", "wait"),
        });
        await fc.assert(
            fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
                await open();
                const taken = new Set<string>();
                for (const { region, name, does } of steps) {
                    switch (does) {
                        case "take":
                            expect((await take(region, 2, name)).kind).to.equal("taken");
                            taken.add(name);
                            break;
                        case "settle":
                            await settle(region, name);
                            break;
                        case "deliver":
                            await cluster.replicate((from) => from !== region);
                            break;
                        case "wait":
                            await cluster.clock.run(cluster.clock.sleep(5));
                            break;
                    }
                }
                await cluster.replicate();
                for (const region of regions) {
                    for (const name of taken) {
                        await settle(region, name);
                    }
                }
                await cluster.replicate();
                for (const region of regions) {
                    expect(await left(region)).to.equal(40 - 2 * taken.size);
                }
            }),
            { numRuns: propertyRuns(60) },
        );
    });

    it("have names that a key can hold", async () => {
        for (const name of ["", "a\nb", "a/b", "a b"]) {
            expect(
                await takes
                    .get(first)!
                    .take(stock, 1, name)
                    .catch((error: unknown) => error),
            ).to.be.instanceOf(StoreInputError);
        }
    });

    it("are refused when their key would be too long for the table, before anything is asked", async () => {
        const key = { pk: `STOCK#${"x".repeat(600)}`, sk: "y".repeat(400) };
        const taking = (more: string) =>
            takes
                .get(first)!
                .take({ ...key, sk: key.sk + more }, 1, "order-1")
                .then(({ kind }) => kind)
                .catch((error: unknown) => error);
        // 1 for the slash, and 1 for what stands before the region.
        const left = 1024 - key.pk.length - key.sk.length - 2 - first.length;
        expect(await taking("z".repeat(left))).to.equal("refused");
        const error = await taking("z".repeat(left + 1));
        expect(error).to.be.instanceOf(StoreInputError);
        expect((error as Error).message).to.include("sort key of 1025 bytes");
    });

    it("are refused when they are damaged", async () => {
        await take(first, 3);
        const sk = `${stock.pk}/${stock.sk}#${first}`;
        const item = (await cluster.item(first, "TAKE#o1", sk)) as unknown as AttributeMap;
        expect(isTake(item)).to.equal(true);
        expect(parseTake(item)).to.deep.include({ name: "o1", key: stock, amount: 3 });
        for (const change of [
            { state: { S: "lost" } },
            { amount: { N: "0" } },
            { at: { S: "" } },
        ]) {
            expect(() => parseTake({ ...item, ...change })).to.throw(CorruptItemError);
        }
    });
});
