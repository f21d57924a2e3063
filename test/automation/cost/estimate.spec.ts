import { expect } from "chai";

import { estimate, type Estimate } from "../../../automation/cost/estimate";
import type { CostResource } from "../../../automation/cost/pricedResource";
import {
    ownPriceTable,
    readPriceTable,
    type PriceTable,
} from "../../../automation/cost/priceTable";
import { ownUsage, readUsage, type Usage } from "../../../automation/cost/usage";

const regions = ["eu-west-1", "us-east-1"];

function resource(
    stack: string,
    type: string,
    name: string,
    properties: Record<string, unknown> = {},
    parents = "",
): CostResource {
    return {
        stack,
        type,
        name,
        properties,
        urn: `urn:pulumi:${stack}::meridian::${parents}${type}::${name}`,
    };
}

/** A service of `tasks` at least, half a vCPU and a GB each. */
function service(stack: string, tasks: number): CostResource[] {
    return [
        resource(stack, "aws:ecs/service:Service", "s", { desiredCount: 1 }),
        resource(stack, "aws:ecs/taskDefinition:TaskDefinition", "t", {
            cpu: "512",
            memory: "1024",
            runtimePlatform: { cpuArchitecture: "ARM64" },
        }),
        resource(stack, "aws:appautoscaling/target:Target", "a", {
            scalableDimension: "ecs:service:DesiredCount",
            minCapacity: tasks,
        }),
    ];
}

function check(name: string, properties: Record<string, unknown>): CostResource {
    return resource("global", "aws:route53/healthCheck:HealthCheck", name, properties);
}

