import { expect } from "chai";
import { fastify, type FastifyInstance } from "fastify";

import { findProduct } from "../../../runtime/service/catalogue";
import { stockRoutes } from "../../../runtime/service/routes/stock";
import { StockLevels, stockKey } from "../../../runtime/service/stockLevels";
import type { GlobalDataStore } from "../../../runtime/store/globalDataStore";
import { Cluster, regions, type Region } from "../store/support/cluster";

const chairs = "chair-06";

describe("stock in all regions", () => {
    let cluster: Cluster;
    let stores: Map<Region, GlobalDataStore>;
    let servers: Map<Region, FastifyInstance>;

    beforeEach(async () => {
        cluster = await Cluster.start();
        stores = new Map(
            regions.map((region) => {
                // Each with its own region's replica alone, as tasks are.
                const clients = new Map([[region, cluster.client(region)]]);
                return [region, cluster.store(region, { clients, writers: regions })];
            }),
        );
        servers = new Map([...stores].map(([region, store]) => [region, serverOf(region, store)]));
    });

    function serverOf(region: Region, store: GlobalDataStore): FastifyInstance {
        const server = fastify();
        stockRoutes(server, store, region, regions);
        return server;
    }

    async function reserve(
        region: Region,
        reservationId: string,
        quantity: number,
        server = servers.get(region),
    ) {
        const answer = await cluster.clock.run(
            server!.inject({
                method: "POST",
                url: `/stock/${chairs}/reservations`,
                payload: { quantity, reservationId },
            }),
        );
        return {
            status: answer.statusCode,
            body: answer.json<{ region?: string; error?: string; message?: string }>(),
        };
    }

    async function shown(region: Region): Promise<number | undefined> {
        const levels = new StockLevels({
            store: stores.get(region) as GlobalDataStore,
            cache: { read: (ids, load) => load(ids) },
            regions,
            timeoutMs: 60_000,
        });
        const product = findProduct(chairs)!;
        return (await cluster.clock.run(levels.of([product]))).get(chairs)?.available;
    }

    it("sells no more than the region's share, whoever sells it", async () => {
        const store = stores.get("eu-west-1") as GlobalDataStore;
        const [own, other] = [servers.get("eu-west-1"), serverOf("eu-west-1", store)];
        const statuses: number[] = [];
        // 20,000 chairs in four regions: 5,000 here, 99 at a time.
        for (let first = 0; first < 54; first += 6) {
            const answers = await Promise.all(
                Array.from({ length: 6 }, (_, index) =>
                    reserve("eu-west-1", `r${first + index}`, 99, index % 2 === 0 ? own : other),
                ),
            );
            statuses.push(...answers.map(({ status }) => status));
        }
        expect(statuses.filter((status) => status === 201)).to.have.length(50);
        expect(statuses.filter((status) => status === 409)).to.have.length(4);
        expect(await reserve("eu-west-1", "last", 51)).to.deep.include({ status: 409 });
        expect((await reserve("eu-west-1", "last", 50)).status).to.equal(201);
        await cluster.replicate();
        expect((await reserve("us-east-1", "more", 1)).status).to.equal(201);
        expect(await shown("us-east-1")).to.equal(14_999);
    });

    it("shows what is left in all regions, and takes a share that nobody touched for whole", async () => {
        expect(await shown("eu-west-1")).to.equal(20_000);
        await reserve("eu-west-1", "r1", 5);
        await reserve("us-east-1", "r2", 7);
        expect(await shown("eu-west-1")).to.equal(19_995);
        await cluster.replicate();
        expect(await shown("eu-west-1")).to.equal(19_988);
    });

    it("reserves once for a repeated id, however many others came between, and refuses it for another quantity", async () => {
        expect((await reserve("eu-west-1", "r1", 5)).status).to.equal(201);
        for (let between = 0; between < 20; between++) {
            await reserve("eu-west-1", `between-${between}`, 1);
        }
        expect(await reserve("eu-west-1", "r1", 5)).to.deep.include({ status: 200 });
        expect(await shown("eu-west-1")).to.equal(19_975);
        const other = await reserve("eu-west-1", "r1", 6);
        expect(other).to.deep.include({ status: 409 });
        expect(other.body.message).to.contain("reservation r1 is for 5, not 6");
    });

    it("reserves once when the answer got lost", async () => {
        await reserve("eu-west-1", "r0", 1);
        cluster.answers("eu-west-1", "mute");
        const lost = await reserve("eu-west-1", "r1", 5);
        expect(lost.status).to.be.oneOf([200, 201, 503]);
        cluster.answers("eu-west-1", "well");
        expect((await reserve("eu-west-1", "r1", 5)).status).to.equal(200);
        expect(await shown("eu-west-1")).to.equal(19_994);
    });

    it("knows a repetition in another region, once that has heard of the first", async () => {
        await reserve("eu-west-1", "r1", 5);
        await cluster.replicate();
        const again = await reserve("us-east-1", "r1", 5);
        expect(again.status).to.equal(200);
        expect(again.body.region).to.equal("eu-west-1");
        expect(await shown("us-east-1")).to.equal(19_995);
    });

    it("opens a share once", async () => {
        const store = stores.get("eu-west-1") as GlobalDataStore;
        await Promise.all(
            ["r1", "r2", "r3"].map((id) =>
                reserve("eu-west-1", id, 1, serverOf("eu-west-1", store)),
            ),
        );
        const read = await cluster.clock.run(store.get("stock", stockKey(chairs)));
        expect(read.kind === "found" && read.value).to.deep.equal({
            left: 4997,
            available: 4997,
            opened: ["eu-west-1"],
        });
    });

    it("says that the table gives no answer, in time", async () => {
        cluster.answers("eu-west-1", "hangs");
        const startedMs = cluster.clock.now();
        expect((await reserve("eu-west-1", "r1", 1)).status).to.equal(503);
        expect(cluster.clock.now() - startedMs).to.be.at.most(5000);
    });
});
