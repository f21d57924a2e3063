import {
    CloudWatchClient,
    GetMetricStatisticsCommand,
    ListMetricsCommand,
} from "@aws-sdk/client-cloudwatch";
import {
    DescribeDBClustersCommand,
    DescribeGlobalClustersCommand,
    FailoverGlobalClusterCommand,
    ModifyDBClusterCommand,
    RDSClient,
    StopDBClusterCommand,
    SwitchoverGlobalClusterCommand,
} from "@aws-sdk/client-rds";
import { expect } from "chai";

import type { WriterInputs } from "../../../../components/writer/desiredWriter";
import { AwsWriterApi } from "../../../../components/writer/writerApi";
import { CloudWatchApi } from "../../../../sandbox/world/api/cloudwatch";
import { RdsApi } from "../../../../sandbox/world/api/rds";
import { ApiServer } from "../../../../sandbox/world/api/server";
import { Certificates } from "../../../../sandbox/world/certificates";
import { Databases } from "../../../../sandbox/world/databases/databases";
import { Metrics } from "../../../../sandbox/world/metrics";
import { smallWorld, type SmallWorld } from "../../../support/smallWorld";
import { refusal } from "../../support/account";

const [home, away] = ["us-east-1", "eu-west-1"] as const;
const arn = (region: string): string => `arn:aws:rds:${region}:111122223333:cluster:shop-${region}`;

const writerInputs: WriterInputs = {
    globalClusterIdentifier: "shop",
    writer: away,
    members: { [home]: arn(home), [away]: arn(away) },
    clusterIdentifiers: { [home]: `shop-${home}`, [away]: `shop-${away}` },
    outOfService: [],
    rpoSeconds: 10,
    acceptDataLoss: "",
    timeoutSeconds: 1,
};