describe("the cost estimate", () => {
    let prices: PriceTable;
    let usage: Usage;

    before(async () => {
        prices = await readPriceTable(ownPriceTable);
        usage = await readUsage(ownUsage);
    });

    const of = (resources: readonly CostResource[], change: Partial<Usage> = {}): Estimate =>
        estimate({ regions, home: "us-east-1", resources, prices, usage: { ...usage, ...change } });
    const quantity = (result: Estimate, price: string, region?: string): number =>
        result.items
            .filter((item) => item.price === price && (region ?? item.region) === item.region)
            .reduce((sum, item) => sum + item.quantity, 0);

    it("takes autoscaling's least tasks, and their size", () => {
        const result = of(service("us-east-1", 4));
        expect(quantity(result, "fargate-arm-vcpu")).to.be.closeTo(4 * 0.5 * 730, 1e-6);
        expect(quantity(result, "fargate-arm-memory")).to.be.closeTo(4 * 730, 1e-6);
        expect(result.bySystem["service"]).to.be.closeTo(4 * 730 * (0.5 * 0.03238 + 0.00356), 1e-6);
        expect(result.totalUsd).to.be.closeTo(result.byStack["us-east-1"] ?? 0, 1e-9);
    });

    it("takes the spare part of the standing capacity as what losing a region adds", () => {
        const resources = [...service("us-east-1", 4), ...service("eu-west-1", 6)];
        const { standing, totalUsd } = of(resources, { sparePercent: 40 });
        expect(standing.byRegion["eu-west-1"]).to.be.closeTo(0.6 * totalUsd, 1e-6);
        expect(standing.addsUsd).to.be.closeTo(0.4 * totalUsd, 1e-6);
        const idle = of([resource("us-east-1", "aws:kms/key:Key", "k")]);
        expect(idle.standing).to.eql({ byRegion: {}, addsUsd: 0 });
    });

    it("takes the keeper of homes for running all the time, and another function for what is asked of it", () => {
        const lambda = (parents: string): CostResource =>
            resource(
                "us-east-1",
                "aws:lambda/function:Function",
                "f",
                { architectures: ["arm64"], memorySize: 512 },
                parents,
            );
        const keeper = lambda("meridian:components:HomeKeeping$");
        expect(quantity(of([keeper]), "function-arm-duration")).to.be.closeTo(
            (0.5 * 730 * 3600 * 55) / 60,
            1e-6,
        );
        const change = { functionInvocations: 100, functionSeconds: 3 };
        expect(quantity(of([lambda("")], change), "function-arm-duration")).to.equal(150);
    });

    it("lists types that nothing is known of, and never takes them for free", () => {
        const result = of([
            resource("us-east-1", "aws:mars/rover:Rover", "r"),
            resource("us-east-1", "aws:iam/role:Role", "free"),
            resource("us-east-1", "meridian:components:Region", "component"),
            resource("us-east-1", "aws:rds/clusterInstance:ClusterInstance", "i", {
                instanceClass: "db.x9.huge",
            }),
        ]);
        expect(result.totalUsd).to.equal(0);
        expect(result.unpriced).to.eql([
            { type: "aws:mars/rover:Rover", count: 1, missingPrices: [] },
            {
                type: "aws:rds/clusterInstance:ClusterInstance",
                count: 1,
                missingPrices: ["aurora-instance:db.x9.huge in us-east-1"],
            },
        ]);
    });

    it("says so when a region has no price", () => {
        const result = estimate({
            regions: ["sa-east-1", "us-east-1"],
            home: "us-east-1",
            resources: service("sa-east-1", 1),
            prices,
            usage,
        });
        expect(result.unpriced.map(({ missingPrices }) => missingPrices)).to.eql([
            ["fargate-arm-memory in sa-east-1", "fargate-arm-vcpu in sa-east-1"],
        ]);
    });

    it("counts a vote's check with its options, and the reads of every checker", () => {
        const vote = {
            type: "HTTPS_STR_MATCH",
            requestInterval: 10,
            fqdn: "meridian-votes-eu-west-1-1.s3.eu-west-1.amazonaws.com",
            regions: ["us-east-1", "us-west-2", "sa-east-1"],
        };
        const result = of([
            check("vote-eu-west-1-us-east-1", vote),
            check("in-service-us-east-1", { type: "CALCULATED" }),
            check("endpoint-us-east-1", { type: "HTTPS", requestInterval: 30 }),
            check("endpoint-us-east-1-copy2", { type: "HTTPS", requestInterval: 30 }),
        ]);
        expect(quantity(result, "health-check")).to.equal(4);
        expect(quantity(result, "health-check-option")).to.equal(3 + 0 + 1 + 1);
        expect(quantity(result, "bucket-reads", "eu-west-1")).to.be.closeTo(
            (3 * 2 * 262_800) / 1000,
            1e-6,
        );
        // Without the endpoint's first check, which would be there anyway.
        expect(result.votes.usd).to.be.closeTo(3 * 0.5 + 4 + 1576.8 * 0.0004, 1e-6);
        expect(result.bySystem["dns"]).to.be.closeTo(1.5, 1e-9);
        expect(result.votes.routingControlsUsd).to.equal(2.5 * 730 + 2 * 0.5);
        expect(result.votes.regionSwitchUsd).to.equal(70 + 2 * 0.5);
    });

    it("writes a global table's items in every region, and sends them there", () => {
        const result = of(
            [
                resource("global", "aws:dynamodb/table:Table", "t", {
                    billingMode: "PAY_PER_REQUEST",
                    replicas: [{ regionName: "eu-west-1" }],
                    globalSecondaryIndexes: [{ name: "g" }],
                }),
            ],
            {
                ...{ requests: 1e6, writePercent: 10, writeUnitsPerWrite: 4, readUnitsPerRead: 2 },
                ...{ writeKilobytes: 10, tableGigabytes: 5 },
            },
        );
        for (const region of regions) {
            expect(quantity(result, "table-write", region)).to.be.closeTo(0.8, 1e-9);
            expect(quantity(result, "table-read", region)).to.be.closeTo(0.9, 1e-9);
            expect(quantity(result, "table-storage", region)).to.equal(10);
            expect(quantity(result, "transfer-region", region)).to.be.closeTo(0.5, 1e-9);
        }
    });

    it("gives a replica of its own the capacity of its table", () => {
        const result = of([
            resource("global", "aws:dynamodb/table:Table", "t", {
                billingMode: "PROVISIONED",
                writeCapacity: 100,
                readCapacity: 50,
            }),
            resource("global", "aws:dynamodb/tableReplica:TableReplica", "r", {
                region: "eu-west-1",
            }),
        ]);
        for (const region of regions) {
            expect(quantity(result, "table-write-capacity", region)).to.equal(100 * 730);
            expect(quantity(result, "table-read-capacity", region)).to.equal(50 * 730);
        }
        expect(quantity(result, "table-storage")).to.equal(usage.tableGigabytes);
    });

    it("bills a daily backup by the days that it is kept", () => {
        const result = of([
            resource("us-east-1", "aws:backup/vault:Vault", "v", {}),
            resource("us-east-1", "aws:backup/plan:Plan", "p", {
                rules: [{ ruleName: "daily", lifecycle: { deleteAfter: 35 } }],
            }),
        ]);
        expect(result.unpriced).to.eql([]);
        expect(quantity(result, "table-backup")).to.equal(35 * usage.tableGigabytes);
    });

    it("bills an interface endpoint by zone, and a gateway endpoint not at all", () => {
        const type = "aws:ec2/vpcEndpoint:VpcEndpoint";
        const result = of([
            resource("us-east-1", type, "i", {
                vpcEndpointType: "Interface",
                subnetIds: ["a", "b", "c"],
            }),
            resource("us-east-1", type, "g", { vpcEndpointType: "Gateway" }),
        ]);
        expect(quantity(result, "endpoint-hour")).to.equal(3 * 730);
        expect(result.unpriced).to.eql([]);
    });

    it("bills a datastore's secondary by the nodes of its primary, where it is", () => {
        const type = "aws:elasticache/replicationGroup:ReplicationGroup";
        const nodes = { numCacheClusters: 2 };
        const result = of([
            resource("global", type, "secondary", { ...nodes, region: "eu-west-1" }),
            resource("global", type, "primary", {
                ...nodes,
                region: "us-east-1",
                nodeType: "cache.m6g.large",
            }),
        ]);
        for (const region of regions) {
            expect(quantity(result, "cache-node:cache.m6g.large", region)).to.equal(2 * 730);
        }
        expect(result.unpriced).to.eql([]);
    });

    it("bills the load balancer by the capacity unit that is used most", () => {
        const balancer = resource("us-east-1", "aws:lb/loadBalancer:LoadBalancer", "l", {
            subnets: ["a", "b"],
        });
        const heavy = { requests: 1e8, responseKilobytes: 100, connectionsPerRequest: 0.001 };
        expect(quantity(of([balancer], heavy), "alb-lcu")).to.be.closeTo(5000, 1e-6);
        const chatty = { requests: 1e8, responseKilobytes: 0, connectionsPerRequest: 1 };
        expect(quantity(of([balancer], chatty), "alb-lcu")).to.be.closeTo(5e7 / 3600 / 25, 1e-6);
        expect(quantity(of([balancer]), "public-ipv4")).to.equal(2 * 730);
    });

    it("counts every metric of an alarm's expression", () => {
        const type = "aws:cloudwatch/metricAlarm:MetricAlarm";
        const result = of([
            resource("us-east-1", type, "e", {
                metricQueries: [{ expression: "a/b" }, { metric: { period: 60 } }, { metric: {} }],
            }),
            resource("us-east-1", type, "f", { period: 10 }),
        ]);
        expect(quantity(result, "alarm-metric")).to.equal(2);
        expect(quantity(result, "alarm-metric-fast")).to.equal(1);
    });
});
