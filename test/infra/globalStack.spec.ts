import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import { estimate } from "../../automation/cost/estimate";
import { ownPriceTable, readPriceTable } from "../../automation/cost/priceTable";
import { ownUsage, readUsage } from "../../automation/cost/usage";
import { readGlobalConfig } from "../../infra/config";
import { deployGlobal, evacuated, regionOutputsOf } from "../../infra/globalStack";
import { parseGlobalOutputs, type RegionOutputs } from "../../infra/stackOutputs";
import { majorityQuorum, regionNames, topology, type Topology } from "../../infra/topology";
import { catalogue } from "../../runtime/service/catalogue";
import { globalSettings, pair } from "../support/estate";
import { setMocks, settled, valueOf, type Registrations } from "../support/mocks";

interface Destination {
    readonly bucket: string;
    readonly encryptionConfiguration: { readonly replicaKmsKeyId: string };
}

function outputsOf(region: string, of: Topology): RegionOutputs {
    const others = regionNames(of).filter((other) => other !== region);
    const arn = (service: string, name: string): string =>
        `arn:aws:${service}:${region}:111122223333:${name}`;
    return {
        schemaVersion: 1,
        region,
        loadBalancerArn: arn("elasticloadbalancing", "loadbalancer/app/x/1"),
        loadBalancerDnsName: `lb.${region}.elb.amazonaws.com`,
        loadBalancerZoneId: `ZLB-${region}`,
        originName: `${region}.origin.example.com`,
        votesBucket: `votes-${region}`,
        votesHost: `votes-${region}.s3.${region}.amazonaws.com`,
        votes: Object.fromEntries(others.map((other) => [other, "in-service" as const])),
        tableKeyArn: arn("kms", `key/${region}`),
        eventStream: "meridian-events",
        mediaBucket: `media-${region}`,
        ordersBucket: `orders-${region}`,
        bucketKeyArn: arn("kms", `key/${region}`),
        databaseSubnetGroup: "meridian",
        databaseSecurityGroupId: `sg-${region}`,
        databaseParameterGroup: "meridian",
        databaseKeyArn: arn("kms", `key/${region}`),
        cacheSubnetGroup: "meridian-cache",
        cacheSecurityGroupId: `sg-${region}`,
        cacheUserGroup: "meridian-cache",
        cacheLogGroup: "/meridian/cache",
        cacheKeyArn: arn("kms", `key/${region}`),
        receiptKeysKeyArn: arn("kms", `key/${region}`),
        receiptKeyRotatorArn: arn("lambda", "function:meridian-rotator"),
        conflictDetector: "meridian-conflict-detector",
        conflictDeadLetterArn: arn("sqs", "meridian-conflict-dead-letters"),
        serviceRoleName: "role",
        failoverTopicArn: arn("sns", "meridian-failover"),
        recoveryTopicArn: arn("sns", "meridian-recovery"),
        alarmTopicArn: arn("sns", "meridian-alarms"),
        decisionsTable: "meridian-decisions",
        userFacingAlarms: [],
        observerAlarms: {},
        minimumTasks: 6,
        maximumTasks: 24,
    };
}

async function deploy(
    of: Topology,
    settings: Record<string, string> = {},
): Promise<{ registered: Registrations; outputs: unknown }> {
    const registered = await setMocks({
        stack: "global",
        region: "us-east-1",
        stackOutputs: Object.fromEntries(
            regionNames(of).map((region) => [region, outputsOf(region, of)]),
        ),
    });
    const outputs = deployGlobal(readGlobalConfig("global", of, globalSettings(settings)), of);
    await settled();
    return { registered, outputs: await valueOf({ ...outputs }) };
}

