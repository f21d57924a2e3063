import fs from "node:fs";
import path from "node:path";

import { expect } from "chai";

import { CloudWatchApi } from "../../../sandbox/world/api/cloudwatch";
import { RdsApi } from "../../../sandbox/world/api/rds";
import { ApiServer } from "../../../sandbox/world/api/server";
import { StsApi } from "../../../sandbox/world/api/sts";
import { ControlPlane } from "../../../sandbox/world/controlPlane";
import { Certificates } from "../../../sandbox/world/certificates";
import { Databases } from "../../../sandbox/world/databases/databases";
import { Metrics } from "../../../sandbox/world/metrics";
import { ProviderEndpoint } from "../../../sandbox/world/server";
import { keyArn } from "../../sandbox/support/databases";
import { smallWorld, type SmallWorld } from "../../support/smallWorld";
import { createBench, type Bench, type Outcome, type Project } from "../support/project";

const root = path.join(__dirname, "..", "..", "..");
const [home, away] = ["us-east-1", "eu-west-1"] as const;

const program = `
import * as pulumi from "@pulumi/pulumi";

import { GlobalDatabase } from "./components/globalDatabase";
import { GlobalWriter } from "./components/writer/globalWriter";

const config = new pulumi.Config("meridian");
const database = new GlobalDatabase("database", {
    globalClusterIdentifier: "shop",
    databaseName: "storefront",
    home: "${home}",
    engineVersion: "17.5",
    instanceClass: "db.r6g.large",
    instances: 1,
    backupDays: 7,
    deletionProtection: false,
    members: ["${home}", "${away}"].map((region) => ({
        region,
        subnetGroupName: "shop",
        securityGroupId: "sg-1",
        parameterGroupName: "shop",
        keyArn: "arn:aws:kms:" + region + ":111122223333:key/key-" + region,
    })),
});
const acceptDataLoss = config.get("acceptDataLoss");
const writer = new GlobalWriter("writer", {
    globalClusterIdentifier: database.globalClusterIdentifier,
    writer: config.require("writer"),
    members: database.clusters.map(({ region, arn, identifier }) => ({
        region,
        clusterArn: arn,
        clusterIdentifier: identifier,
    })),
    outOfService: (config.get("outOfService") ?? "").split(",").filter((region) => region !== ""),
    rpoSeconds: 10,
    timeoutSeconds: 120,
    ...(acceptDataLoss === undefined ? {} : { acceptDataLoss }),
}, { dependsOn: [...database.instances] });
export const currentWriter = writer.currentWriter;
export const lastChange = writer.lastChange;
`;

