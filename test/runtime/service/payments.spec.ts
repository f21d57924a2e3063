import { expect } from "chai";
import { fastify, type FastifyInstance } from "fastify";

import { Database } from "../../../runtime/service/database/database";
import { Payments } from "../../../runtime/service/payments";
import { paymentRoutes } from "../../../runtime/service/routes/payments";
import { writerNameOf } from "../../../sandbox/aws/rds/members";
import {
    connectionFrom,
    runDatabase,
    signingAs,
    switchOver,
    type RunningDatabase,
} from "../../sandbox/support/databaseClient";

const [home, away] = ["us-east-1", "eu-west-1"] as const;
const payment = { amount: 4900, currency: "USD" };

describe("payments in the global database", function () {
    this.timeout(240_000);
    let running: RunningDatabase;
    const databases: Database[] = [];
    const servers = new Map<string, FastifyInstance>();

    before(async () => {
        running = await runDatabase([home, away]);
        for (const region of [home, away]) {
            const database = databaseOf(region);
            const server = fastify();
            paymentRoutes(server, new Payments(database), { region, writeName: "write.example" });
            servers.set(region, server);
        }
    });
    after(async () => {
        await Promise.all(databases.map((database) => database.close()));
        await running.stop();
    });
    afterEach(() => running.account.world.faults.healAll());

    /** A region's own cluster, as a task of the region finds it. */
    function databaseOf(
        region: string,
        resolveCname: (name: string) => Promise<string[]> = async (name) => {
            const { outputs } = running.cluster(region);
            return [name === "writer" ? writerNameOf(outputs) : String(outputs["readerEndpoint"])];
        },
    ): Database {
        const database = new Database({
            region,
            writerName: "writer",
            readerName: "readers",
            database: "storefront",
            user: "storefront",
            signing: signingAs(running.role),
            resolver: { resolveCname },
            connection: connectionFrom(running, region),
        });
        databases.push(database);
        return database;
    }

    const serverOf = (region: string): FastifyInstance =>
        servers.get(region) ?? expect.fail(`no server in ${region}`);
    const pay = (region: string, order: string, body: object = payment) =>
        serverOf(region).inject({
            method: "POST",
            url: `/orders/${order}/payment`,
            payload: body,
        });
    const find = (region: string, order: string) =>
        serverOf(region).inject(`/orders/${order}/payment`);

    /** Asks until the region's copy has it: replication takes its moment. */
    async function found(region: string, order: string): Promise<unknown> {
        for (let tries = 0; tries < 200; tries++) {
            const answer = await find(region, order);
            if (answer.statusCode === 200) {
                return answer.json();
            }
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        return expect.fail(`${region} never had the payment of ${order}`);
    }

    it("are made once, whoever repeats them, and read in every region", async () => {
        const made = await pay(home, "order-1");
        expect(made.statusCode).to.equal(201);
        expect(made.json()).to.include({ orderId: "order-1", ...payment, region: home });
        const repeated = await pay(home, "order-1");
        expect([repeated.statusCode, repeated.json()]).to.deep.equal([200, made.json()]);
        expect(await found(away, "order-1")).to.deep.equal(made.json());
    });

    it("are one when many come at once", async () => {
        const all = await Promise.all(Array.from({ length: 8 }, () => pay(home, "order-2")));
        expect(all.map(({ statusCode }) => statusCode).sort()).to.deep.equal([
            ...Array.from({ length: 7 }, () => 200),
            201,
        ]);
    });

    it("are refused when the order is paid otherwise", async () => {
        await pay(home, "order-3");
        const other = await pay(home, "order-3", { ...payment, amount: 1 });
        expect(other.statusCode).to.equal(409);
        expect(other.json()).to.include({
            message: "order order-3 is paid with 4900 USD, not 1 USD",
        });
    });

    it("are refused where they make no sense, and not found where none is", async () => {
        for (const body of [
            {},
            { ...payment, amount: 0 },
            { ...payment, amount: 1.5 },
            { ...payment, currency: "dollars" },
        ]) {
            expect((await pay(home, "order-4", body)).statusCode).to.equal(400);
        }
        expect((await find(home, "order-4")).statusCode).to.equal(404);
    });

    it("are sent to the writer by a region that does not write", async () => {
        const answer = await pay(away, "order-5");
        expect(answer.statusCode).to.equal(421);
        expect(answer.headers).to.include({ "retry-after": "5", connection: "close" });
        expect(answer.json()).to.include({
            message: `the database is not written in ${away}; pay at https://write.example, on a new connection`,
        });
    });

    it("wait with 503 for a database that does not answer, and go on when it does", async () => {
        const { faults } = running.account.world;
        faults.inject({ kind: "blackout", region: home });
        for (const answer of [await pay(home, "order-6"), await find(home, "order-6")]) {
            expect(answer.statusCode).to.equal(503);
            expect(answer.headers).to.include({ "retry-after": "5" });
        }
        faults.healAll();
        expect((await pay(home, "order-6")).statusCode).to.be.oneOf([200, 201]);
        await found(away, "order-6");
    });

    it("wait with 503 for a database that is not made yet", async () => {
        const early = new Payments(
            databaseOf(home, async () => Promise.reject(new Error("queryCname ENOTFOUND"))),
        );
        const paidAt = new Date().toISOString();
        const refused = await early
            .take({ orderId: "order-7", ...payment, region: home, paidAt })
            .catch((error: Error) => error.name);
        expect(refused).to.equal("DatabaseUnavailableError");
    });

    it("are one over a change of the writer, without a restart of anything", async () => {
        expect((await pay(home, "order-8")).statusCode).to.equal(201);
        await switchOver(running, away);
        const repeated = await pay(away, "order-8");
        expect(repeated.statusCode).to.equal(200);
        expect(repeated.json()).to.include({ orderId: "order-8", region: home });
        expect((await pay(away, "order-9")).statusCode).to.equal(201);
        // The first attempt may meet what is left of a connection that the change has ended.
        const answers = [await pay(home, "order-9"), await pay(home, "order-9")];
        expect(answers.at(-1)?.statusCode).to.equal(421);
        expect(await found(home, "order-9")).to.include({ orderId: "order-9", region: away });
    });
});