describe("RDS's and CloudWatch's API", () => {
    let world: SmallWorld;
    let metrics: Metrics;
    let server: ApiServer;
    let rds: RDSClient;

    /** Clusters without instances: what the API says of them needs no server. */
    beforeEach(async () => {
        world = await smallWorld();
        metrics = new Metrics(world.clock);
        const databases = new Databases(world, {
            certificates: await Certificates.open(world.home),
            metrics,
        });
        server = new ApiServer(world, [new CloudWatchApi(metrics), new RdsApi(world, databases)]);
        await server.start();
        world.declare("aws:rds/globalCluster:GlobalCluster", home, "shop", {
            globalClusterIdentifier: "shop",
            engine: "aurora-postgresql",
            engineVersion: "17.5",
            arn: "arn:aws:rds::111122223333:global-cluster:shop",
        });
        for (const region of [home, away]) {
            world.declare("aws:rds/cluster:Cluster", region, `shop-${region}`, {
                arn: arn(region),
                engine: "aurora-postgresql",
                endpoint: region === home ? `shop.${region}.rds.amazonaws.com` : "",
                readerEndpoint: `shop.cluster-ro-1.${region}.rds.amazonaws.com`,
                globalClusterIdentifier: "shop",
                iamDatabaseAuthenticationEnabled: true,
                replicationSourceIdentifier: region === home ? "" : arn(home),
            });
        }
        rds = client(away);
    });
    afterEach(async () => {
        rds.destroy();
        await server.stop();
        world.end();
    });

    const settings = (region: string) => ({
        region,
        endpoint: server.url,
        maxAttempts: 1,
        credentials: { accessKeyId: "AKIAREHEARSALCLOUD00", secretAccessKey: "rehearsal" },
    });
    const client = (region: string): RDSClient => new RDSClient(settings(region));

    it("tells the members' roles in every region", async () => {
        const { GlobalClusters } = await rds.send(
            new DescribeGlobalClustersCommand({ GlobalClusterIdentifier: "shop" }),
        );
        expect(GlobalClusters).to.have.lengthOf(1);
        expect(GlobalClusters?.[0]).to.deep.include({
            GlobalClusterIdentifier: "shop",
            Status: "available",
            EngineVersion: "17.5",
        });
        expect(
            GlobalClusters?.[0]?.GlobalClusterMembers?.map(
                ({ DBClusterArn, IsWriter, Readers }) => [DBClusterArn, IsWriter, Readers ?? []],
            ),
        ).to.deep.equal([
            [arn(home), true, [arn(away)]],
            [arn(away), false, []],
        ]);
        expect(
            await refusal(
                rds.send(new DescribeGlobalClustersCommand({ GlobalClusterIdentifier: "none" })),
            ),
        ).to.contain("Global cluster none not found");
    });

    it("tells a region's own clusters", async () => {
        const { DBClusters } = await rds.send(new DescribeDBClustersCommand({}));
        const told = (clusters: typeof DBClusters) =>
            clusters?.map(({ DBClusterIdentifier, Status, Endpoint, ReaderEndpoint }) => [
                DBClusterIdentifier,
                Status,
                Endpoint,
                ReaderEndpoint,
            ]);
        const reader = (region: string) => `shop.cluster-ro-1.${region}.rds.amazonaws.com`;
        expect(told(DBClusters)).to.deep.equal([
            // No endpoint of a writer: it is a secondary.
            ["shop-eu-west-1", "available", undefined, reader(away)],
        ]);
        const primary = await client(home).send(new DescribeDBClustersCommand({}));
        expect(told(primary.DBClusters)).to.deep.equal([
            ["shop-us-east-1", "available", `shop.${home}.rds.amazonaws.com`, reader(home)],
        ]);
        expect(
            await refusal(
                rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: "shop-us-east-1" })),
            ),
        ).to.contain("not found");
    });

    it("refuses changes of roles that AWS refuses", async () => {
        const to = (region: string) => ({
            GlobalClusterIdentifier: "shop",
            TargetDbClusterIdentifier: arn(region),
        });
        const primary = client(home);
        const switchTo = (region: string) =>
            refusal(primary.send(new SwitchoverGlobalClusterCommand(to(region))));
        expect(await switchTo(away)).to.contain("has no available instance");
        expect(await switchTo(home)).to.contain("already the primary");
        expect(await switchTo("sa-east-1")).to.contain("is no member");
        const both = { ...to(away), AllowDataLoss: true, Switchover: true };
        expect(await refusal(rds.send(new FailoverGlobalClusterCommand(both)))).to.contain(
            "can't be specified together",
        );
    });

    it("takes a switchover in the primary's region alone, and a failover in its target's", async () => {
        const to = { GlobalClusterIdentifier: "shop", TargetDbClusterIdentifier: arn(away) };
        const lossy = { ...to, AllowDataLoss: true };
        const asked = async (region: string) => [
            await refusal(client(region).send(new SwitchoverGlobalClusterCommand(to))),
            await refusal(client(region).send(new FailoverGlobalClusterCommand(to))),
            await refusal(client(region).send(new FailoverGlobalClusterCommand(lossy))),
        ];
        const taken = /has no available instance/;
        const [switched, without, failed] = await asked(away);
        expect(switched).to.contain("must be called in us-east-1, the Region of its primary");
        expect(without).to.equal(switched);
        expect(failed).to.match(taken);
        const atHome = await asked(home);
        expect(atHome[0]).to.match(taken);
        expect(atHome[1]).to.match(taken);
        expect(atHome[2]).to.contain("must be called in eu-west-1, the Region of that cluster");
    });

    it("lets the master user of the primary sign in with IAM", async () => {
        const modify = (region: string) =>
            client(region).send(
                new ModifyDBClusterCommand({
                    DBClusterIdentifier: `shop-${region}`,
                    MasterUserAuthenticationType: "iam-db-auth",
                    ApplyImmediately: true,
                }),
            );
        await modify(home);
        const cluster = world.store.get("aws:rds/cluster:Cluster", home, `shop-${home}`);
        expect(cluster?.outputs["masterUserAuthenticationType"]).to.equal("iam-db-auth");
        expect(await refusal(modify(away))).to.contain("is a secondary cluster");
    });

    it("says what it does not have", async () => {
        expect(
            await refusal(rds.send(new StopDBClusterCommand({ DBClusterIdentifier: "x" }))),
        ).to.contain("no rds action StopDBCluster");
    });

    it("lists the dimensions of a metric that was published", async () => {
        const put = (region: string, metric: string, dimensions: Record<string, string>) =>
            metrics.put({ region, namespace: "AWS/RDS", metric, dimensions, value: 1 });
        put(away, "Lag", { SourceRegion: home, DBClusterIdentifier: "shop" });
        put(away, "Lag", { DBClusterIdentifier: "other" });
        put(away, "Load", { DBClusterIdentifier: "shop" });
        put(home, "Lag", { DBClusterIdentifier: "shop", SourceRegion: away });
        const cloudwatch = new CloudWatchClient(settings(away));
        const list = async (Dimensions: { Name: string; Value?: string }[]) => {
            const { Metrics: found } = await cloudwatch.send(
                new ListMetricsCommand({ Namespace: "AWS/RDS", MetricName: "Lag", Dimensions }),
            );
            return found?.map((one) =>
                one.Dimensions?.map(({ Name, Value }) => `${Name}=${Value}`),
            );
        };
        expect(await list([{ Name: "DBClusterIdentifier", Value: "shop" }])).to.deep.equal([
            ["DBClusterIdentifier=shop", "SourceRegion=us-east-1"],
        ]);
        expect(await list([{ Name: "DBClusterIdentifier" }])).to.have.lengthOf(2);
        expect(await list([{ Name: "SourceRegion", Value: away }])).to.deep.equal([]);
        expect(
            await refusal(cloudwatch.send(new ListMetricsCommand({ Namespace: "AWS/RDS" }))),
        ).to.contain("ListMetrics with less than");
        cloudwatch.destroy();
    });

    it("is asked by the writer's owner where it takes a change", async () => {
        const api = new AwsWriterApi(settings(away));
        const taken = "has no available instance";
        expect(await refusal(api.switchover(writerInputs, home))).to.contain(taken);
        expect(await refusal(api.failover(writerInputs))).to.contain(taken);
        expect(await api.observe(writerInputs)).to.include({ writer: home, changing: false });
        expect(await api.answers(writerInputs, home)).to.equal(true);
    });

    it("finds the lag of a copy by what it is published with", async () => {
        const put = (value: number, dimensions: Record<string, string>) =>
            metrics.put({
                region: away,
                namespace: "AWS/RDS",
                metric: "AuroraGlobalDBRPOLag",
                dimensions: { DBClusterIdentifier: `shop-${away}`, ...dimensions },
                value,
            });
        const lag = () => new AwsWriterApi(settings(away)).lagSeconds(writerInputs, away, home);
        expect(await lag()).to.equal(undefined);
        // Of a former writer: it says nothing of this one.
        put(9000, { SourceRegion: "ap-south-1" });
        expect(await lag()).to.equal(undefined);
        put(1500, { SourceRegion: home });
        expect(await lag()).to.equal(1.5);
        put(2500, {});
        expect(await lag()).to.equal(2.5);
    });

    it("gives a metric's statistics by period", async () => {
        const dimensions = { DBClusterIdentifier: "shop", SourceRegion: home };
        for (const value of [20, 40]) {
            metrics.put({ region: away, namespace: "AWS/RDS", metric: "Lag", dimensions, value });
        }
        const cloudwatch = new CloudWatchClient(settings(away));
        const ask = (minutes: number) =>
            cloudwatch.send(
                new GetMetricStatisticsCommand({
                    Namespace: "AWS/RDS",
                    MetricName: "Lag",
                    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({
                        Name,
                        Value,
                    })),
                    StartTime: new Date(world.clock.now() - 60_000 * minutes),
                    EndTime: new Date(world.clock.now() + 60_000),
                    Period: 60,
                    Statistics: ["Maximum", "Average"],
                }),
            );
        const { Datapoints } = await ask(5);
        const points = Datapoints?.map(({ Maximum, Average }) => ({ Maximum, Average }));
        expect(points).to.deep.equal([{ Maximum: 40, Average: 30 }]);
        expect(await refusal(ask(2000))).to.contain("exceeds the limit of 1440");
        cloudwatch.destroy();
    });
});
