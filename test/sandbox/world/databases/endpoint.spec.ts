import fs from "node:fs";
import path from "node:path";

import { expect } from "chai";
import { Client } from "pg";

import { connectToken } from "../../../../runtime/service/connectToken";
import { writerNameOf } from "../../../../sandbox/aws/rds/members";
import {
    connectionFrom,
    permit,
    runDatabase,
    signingAs,
    switchOver,
    type RunningDatabase,
} from "../../support/databaseClient";
import { givenRole, refusal } from "../../support/account";
import { instanceInputs, types } from "../../support/databases";

const [home, away] = ["us-east-1", "eu-west-1"] as const;

describe("the endpoints of a database cluster", function () {
    this.timeout(240_000);
    let running: RunningDatabase;
    const open: Client[] = [];

    before(async () => {
        running = await runDatabase([home, away]);
    });
    after(async () => running.stop());
    afterEach(async () => {
        running.account.world.faults.healAll();
        await Promise.all(open.splice(0).map((client) => client.end().catch(() => undefined)));
    });

    const readerName = (region: string): string =>
        String(running.cluster(region).outputs["readerEndpoint"]);
    /** Of the writer, also while the cluster is a secondary. */
    const name = (region: string): string => writerNameOf(running.cluster(region).outputs);

    interface Asking {
        readonly region?: string;
        readonly from?: string;
        readonly host?: string;
        readonly user?: string;
        readonly role?: string;
        /** Changes what the token is signed for. */
        readonly token?: Partial<Parameters<typeof connectToken>[0]>;
        readonly password?: string;
        readonly encrypted?: boolean;
        readonly patienceMs?: number;
    }

    /** A session as a task in the region opens it; rejects when it is not let in. */
    async function connect(asking: Asking = {}): Promise<Client> {
        const { region = home, user = "storefront", role = running.role } = asking;
        const host = asking.host ?? name(region);
        const connection = connectionFrom(running, asking.from ?? region);
        const target = {
            service: "rds-db",
            region,
            host: `${host}:5432`,
            userParameter: "DBUser",
            user,
            at: new Date(running.account.world.clock.now()),
        } as const;
        const client = new Client({
            host,
            user,
            database: "storefront",
            password:
                asking.password ??
                (await connectToken({ ...target, ...asking.token }, signingAs(role))),
            connectionTimeoutMillis: asking.patienceMs ?? 20_000,
            query_timeout: 2000,
            ...connection,
            ssl: asking.encrypted === false ? false : connection.ssl,
        });
        client.on("error", () => undefined);
        open.push(client);
        await client.connect();
        return client;
    }

    const insert = (client: Client, order: string) =>
        client.query(
            "INSERT INTO payments VALUES ($1, 100, 'USD', 'us-east-1', now()) ON CONFLICT DO NOTHING",
            [order],
        );

    const lastNote = (region: string): string =>
        fs.readFileSync(
            path.join(running.account.world.home, "logs", `iam-db-auth-error-${region}.log`),
            "utf8",
        );

    it("let a task in that its role lets in, for what its user may do", async () => {
        const client = await connect();
        expect((await insert(client, "order-1")).rowCount).to.equal(1);
        for (const [sql, problem] of [
            ["DELETE FROM payments", "permission denied for table payments"],
            ["UPDATE payments SET amount = 1", "permission denied for table payments"],
            ["CREATE TABLE mine (id int)", "permission denied for schema public"],
        ] as const) {
            expect(await refusal(client.query(sql))).to.contain(problem);
        }
    });

    it("are written down in the record of calls", async () => {
        await connect();
        const last = running.account.world.journal
            .since(0)
            .filter(({ service }) => service === "rds-db")
            .at(-1);
        expect(last).to.include({
            caller: `region:${home}`,
            plane: "data",
            region: home,
            outcome: "ok",
        });
    });

    for (const [what, asking, why] of [
        ["another endpoint's", { token: { host: "other:5432" } }, "it is for other:5432"],
        ["another region's", { token: { region: away } }, "not signed for rds-db in us-east-1"],
        ["another user's", { token: { user: "meridian" } }, "not for user storefront"],
        ["another service's", { token: { service: "elasticache" } }, "not signed for rds-db"],
        ["no", { password: "secret" }, "it is for secret"],
        ["an expired", { token: { at: new Date(Date.now() - 3_600_000) } }, "it has expired"],
        ["nobody's", { role: "arn:aws:iam::111122223333:role/nobody" }, "not authorized"],
    ] satisfies readonly (readonly [string, Asking, string])[]) {
        it(`let nobody in with ${what} token`, async () => {
            expect(await refusal(connect(asking))).to.equal(
                'PAM authentication failed for user "storefront"',
            );
            expect(lastNote(home)).to.contain(why);
        });
    }

    it("let nobody in with a token that was changed", async () => {
        const token = await connectToken(
            {
                service: "rds-db",
                region: home,
                host: `${name(home)}:5432`,
                userParameter: "DBUser",
                user: "storefront",
                at: new Date(running.account.world.clock.now()),
            },
            signingAs("arn:aws:iam::111122223333:role/nobody"),
        );
        const stolen = token.replace("role%2Fnobody", "role%2Fstorefront");
        expect(stolen).not.to.equal(token);
        expect(await refusal(connect({ password: stolen }))).to.contain("PAM");
        expect(lastNote(home)).to.contain("its signature does not match");
    });

    it("let a role in for the cluster and the user that it names alone", async () => {
        const { account } = running;
        const other = givenRole(account, "other", "ecs-tasks.amazonaws.com");
        const arn = (rest: string): string => `arn:aws:rds-db:${home}:111122223333:dbuser:${rest}`;
        const id = String(running.cluster(home).outputs["clusterResourceId"]);
        permit(account, "other", [arn("cluster-OTHER/storefront"), arn(`${id}/meridian`)]);
        expect(await refusal(connect({ role: other }))).to.contain("PAM authentication failed");
        permit(account, "other", [arn(`${id}/storefront`)]);
        await connect({ role: other });
    });

    it("ask the master user for a password that nobody knows, and RDS's own user too", async () => {
        for (const user of ["meridian", "rdsadmin", "nobody"]) {
            expect(await refusal(connect({ user }))).to.equal(
                `password authentication failed for user "${user}"`,
            );
        }
    });

    it("take no connection without TLS", async () => {
        expect(await refusal(connect({ encrypted: false }))).to.contain("no encryption");
    });

    it("are not reached from another region, whose network is another", async () => {
        expect(await refusal(connect({ from: away, patienceMs: 2000 }))).to.contain("timeout");
    });

    it("are silent while the region is lost, and break what they had", async () => {
        const { faults } = running.account.world;
        const client = await connect();
        const ended = new Promise((resolve) => client.once("end", resolve));
        faults.inject({ kind: "blackout", region: home });
        expect(await refusal(insert(client, "order-lost"))).to.contain("timeout");
        expect(await refusal(connect({ patienceMs: 2000 }))).to.contain("timeout");
        faults.healAll();
        await ended;
        const again = await connect();
        const { rows } = await again.query("SELECT 1 FROM payments WHERE order_id = 'order-lost'");
        expect(rows).to.be.empty;
    });

    it("lead to readers that do not write, once a cluster has one beside its writer", async () => {
        const host = readerName(home);
        await insert(await connect({ host }), "order-2");
        await running.account.create(
            types.instance,
            instanceInputs(home, { identifier: "shop-second" }),
            home,
        );
        expect(await refusal(insert(await connect({ host }), "order-3"))).to.contain(
            "cannot execute INSERT in a read-only transaction",
        );
    });

    it("of the writer follow the writer, and sessions with the old one end", async () => {
        const { network } = running.account.world;
        const client = await connect();
        expect(network.resolveAwsName(name(away))).to.equal(undefined);
        expect(await refusal(connect({ region: away }))).to.contain(name(away));
        const ended = new Promise((resolve) => client.once("end", resolve));
        await switchOver(running, away);
        await ended;
        expect(network.resolveAwsName(name(home))).to.equal(undefined);
        await insert(await connect({ region: away }), "order-4");
        const old = await connect({ host: readerName(home) });
        expect(await refusal(insert(old, "order-5"))).to.contain("read-only transaction");
    });
});
