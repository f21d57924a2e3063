import { expect } from "chai";

import { Certificates } from "../../../../sandbox/world/certificates";
import { Databases } from "../../../../sandbox/world/databases/databases";
import { Metrics } from "../../../../sandbox/world/metrics";
import type { StoredResource } from "../../../../sandbox/world/store";
import { Account, refusal } from "../../support/account";
import { worldPorts } from "../../../support/smallWorld";
import { createGlobal, globalId, types } from "../../support/databases";

describe("Aurora's data plane", function () {
    this.timeout(240_000);
    const [home, away, third] = ["us-east-1", "eu-west-1", "ap-south-1"] as const;
    let account: Account;
    let databases: Databases;
    let metrics: Metrics;

    before(async () => {
        account = new Account({}, await worldPorts());
        metrics = new Metrics(account.world.clock);
        databases = new Databases(account.world, {
            certificates: await Certificates.open(account.world.home),
            metrics,
        });
        await databases.start();
        const log = { name: `/aws/rds/cluster/shop-${home}/postgresql`, retentionInDays: 90 };
        await account.create("aws:cloudwatch/logGroup:LogGroup", log, home);
        await createGlobal(account, [home, away, third], {
            enabledCloudwatchLogsExports: ["postgresql"],
        });
        await databases.settled();
        await server(home).query("CREATE TABLE orders (id serial PRIMARY KEY, what text)");
        await everywhere("SELECT count(*)::int FROM orders", 0);
    });
    after(async () => {
        await databases.stop();
        account.close();
    });
    afterEach(() => account.world.faults.healAll());

    const cluster = (region: string): StoredResource =>
        account.world.store.get(types.cluster, region, `shop-${region}`) ?? expect.fail(region);
    const arn = (region: string): string => String(cluster(region).outputs["arn"]);
    const server = (region: string) =>
        databases.server(cluster(region)) ?? expect.fail(`no server in ${region}`);
    const write = (region: string, what: string) =>
        server(region).query(`INSERT INTO orders (what) VALUES ('${what}')`);
    const orders = (region: string): Promise<number> =>
        server(region).value("SELECT count(*)::int FROM orders");

    /** Waits until the query has the value in every region. */
    async function everywhere(sql: string, value: unknown, regions = [home, away, third]) {
        for (const region of regions) {
            await until(async () => (await server(region).value(sql)) === value);
        }
    }

    async function until(done: () => Promise<boolean>): Promise<void> {
        for (let tries = 0; tries < 600; tries++) {
            if (await done().catch(() => false)) {
                return;
            }
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        expect.fail("it did not come to that in 30 s");
    }

    const changed = () => until(async () => databases.roleChange(globalId) === undefined);

    it("replicates what the writer writes, and takes writes nowhere else", async () => {
        await write(home, "one");
        await everywhere("SELECT count(*)::int FROM orders", 1);
        expect(await write(away, "two").catch((error: Error) => error.message)).to.contain(
            "read-only transaction",
        );
        expect([home, away].map((region) => databases.writes(cluster(region)))).to.deep.equal([
            true,
            false,
        ]);
    });

    it("comes late by what a lag fault adds, and tells how late", async () => {
        account.world.faults.inject({ kind: "lag", region: away, seconds: 600 });
        await write(home, "late");
        await everywhere("SELECT count(*)::int FROM orders", 2, [third]);
        expect(await orders(away)).to.equal(1);
        await until(async () => databases.lagSeconds(globalId, away) > 0.5);
        account.world.faults.healAll();
        await everywhere("SELECT count(*)::int FROM orders", 2);
        await until(async () => databases.lagSeconds(globalId, away) < 0.5);
    });

    it("stands still between regions that cannot reach each other, and catches up", async () => {
        account.world.faults.inject({ kind: "partition", between: [home, away] });
        await write(home, "apart");
        await everywhere("SELECT count(*)::int FROM orders", 3, [third]);
        expect(await orders(away)).to.equal(2);
        expect(databases.connected(cluster(away))).to.equal(false);
        expect(() => databases.switchover(globalId, arn(away))).to.throw("must be available");
        account.world.faults.healAll();
        await everywhere("SELECT count(*)::int FROM orders", 3);
    });

    it("goes on with the old writer when the new one cannot get everything", async () => {
        account.world.faults.inject({ kind: "lag", region: away, seconds: 3600 });
        await write(home, "held up");
        await until(async () => databases.lagSeconds(globalId, away) > 0.2);
        databases.switchover(globalId, arn(away));
        await until(async () => databases.server(cluster(home)) === undefined);
        account.world.faults.inject({ kind: "partition", between: [home, away] });
        await changed();
        expect(databases.writer(globalId)).to.equal(home);
        expect(databases.writes(cluster(home))).to.equal(true);
        expect(databases.gaps()[0]).to.include({ from: home, to: home });
        account.world.faults.healAll();
        await write(home, "after all");
        await everywhere("SELECT count(*)::int FROM orders", 5);
    });

    it("switches over without a loss", async () => {
        for (let n = 0; n < 20; n++) {
            await write(home, `before ${n}`);
        }
        databases.switchover(globalId, arn(away));
        expect(() => databases.switchover(globalId, arn(third))).to.throw("switching-over");
        await changed();
        expect(databases.writer(globalId)).to.equal(away);
        expect(cluster(away).outputs["replicationSourceIdentifier"]).to.equal("");
        expect(cluster(home).outputs["replicationSourceIdentifier"]).to.equal(arn(away));
        expect(cluster(home).outputs["endpoint"]).to.equal("");
        expect(cluster(away).outputs["endpoint"]).to.equal(
            String(cluster(away).outputs["readerEndpoint"]).replace(".cluster-ro-", ".cluster-"),
        );
        expect(await orders(away)).to.equal(25);
        await write(away, "after");
        await everywhere("SELECT count(*)::int FROM orders", 26);
        expect(databases.losses()).to.deep.equal([]);
        const gap = databases.gaps().at(-1);
        expect(gap).to.include({ from: home, to: away });
        expect(gap?.toMs).to.be.greaterThan(gap?.fromMs ?? Infinity);
    });

    it("fails over with the loss of what had not arrived, and counts it", async () => {
        account.world.faults.inject({ kind: "blackout", region: away });
        for (let n = 0; n < 3; n++) {
            await write(away, `lost ${n}`);
        }
        databases.failover(globalId, arn(home));
        await changed();
        expect(databases.writer(globalId)).to.equal(home);
        const [loss] = databases.losses();
        expect(loss).to.include({ from: away, to: home, lostTransactions: 3 });
        expect(loss?.lostBytes).to.be.greaterThan(0);
        await write(home, "kept");
        await everywhere("SELECT count(*)::int FROM orders", 27, [home, third]);
    });

    it("makes the old writer a copy once it is back", async () => {
        await until(async () => databases.connected(cluster(away)));
        await everywhere("SELECT count(*)::int FROM orders", 27);
        expect(await server(away).value("SELECT pg_is_in_recovery()")).to.equal(true);
    });

    it("makes the groups that logs go to, without an end, where there are none", async () => {
        const group = (region: string) =>
            account.world.store.get(
                "aws:cloudwatch/logGroup:LogGroup",
                region,
                `/aws/rds/cluster/shop-${region}/postgresql`,
            )?.outputs;
        expect(group(home)).to.include({ retentionInDays: 90 });
        expect(group(away)).to.include({ retentionInDays: 0 });
        expect(group(away)).not.to.have.property("kmsKeyId");
        expect(
            await refusal(
                account.create(
                    "aws:cloudwatch/logGroup:LogGroup",
                    { name: `/aws/rds/cluster/shop-${away}/postgresql` },
                    away,
                ),
            ),
        ).to.contain("already exists");
    });

    it("publishes the lag of every copy in the copy's region", () => {
        const nowMs = account.world.clock.now();
        const periodMs = 60_000;
        const fromMs = Math.floor(nowMs / periodMs - 30) * periodMs;
        for (const metric of ["AuroraGlobalDBReplicationLag", "AuroraGlobalDBRPOLag"]) {
            const series = metrics.query({
                region: third,
                namespace: "AWS/RDS",
                metric,
                dimensions: { DBClusterIdentifier: `shop-${third}`, SourceRegion: home },
                statistic: "Maximum",
                periodMs,
                fromMs,
                toMs: fromMs + 60 * periodMs,
            });
            expect(series.size, metric).to.be.greaterThan(0);
        }
    });

    it("refuses a target that is none", () => {
        expect(() => databases.switchover("none", arn(away))).to.throw("not found");
        expect(() => databases.failover(globalId, "arn:none")).to.throw("no member");
        expect(() => databases.failover(globalId, arn(home))).to.throw("already the primary");
    });
});