describe("the writer of a global database, on the real engine", function () {
    this.timeout(600_000);
    let world: SmallWorld;
    let metrics: Metrics;
    let databases: Databases;
    let api: ApiServer;
    let endpoint: ProviderEndpoint;
    let bench: Bench;
    let project: Project;

    before(async () => {
        world = await smallWorld();
        for (const region of [home, away]) {
            givenPlace(region);
        }
        metrics = new Metrics(world.clock);
        databases = new Databases(world, {
            certificates: await Certificates.open(world.home),
            metrics,
        });
        api = new ApiServer(world, [
            new CloudWatchApi(metrics),
            new RdsApi(world, databases),
            new StsApi(world),
        ]);
        endpoint = new ProviderEndpoint(world, new ControlPlane(world, { timeoutMs: 1000 }));
        await databases.start();
        await api.start();
        await endpoint.start();
        bench = await createBench();
        project = bench.project("database", {
            "Pulumi.yaml": fs
                .readFileSync(path.join(root, "Pulumi.yaml"), "utf8")
                .replace(/^config:[^]*$/m, ""),
            "package.json": JSON.stringify({ name: "database", main: "index.ts" }),
            "index.ts": program,
        });
        for (const folder of ["components", "infra", "runtime"]) {
            fs.symlinkSync(path.join(root, folder), path.join(project.folder, folder));
        }
        const made = await pulumi("stack", "init", "dev");
        expect(made.status, made.stderr).to.equal(0);
    });
    after(async () => {
        await endpoint.stop();
        await api.stop();
        await databases.stop();
        bench.remove();
        world.end();
    });
    afterEach(() => world.faults.healAll());

    function givenPlace(region: string): void {
        const vpcId = "vpc-1";
        world.declare("aws:kms/key:Key", region, `key-${region}`, { arn: keyArn(region) });
        world.declare("aws:ec2/securityGroup:SecurityGroup", region, "sg-1", { vpcId });
        world.declare("aws:rds/subnetGroup:SubnetGroup", region, "shop", { name: "shop", vpcId });
        world.declare("aws:rds/clusterParameterGroup:ClusterParameterGroup", region, "shop", {
            name: "shop",
            family: "aurora-postgresql17",
        });
    }

    /** Runs the CLI; world time is real time meanwhile, as in a rehearsal. */
    async function pulumi(...args: readonly string[]): Promise<Outcome> {
        const release = world.clock.hold();
        try {
            return await project.pulumi(args, {
                REHEARSAL_CLOUD_URL: endpoint.url(),
                AWS_ENDPOINT_URL: api.url,
                AWS_ACCESS_KEY_ID: "AKIAREHEARSALCLOUD00",
                AWS_SECRET_ACCESS_KEY: "rehearsal",
                AWS_REGION: home,
            });
        } finally {
            release();
        }
    }

    const settings = (values: Readonly<Record<string, string>>): readonly string[] =>
        Object.entries({ "aws:region": home, ...values }).flatMap(([key, value]) => [
            "-c",
            key.includes(":") ? `${key}=${value}` : `meridian:${key}=${value}`,
        ]);
    const up = (values: Readonly<Record<string, string>>): Promise<Outcome> =>
        pulumi("up", "--yes", "--skip-preview", "--stack", "dev", ...settings(values));
    const preview = (): Promise<Outcome> =>
        pulumi("preview", "--expect-no-changes", "--stack", "dev");

    async function succeeds(outcome: Promise<Outcome>): Promise<Outcome> {
        const { status, stdout, stderr } = await outcome;
        expect(status, stdout + stderr).to.equal(0);
        return { status, stdout, stderr };
    }

    const server = (region: string) =>
        databases.server(
            world.store.get("aws:rds/cluster:Cluster", region, `shop-${region}`) ?? expect.fail(),
        ) ?? expect.fail(`no server in ${region}`);

    it("makes the clusters, with the writer where the program wants it", async () => {
        await succeeds(up({ writer: home }));
        expect(await project.outputs("dev")).to.deep.equal({
            currentWriter: home,
            lastChange: { kind: "none", from: home, to: home, lagSeconds: 0 },
        });
        await server(home).query("CREATE TABLE ledger (id int)");
        await succeeds(preview());
    });

    it("refuses a writer that is voted out, in the preview and without a change", async () => {
        const refused = await pulumi(
            ...["preview", "--stack", "dev"],
            ...settings({ writer: away, outOfService: away }),
        );
        expect(refused.status).not.to.equal(0);
        expect(refused.stdout + refused.stderr).to.contain("which is voted out");
        expect(databases.writer("shop")).to.equal(home);
    });

    it("refuses a switchover to a region that lags past the RPO", async () => {
        await world.clock.sleep(60_000);
        world.faults.inject({ kind: "lag", region: away, seconds: 3600 });
        await server(home).query("INSERT INTO ledger VALUES (1)");
        await world.until(() => databases.lagSeconds("shop", away) > 30);
        await world.clock.sleep(120_000);
        const refused = await up({ writer: away, outOfService: "" });
        expect(refused.status).not.to.equal(0);
        expect(refused.stdout + refused.stderr).to.match(/lags [\d.]+ s, more than the 10 s/);
        expect(databases.writer("shop")).to.equal(home);
    });

    it("switches over without a loss, and has an empty preview afterwards", async () => {
        await world.until(() => databases.lagSeconds("shop", away) === 0);
        await world.clock.sleep(120_000);
        await succeeds(up({ writer: away }));
        expect(databases.writer("shop")).to.equal(away);
        expect(databases.losses()).to.deep.equal([]);
        const { currentWriter, lastChange } = await project.outputs("dev");
        expect(currentWriter).to.equal(away);
        expect(lastChange).to.include({ kind: "switchover", from: home, to: away });
        expect(await server(away).value("SELECT count(*)::int FROM ledger")).to.equal(1);
        await succeeds(preview());
    });

    it("has an empty preview after a refresh as well: roles are no property of a cluster", async () => {
        await succeeds(pulumi("refresh", "--yes", "--stack", "dev"));
        await succeeds(preview());
    });

    it("fails over only when the loss is accepted, with the lag in its output", async () => {
        world.faults.inject({ kind: "blackout", region: away });
        await server(away).query("INSERT INTO ledger VALUES (2)");
        const refused = await up({ writer: home });
        expect(refused.stdout + refused.stderr).to.contain(`${away} does not answer`);
        await succeeds(up({ writer: home, acceptDataLoss: away }));
        expect(databases.writer("shop")).to.equal(home);
        expect(databases.losses()[0]).to.include({ from: away, to: home, lostTransactions: 1 });
        expect((await project.outputs("dev"))["lastChange"]).to.include({
            kind: "failover",
            from: away,
            to: home,
        });
        await succeeds(preview());
    });

    it("adopts what was changed by somebody else", async () => {
        const cluster = world.store.get("aws:rds/cluster:Cluster", away, `shop-${away}`);
        await world.until(() => cluster !== undefined && databases.connected(cluster));
        databases.switchover("shop", String(cluster?.outputs["arn"]));
        await world.until(() => databases.roleChange("shop") === undefined);
        expect((await preview()).status).not.to.equal(0);
        await succeeds(up({ writer: away }));
        expect((await project.outputs("dev"))["lastChange"]).to.include({ kind: "adopted" });
        await succeeds(preview());
    });
});
