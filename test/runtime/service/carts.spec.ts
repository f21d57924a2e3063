import { expect } from "chai";
import { fastify, type FastifyInstance } from "fastify";

import { cartRoutes } from "../../../runtime/service/routes/carts";
import { sessionHeader } from "../../../runtime/service/session";
import { Cluster, regions, type Region } from "../store/support/cluster";

interface Cart {
    readonly items: readonly { readonly sku: string; readonly quantity: number }[];
    readonly status?: string;
}

describe("carts in all regions", () => {
    let cluster: Cluster;
    let servers: Map<Region, FastifyInstance>;

    beforeEach(async () => {
        cluster = await Cluster.start();
        servers = new Map(
            regions.map((region) => {
                const server = fastify();
                // Each with its own region's replica alone, as tasks are.
                const clients = new Map([[region, cluster.client(region)]]);
                cartRoutes(server, cluster.store(region, { clients }));
                return [region, server];
            }),
        );
    });

    const ask = async (
        region: Region,
        request: { readonly put?: readonly [sku: string, quantity: number]; token?: string },
    ) => {
        const { put, token } = request;
        const answer = await cluster.clock.run(
            servers.get(region)!.inject({
                method: put === undefined ? "GET" : "PUT",
                url: put === undefined ? "/carts/c1" : `/carts/c1/items/${put[0]}`,
                ...(put === undefined ? {} : { payload: { quantity: put[1] } }),
                headers: token === undefined ? {} : { [sessionHeader]: token },
            }),
        );
        return {
            status: answer.statusCode,
            cart: answer.json<Cart & { readonly error?: string; readonly message?: string }>(),
            token: String(answer.headers[sessionHeader]),
            retryAfter: answer.headers["retry-after"],
        };
    };

    it("hold what every region took at once, where the table alone keeps the last of two writes", async () => {
        await ask("eu-west-1", { put: ["mug-02", 2] });
        await ask("us-east-1", { put: ["pen-04", 1] });
        await cluster.replicate();
        for (const region of regions) {
            expect((await ask(region, {})).cart.items).to.deep.equal([
                { sku: "mug-02", quantity: 2 },
                { sku: "pen-04", quantity: 1 },
            ]);
        }
        expect(cluster.lost).to.deep.equal([]);
    });

    it("hold once what is repeated in another region that has not heard of it", async () => {
        await ask("eu-west-1", { put: ["mug-02", 2] });
        await ask("us-east-1", { put: ["mug-02", 2] });
        await cluster.replicate();
        expect((await ask("ap-east-1", {})).cart.items).to.deep.equal([
            { sku: "mug-02", quantity: 2 },
        ]);
    });

    it("show a session that changes its region what it wrote, once it has arrived", async () => {
        const { token } = await ask("eu-west-1", { put: ["mug-02", 2] });
        const arrival = cluster.clock.sleep(100).then(() => cluster.replicate());
        const read = await ask("us-east-1", { token });
        await arrival;
        expect(read).to.deep.include({ status: 200, token });
        expect(read.cart.items).to.have.length(1);
    });

    it("tell a session that what it wrote is arriving, never ask the other region, and show what there is", async () => {
        await ask("us-east-1", { put: ["pen-04", 1] });
        const { token } = await ask("eu-west-1", { put: ["mug-02", 2] });
        const before = cluster.calls.get("eu-west-1");
        const read = await ask("us-east-1", { token });
        expect(read.status).to.equal(202);
        expect(read.retryAfter).to.equal("1");
        expect(read.cart).to.deep.include({
            items: [{ sku: "pen-04", quantity: 1 }],
            status: "arriving",
        });
        const written = await ask("us-east-1", { put: ["bag-03", 1], token: read.token });
        expect(written.status).to.equal(200);
        expect(written.cart.status).to.equal("arriving");
        expect(cluster.calls.get("eu-west-1")).to.equal(before);
        await cluster.replicate();
        const healed = await ask("us-east-1", { token: written.token });
        expect(healed.status).to.equal(200);
        expect(healed.cart.items.map(({ sku }) => sku)).to.deep.equal([
            "bag-03",
            "mug-02",
            "pen-04",
        ]);
    });

    it("are answered in time when the region's table is not, and say that a repetition is safe to make", async () => {
        cluster.answers("eu-west-1", "hangs");
        const startedMs = cluster.clock.now();
        for (const request of [{ put: ["mug-02", 2] as const }, {}]) {
            const answer = await ask("eu-west-1", request);
            expect(answer.status).to.equal(503);
            expect(answer.retryAfter).to.equal("1");
        }
        expect(cluster.clock.now() - startedMs).to.be.at.most(10_000);
    });

    it("refuse a token that no answer had", async () => {
        const answer = await ask("eu-west-1", { token: "x" });
        expect(answer.status).to.equal(400);
        expect(answer.cart.message).to.contain(sessionHeader);
    });
});
