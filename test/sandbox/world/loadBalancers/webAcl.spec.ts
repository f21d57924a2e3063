import http from "node:http";
import type net from "node:net";
import { once } from "node:events";

import { expect } from "chai";

import { Certificates } from "../../../../sandbox/world/certificates";
import { LoadBalancers } from "../../../../sandbox/world/loadBalancers";
import type { NetworkResponse } from "../../../../sandbox/world/network";
import type { Props } from "../../../../sandbox/world/store";
import { Targets } from "../../../../sandbox/world/targets";
import { RecordedMetrics, smallWorld, type SmallWorld } from "../../../support/smallWorld";
import { declareEstate, type Estate } from "../../support/estate";

const aclArn = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/shop/1";
const associationType = "aws:wafv2/webAclAssociation:WebAclAssociation";

function startsWith(path: string): Props {
    return {
        byteMatchStatement: {
            fieldToMatch: { uriPath: {} },
            positionalConstraint: "STARTS_WITH",
            searchString: path,
        },
    };
}

function rule(name: string, priority: number, action: Props, statement: Props): Props {
    return { name, priority, action, statement, visibilityConfig: { metricName: name } };
}

describe("a load balancer's web ACL", () => {
    let world: SmallWorld;
    let certificates: Certificates;
    let metrics: RecordedMetrics;
    let balancers: LoadBalancers;
    let estate: Estate;
    let target: http.Server;
    let reached: string[];

    beforeEach(async () => {
        world = await smallWorld();
        certificates = await Certificates.open(world.home);
        const targets = new Targets();
        metrics = new RecordedMetrics();
        balancers = new LoadBalancers(world, { certificates, targets, metrics });
        await balancers.start();
        estate = declareEstate(world);
        const address = world.network.taskAddress(estate.region, "task");
        reached = [];
        target = http.createServer((request, response) => {
            if (request.url !== "/health") {
                reached.push(request.url ?? "");
            }
            response.end("fine");
        });
        target.listen(0, address);
        await once(target, "listening");
        const { port } = target.address() as net.AddressInfo;
        targets.register(estate.groupArn, { id: address, address, port, count: () => 1 });
        await balancers.settled();
    });

    afterEach(async () => {
        await balancers.stop();
        target.closeAllConnections();
        target.close();
        world.end();
    });

    function declareAcl(rules: readonly Props[], defaultAction: Props = { allow: {} }): void {
        world.declare(
            "aws:wafv2/webAcl:WebAcl",
            "us-east-1",
            "acl",
            {
                name: "shop",
                scope: "REGIONAL",
                defaultAction,
                visibilityConfig: { metricName: "shop" },
                rules: [...rules],
            },
            { arn: aclArn },
        );
    }

    function associate(): void {
        world.declare(associationType, "us-east-1", `${aclArn},${estate.balancerArn}`, {
            resourceArn: estate.balancerArn,
            webAclArn: aclArn,
        });
    }

    interface Sent {
        readonly userAgent?: string | undefined;
        readonly bytes?: number;
    }

    async function get(
        path: string,
        shopper = 0,
        port = 443,
        { userAgent, bytes }: Sent = {},
    ): Promise<NetworkResponse> {
        return world.network.request({
            from: world.network.shopperAddress(4, shopper),
            to: world.network.resolveAwsName(estate.dnsName)?.[0] ?? "127.10.0.99",
            port,
            tls: port === 443,
            host: "app.example.com",
            method: bytes === undefined ? "GET" : "PUT",
            path,
            headers: userAgent === undefined ? {} : { "user-agent": userAgent },
            ...(bytes === undefined ? {} : { body: "x".repeat(bytes) }),
            timeoutMs: 30_000,
            ca: certificates.caPem,
        });
    }

    function counted(metric: string): readonly string[] {
        return metrics.named(metric).map(({ dimensions }) => JSON.stringify(dimensions));
    }

    const dimensions = (name: string): string =>
        JSON.stringify({ WebACL: "shop", Rule: name, Region: "us-east-1" });

    it("blocks what a rule matches before any target sees it, and counts it in the region", async () => {
        declareAcl([rule("secret", 0, { block: {} }, startsWith("/admin"))]);
        associate();
        const refused = await get("/admin/users");
        expect(refused.status).to.equal(403);
        expect(refused.body.toString()).to.include("403 Forbidden");
        expect((await get("/catalogue")).status).to.equal(200);
        expect(reached).to.deep.equal(["/catalogue"]);
        expect(counted("BlockedRequests")).to.deep.equal([dimensions("secret"), dimensions("ALL")]);
        expect(counted("AllowedRequests")).to.deep.equal([
            dimensions("Default_Action"),
            dimensions("ALL"),
        ]);
        expect(metrics.named("BlockedRequests")[0]).to.deep.include({
            region: "us-east-1",
            namespace: "AWS/WAFV2",
        });
        expect(metrics.named("HTTPCode_ELB_4XX_Count")).to.have.length(1);
    });

    it("judges only once it is associated, and no longer when it is not", async () => {
        declareAcl([rule("all", 0, { block: {} }, startsWith("/"))]);
        expect((await get("/catalogue")).status).to.equal(200);
        associate();
        expect((await get("/catalogue")).status).to.equal(403);
        world.store.delete(associationType, "us-east-1", `${aclArn},${estate.balancerArn}`);
        expect((await get("/catalogue")).status).to.equal(200);
    });

    it("blocks an address beyond its rate and no other one, until the window has passed", async () => {
        declareAcl([
            rule(
                "rate",
                0,
                { block: {} },
                { rateBasedStatement: { limit: 2, aggregateKeyType: "IP" } },
            ),
        ]);
        associate();
        const statuses: number[] = [];
        for (const shopper of [0, 0, 0, 1]) {
            statuses.push((await get("/catalogue", shopper)).status);
        }
        await world.clock.sleep(301_000);
        statuses.push((await get("/catalogue")).status);
        expect(statuses).to.deep.equal([200, 200, 403, 200, 200]);
    });

    it("lets pass what a rule only counts, and takes the default action where no rule decides", async () => {
        declareAcl(
            [
                rule("seen", 0, { count: {} }, startsWith("/")),
                rule("shop", 1, { allow: {} }, startsWith("/catalogue")),
            ],
            { block: {} },
        );
        associate();
        expect((await get("/catalogue")).status).to.equal(200);
        expect((await get("/elsewhere")).status).to.equal(403);
        expect(counted("CountedRequests")).to.deep.equal(
            Array.from({ length: 2 }, () => [dimensions("seen"), dimensions("ALL")]).flat(),
        );
        expect(counted("AllowedRequests")).to.include(dimensions("shop"));
        expect(counted("BlockedRequests")).to.include(dimensions("Default_Action"));
    });

    it("comes before the redirect to HTTPS", async () => {
        declareAcl([rule("secret", 0, { block: {} }, startsWith("/admin"))]);
        associate();
        expect((await get("/admin", 0, 80)).status).to.equal(403);
        expect((await get("/catalogue", 0, 80)).status).to.equal(301);
    });

    describe("with AWS's common rule set", () => {
        const browser = { userAgent: "Mozilla/5.0" };

        function declareGroup(group: Props = {}, overrideAction: Props = { none: {} }): void {
            declareAcl([
                {
                    name: "common",
                    priority: 0,
                    overrideAction,
                    statement: {
                        managedRuleGroupStatement: {
                            vendorName: "AWS",
                            name: "AWSManagedRulesCommonRuleSet",
                            ...group,
                        },
                    },
                    visibilityConfig: { metricName: "common" },
                },
            ]);
            associate();
        }

        const status = async (sent: Sent): Promise<number> =>
            (await get("/catalogue", 0, 443, sent)).status;

        it("blocks who sends no user agent", async () => {
            declareGroup();
            expect(await status({})).to.equal(403);
            expect(await status(browser)).to.equal(200);
            expect(counted("BlockedRequests")).to.deep.equal([
                dimensions("common"),
                dimensions("ALL"),
            ]);
        });

        it("blocks a body of more than 8 KB", async () => {
            declareGroup();
            expect(await status({ ...browser, bytes: 8192 })).to.equal(200);
            expect(await status({ ...browser, bytes: 8193 })).to.equal(403);
            expect(reached).to.have.length(1);
        });

        for (const [how, group, overrideAction] of [
            [
                "one rule",
                {
                    ruleActionOverrides: [
                        { name: "NoUserAgent_HEADER", actionToUse: { count: {} } },
                    ],
                },
                { none: {} },
            ],
            ["the group", {}, { count: {} }],
        ] as const) {
            it(`only counts when ${how} is told to`, async () => {
                declareGroup(group, overrideAction);
                expect(await status({})).to.equal(200);
                expect(counted("CountedRequests")).to.deep.equal([
                    dimensions("common"),
                    dimensions("ALL"),
                ]);
                expect(await status({ bytes: 8193 })).to.equal(how === "one rule" ? 403 : 200);
            });
        }

        it("looks at nothing outside its scope", async () => {
            declareGroup({ scopeDownStatement: startsWith("/admin") });
            expect(await status({})).to.equal(200);
            expect((await get("/admin")).status).to.equal(403);
        });
    });
});
