import { expect } from "chai";
import fc from "fast-check";

import { VersionVector } from "../../../runtime/consistency/versionVector";
import { defaultLimits } from "../../../runtime/store/calls/caller";
import {
    CorruptItemError,
    OversizedItemError,
    StoreInputError,
    UnknownKindError,
} from "../../../runtime/store/errors";
import type { GlobalDataStore } from "../../../runtime/store/globalDataStore";
import type { Key } from "../../../runtime/store/keys";
import type { Kind } from "../../../runtime/store/kinds";
import { Cluster, regions, type Region } from "./support/cluster";

async function thrown(work: Promise<unknown>): Promise<unknown> {
    return work.then(
        () => expect.fail("it was not refused"),
        (error: unknown) => error,
    );
}

describe("items that merge", () => {
    let key: Key;
    let cluster: Cluster;
    let stores: Map<Region, GlobalDataStore>;

    beforeEach(async () => {
        key = { pk: "CART#7", sk: "CART" };
        cluster = await Cluster.start();
        stores = new Map(regions.map((region) => [region, cluster.store(region)]));
    });

    const at = (region: Region): GlobalDataStore => stores.get(region) as GlobalDataStore;

    const add = (region: Region, line: string, by: number, operation?: string) =>
        cluster.clock.run(
            at(region).apply(
                "cart",
                key,
                { op: "change", line, by },
                operation === undefined ? {} : { operation },
            ),
        );

    async function linesIn(region: Region): Promise<Record<string, number>> {
        const read = await cluster.clock.run(at(region).get("cart", key));
        return read.kind === "found" ? Object.fromEntries(read.value) : {};
    }

    it("keep what all regions add at once, where a table alone would keep the last", async () => {
        await Promise.all(regions.map((region) => add(region, "mug", 1)));
        await cluster.replicate();
        for (const region of regions) {
            expect(await linesIn(region)).to.deep.equal({ mug: 4 });
        }
        expect(cluster.lost).to.deep.equal([]);
    });

    it("keep what two writers in one region add at once", async () => {
        const other = cluster.store("eu-west-1");
        await add("eu-west-1", "mug", 1);
        const written = await cluster.clock.run(
            Promise.all(
                [at("eu-west-1"), other, at("eu-west-1"), other].map((store) =>
                    store.apply("cart", key, { op: "change", line: "mug", by: 1 }),
                ),
            ),
        );
        expect(written.map(({ kind }) => kind)).to.deep.equal(Array(4).fill("written"));
        expect(await linesIn("eu-west-1")).to.deep.equal({ mug: 5 });
    });

    it("write an operation once whose answer got lost", async () => {
        cluster.answers("eu-west-1", "mute");
        const lost = await add("eu-west-1", "mug", 2, "op-1");
        expect(lost).to.include({ kind: "written", repeated: false });
        cluster.answers("eu-west-1", "well");
        const again = await add("eu-west-1", "mug", 2, "op-1");
        expect(again).to.include({ kind: "written", repeated: true });
        expect(await linesIn("eu-west-1")).to.deep.equal({ mug: 2 });
    });

    it("know a retry in another region, once that has heard of the operation", async () => {
        await add("eu-west-1", "mug", 2, "op-1");
        await cluster.replicate();
        expect(await add("us-east-1", "mug", 2, "op-1")).to.include({ repeated: true });
        expect(await linesIn("us-east-1")).to.deep.equal({ mug: 2 });
    });

    it("say of a region that does not answer that nobody knows, and of one without capacity that nothing was written", async () => {
        await add("eu-west-1", "mug", 1);
        cluster.answers("eu-west-1", "throttles");
        expect(await add("eu-west-1", "mug", 1)).to.include({ kind: "unavailable" });
        cluster.answers("eu-west-1", "hangs");
        const startedMs = cluster.clock.now();
        expect(await add("eu-west-1", "mug", 1)).to.include({ kind: "unknown" });
        expect(cluster.clock.now() - startedMs).to.be.at.most(defaultLimits.totalMs);
        cluster.answers("eu-west-1", "well");
        expect(await linesIn("eu-west-1")).to.deep.equal({ mug: 1 });
    });

    it("never sell more than there is, and move what a region needs", async () => {
        const stock = { pk: "STOCK#mug", sk: "STOCK" };
        const run = (region: Region, operation: Parameters<GlobalDataStore["apply"]>[2]) =>
            cluster.clock.run(at(region).apply("stock", stock, operation as never));
        await run("eu-west-1", { op: "grant", amount: 3 });
        await cluster.replicate();
        expect(await run("us-east-1", { op: "take", amount: 1 })).to.deep.equal({
            kind: "refused",
            reason: "insufficient-rights",
            wanted: 1,
            available: 0,
        });
        expect(await run("eu-west-1", { op: "transfer", to: "us-east-1", amount: 2 })).to.include({
            kind: "written",
        });
        expect(await run("us-east-1", { op: "take", amount: 2 })).to.include({ kind: "refused" });
        await cluster.replicate();
        expect(await run("us-east-1", { op: "take", amount: 2 })).to.include({ kind: "written" });
        expect(await run("eu-west-1", { op: "take", amount: 2 })).to.include({ kind: "refused" });
        const read = await cluster.clock.run(at("us-east-1").get("stock", stock));
        expect(read).to.deep.include({
            kind: "found",
            value: { left: 1, available: 0, opened: ["eu-west-1"] },
        });
    });

    it("keep a session's fields each by itself", async () => {
        const session = { pk: "SESSION#1", sk: "SESSION" };
        const set = (region: Region, field: string, value: string) =>
            cluster.clock.run(at(region).apply("session", session, { op: "set", field, value }));
        await Promise.all([set("eu-west-1", "theme", "dark"), set("us-east-1", "lang", "en")]);
        await cluster.replicate();
        const read = await cluster.clock.run(at("ap-east-1").get("session", session));
        expect(read.kind === "found" && [...read.value]).to.deep.equal([
            ["lang", "en"],
            ["theme", "dark"],
        ]);
    });

    it("refuse damage, a clock from the future, and what is too large, and write nothing", async () => {
        await add("eu-west-1", "mug", 1);
        const sk = "CART#eu-west-1";
        const good = (await cluster.item("eu-west-1", key.pk, sk)) ?? {};
        const future = (cluster.clock.now() + 3_600_000).toString(16).padStart(12, "0") + "0000";
        for (const [change, error] of [
            [{ version: { S: "eu-west-1:x" } }, "CorruptItemError"],
            [{ version: { S: "us-east-1:1,eu-west-1:1" } }, "CorruptItemError"],
            [{ state: { M: {} } }, "CorruptItemError"],
            [{ origin: { S: "us-east-1" } }, "CorruptItemError"],
            [{ kind: { S: "stock" } }, "CorruptItemError"],
            [{ at: { S: future } }, "RemoteClockAheadError"],
        ] as const) {
            const bad = { ...good, ...change };
            await cluster.plant("eu-west-1", bad);
            expect(await thrown(add("eu-west-1", "mug", 1))).to.have.property("name", error);
            expect(await cluster.item("eu-west-1", key.pk, sk)).to.deep.equal(bad);
        }
        await cluster.plant("eu-west-1", good);
        const huge = "x".repeat(400 * 1024);
        expect(await thrown(add("eu-west-1", huge, 1))).to.be.instanceOf(OversizedItemError);
        expect(await cluster.item("eu-west-1", key.pk, sk)).to.deep.equal(good);
        await cluster.plant("eu-west-1", { ...good, state: { M: {} } });
        expect(await thrown(linesIn("eu-west-1"))).to.be.instanceOf(CorruptItemError);
    });

    it("refuse unknown kinds and keys that cannot be", async () => {
        const store = at("eu-west-1");
        expect(await thrown(store.get("wish" as Kind, key))).to.be.instanceOf(UnknownKindError);
        expect(
            await thrown(store.apply("order" as "cart", key, { op: "remove", line: "mug" })),
        ).to.be.instanceOf(UnknownKindError);
        for (const bad of [
            { pk: "", sk: "CART" },
            { pk: "CART 7", sk: "CART" },
            { pk: "CART#7", sk: "CART#1" },
            { pk: "HOME#us-east-1", sk: "CART" },
            { pk: "CONFLICT#CART#7", sk: "CART" },
            { pk: "TAKE#7", sk: "CART" },
        ]) {
            expect(await thrown(store.get("cart", bad))).to.be.instanceOf(StoreInputError);
        }
    });

    it("come in pages, each item whole", async () => {
        for (let n = 0; n < 5; n++) {
            for (const region of ["eu-west-1", "us-east-1"] as const) {
                await cluster.clock.run(
                    at(region).apply(
                        "cart",
                        { pk: "USER#1", sk: `CART${n}` },
                        { op: "change", line: "mug", by: 1 },
                    ),
                );
            }
        }
        await cluster.replicate();
        const seen: [string, number | undefined][] = [];
        let cursor: string | undefined;
        let pages = 0;
        do {
            const page = await cluster.clock.run(
                at("ap-east-1").query("cart", "USER#1", {
                    limit: 2,
                    ...(cursor === undefined ? {} : { cursor }),
                }),
            );
            seen.push(
                ...page.items.map((one): [string, number | undefined] => [
                    one.key.sk,
                    one.value.get("mug"),
                ]),
            );
            cursor = page.cursor;
            pages++;
        } while (cursor !== undefined);
        expect(seen).to.deep.equal([0, 1, 2, 3, 4].map((n) => [`CART${n}`, 2]));
        expect(pages).to.equal(3);
        expect(
            await thrown(at("eu-west-1").query("cart", "USER#1", { cursor: "?" })),
        ).to.be.instanceOf(StoreInputError);
    });

    it("converge to the union of intent, whatever is delivered when (model)", async () => {
        const step = fc.oneof(
            fc.record({
                kind: fc.constant("add" as const),
                region: fc.constantFrom(...regions),
                line: fc.constantFrom("mug", "tea"),
                by: fc.integer({ min: 1, max: 3 }),
            }),
            fc.record({ kind: fc.constant("deliver" as const), cut: fc.constantFrom(...regions) }),
        );
        let carts = 0;
        // Two dozen calls of four databases each: not ten thousand.
        await fc.assert(
            fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
                key = { pk: `CART#${++carts}`, sk: "CART" };
                const model = new Map<string, number>();
                for (const one of steps) {
                    if (one.kind === "deliver") {
                        await cluster.replicate((from, to) => [from, to].includes(one.cut));
                        continue;
                    }
                    const written = await add(one.region, one.line, one.by);
                    expect(written.kind).to.equal("written");
                    model.set(one.line, (model.get(one.line) ?? 0) + one.by);
                }
                await cluster.replicate();
                for (const region of regions) {
                    expect(await linesIn(region)).to.deep.equal(Object.fromEntries(model));
                }
                expect(cluster.lost).to.deep.equal([]);
            }),
            { numRuns: 100 },
        );
    });

    it("have a version that counts each region's writes", async () => {
        await add("eu-west-1", "mug", 1);
        await add("eu-west-1", "mug", 1);
        await cluster.replicate();
        const written = await add("us-east-1", "mug", 1);
        expect(written.kind === "written" && written.version.toString()).to.equal(
            VersionVector.of({ "eu-west-1": 2, "us-east-1": 1 }).toString(),
        );
    });
});