describe("the global stack", () => {
    it("reads every region's outputs and exports what its readers need", async () => {
        const { registered, outputs } = await deploy(topology);
        expect(registered.names("pulumi:pulumi:StackReference")).to.deep.equal(
            regionNames().map((region) => `organization/meridian/${region}`),
        );
        const parsed = parseGlobalOutputs("global", outputs);
        expect(parsed).to.deep.include({
            applicationName: "app.example.com",
            writeName: "write.app.example.com",
            directName: "direct.example.com",
            browseName: "browse.example.com",
            distributionId: "edge-id",
            tableName: "meridian-storefront",
            writer: "us-east-1",
            standingTasks: Object.fromEntries(regionNames().map((region) => [region, 6])),
            shares: Object.fromEntries(regionNames().map((region) => [region, 100])),
            dials: Object.fromEntries(regionNames().map((region) => [region, 100])),
        });
        expect(parsed.healthChecks.vote["eu-west-1"]).to.deep.equal({
            "ap-east-1": "vote-eu-west-1-ap-east-1-id",
            "ap-south-1": "vote-eu-west-1-ap-south-1-id",
            "us-east-1": "vote-eu-west-1-us-east-1-id",
        });
    });

    it("makes no functions, which would take concurrency from the regions'", async () => {
        const { registered } = await deploy(topology);
        expect(registered.names("aws:lambda/function:Function")).to.deep.equal([]);
    });

    it("registers nothing without a price", async () => {
        const { registered } = await deploy(topology);
        const { unpriced } = estimate({
            regions: regionNames(),
            home: "us-east-1",
            resources: registered.all.map(({ type, name, inputs }) => ({
                stack: "global",
                urn: `urn:pulumi:global::meridian::${type}::${name}`,
                type,
                name,
                properties: inputs,
            })),
            prices: await readPriceTable(ownPriceTable),
            usage: await readUsage(ownUsage),
        });
        expect(unpriced).to.deep.equal([]);
    });

    it("gives the writer one owner, which the name of the writer waits for", async () => {
        const { registered } = await deploy(topology, {
            "meridian:writer": "eu-west-1",
            "meridian:standby": "us-east-1",
        });
        const type = "pulumi-nodejs:dynamic/meridian:GlobalWriter";
        expect(registered.inputs(type, "writer")).to.deep.include({
            writer: "eu-west-1",
            outOfService: [],
            acceptDataLoss: "",
            rpoSeconds: 10,
            clusterIdentifiers: Object.fromEntries(
                regionNames().map((region) => [region, `meridian-${region}`]),
            ),
        });
        expect(
            registered.one("aws:route53/record:Record", "write-primary-a").options.dependsOn,
        ).to.include("writer");
    });

    it("keeps its own resources' provider apart from the settings that lanes change", async () => {
        const { registered } = await deploy(topology);
        const own = registered.all.filter(({ type }) => type.startsWith("pulumi-nodejs:"));
        expect(own.map(({ name }) => name).sort()).to.deep.equal(["cache-primary", "writer"]);
        for (const { name, options } of own) {
            expect(options.provider, name).to.contain("pulumi:providers:pulumi-nodejs::dynamic");
        }
        expect(registered.inputs("pulumi:providers:pulumi-nodejs", "dynamic")).to.deep.equal({});
    });

    it("knows who is voted out: those that a quorum of the others votes against", () => {
        const votes = (region: string, against: readonly string[]) => ({
            region,
            votes: Object.fromEntries(
                regionNames()
                    .filter((other) => other !== region)
                    .map((other) => [
                        other,
                        against.includes(other) ? ("evacuate" as const) : ("in-service" as const),
                    ]),
            ),
        });
        const [a = "", b = "", c = "", d = ""] = regionNames();
        expect(
            evacuated([votes(a, [d]), votes(b, []), votes(c, []), votes(d, [])], topology),
        ).to.deep.equal([]);
        expect(
            evacuated([votes(a, [d]), votes(b, [d]), votes(c, []), votes(d, [a])], topology),
        ).to.deep.equal([d]);
    });

    it("looks nothing up", async () => {
        expect((await deploy(topology)).registered.lookups).to.deep.equal([]);
    });

    it("keeps a copy of the table in every region, with that region's key", async () => {
        const { registered } = await deploy(topology, { "meridian:tableHome": "eu-west-1" });
        const table = registered.inputs("aws:dynamodb/table:Table", "storefront");
        expect(table["region"]).to.equal("eu-west-1");
        expect(table["serverSideEncryption"]).to.deep.equal({
            enabled: true,
            kmsKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/eu-west-1",
        });
        expect(
            (table["replicas"] as { regionName: string; kmsKeyArn: string }[]).map(
                ({ regionName, kmsKeyArn }) => [regionName, kmsKeyArn],
            ),
        ).to.deep.equal(
            ["ap-east-1", "ap-south-1", "us-east-1"].map((region) => [
                region,
                `arn:aws:kms:${region}:111122223333:key/${region}`,
            ]),
        );
    });

    it("replicates media and orders between all regions, with each region's key", async () => {
        const { registered } = await deploy(topology);
        const configurations = registered.of(
            "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
        );
        expect(
            configurations.map(({ inputs }) => [inputs["region"], inputs["bucket"]]),
        ).to.deep.equal(
            ["media", "orders"].flatMap((purpose) =>
                regionNames().map((region) => [region, `${purpose}-${region}`]),
            ),
        );
        const rules = configurations.flatMap(
            ({ inputs }) => inputs["rules"] as { id: string; destination: Destination }[],
        );
        expect(rules).to.have.length(2 * 4 * 3);
        for (const { id, destination } of rules) {
            const region = id.replace("to-", "");
            expect(destination.bucket).to.match(new RegExp(`:::(media|orders)-${region}$`));
            expect(destination.encryptionConfiguration.replicaKmsKeyId).to.equal(
                `arn:aws:kms:${region}:111122223333:key/${region}`,
            );
        }
    });

    it("puts a picture of every product in one region, once it would be replicated, for good", async () => {
        const { registered } = await deploy(topology, { "meridian:tableHome": "eu-west-1" });
        const objects = registered.of("aws:s3/bucketObjectv2:BucketObjectv2");
        expect(objects.map(({ inputs }) => inputs["key"]).sort()).to.deep.equal(
            catalogue.map(({ sku }) => `products/${sku}.svg`).sort(),
        );
        for (const { inputs, options } of objects) {
            expect(inputs).to.include({ region: "eu-west-1", bucket: "media-eu-west-1" });
            expect(options.retainOnDelete).to.equal(true);
            expect(options.dependsOn).to.include.members(
                regionNames().map((region) => `media-replication-${region}`),
            );
        }
    });

    it("has a cache in every region, and those of the configured regions in one datastore", async () => {
        const { registered } = await deploy(topology, {
            "meridian:cache": '{"datastore":["us-east-1","eu-west-1","ap-south-1"]}',
        });
        const groups = registered.of("aws:elasticache/replicationGroup:ReplicationGroup");
        expect(
            groups.map(({ inputs }) => [
                inputs["region"],
                inputs["kmsKeyId"],
                inputs["globalReplicationGroupId"] !== undefined,
            ]),
        ).to.have.deep.members(
            regionNames().map((region) => [
                region,
                `arn:aws:kms:${region}:111122223333:key/${region}`,
                ["eu-west-1", "ap-south-1"].includes(region),
            ]),
        );
    });

    it("leads the accelerator to every region's load balancer, by the dials it is given", async () => {
        const { registered, outputs } = await deploy(topology, {
            "meridian:dials": '{"us-east-1":0}',
        });
        const groups = registered.of("aws:globalaccelerator/endpointGroup:EndpointGroup");
        expect(
            groups.map(({ inputs }) => [
                inputs["endpointGroupRegion"],
                (inputs["endpointConfigurations"] as { endpointId: string }[])[0]?.endpointId,
                inputs["trafficDialPercentage"],
            ]),
        ).to.deep.equal(
            regionNames().map((region) => [
                region,
                outputsOf(region, topology).loadBalancerArn,
                region === "us-east-1" ? 0 : 100,
            ]),
        );
        expect(parseGlobalOutputs("global", outputs).dials["us-east-1"]).to.equal(0);
    });

    it("rings in us-east-1, where it has a topic there", async () => {
        const actions = async (of: Topology, settings = {}): Promise<unknown> =>
            (await deploy(of, settings)).registered.inputs(
                "aws:cloudwatch/metricAlarm:MetricAlarm",
                "levers-eu-west-1",
            )["alarmActions"];
        expect(await actions(topology)).to.deep.equal([
            "arn:aws:sns:us-east-1:111122223333:meridian-alarms",
        ]);
        const elsewhere: Topology = {
            regions: { "eu-west-1": { away: "ap-east-1" }, "ap-east-1": { away: "eu-west-1" } },
            quorum: 1,
        };
        expect(
            await actions(elsewhere, {
                "meridian:tableHome": "eu-west-1",
                "meridian:writer": "eu-west-1",
                "meridian:standby": "ap-east-1",
                "meridian:cache": '{"datastore":["eu-west-1","ap-east-1"]}',
            }),
        ).to.deep.equal([]);
    });

    it("spans two regions as well as five", async () => {
        const five: Topology = {
            regions: { ...topology.regions, "sa-east-1": { away: "us-east-1" } },
            quorum: majorityQuorum(5),
        };
        for (const [of, checks] of [
            // Endpoints as often as the quorum is large, a sum and a lever each, and the votes.
            [pair, 2 * (1 + 2) + 2],
            [five, 5 * (3 + 2) + 20],
        ] as const) {
            const { registered } = await deploy(of);
            expect(registered.names("aws:route53/healthCheck:HealthCheck")).to.have.length(checks);
        }
    });

    it("says which stack to deploy first when a region's outputs are not there", () => {
        expect(() => regionOutputsOf("eu-west-1", {})).to.throw(
            pulumi.RunError,
            "deploy it first (pulumi up --stack eu-west-1)",
        );
    });
});
