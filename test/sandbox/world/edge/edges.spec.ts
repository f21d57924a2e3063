import http from "node:http";
import { once } from "node:events";
import type net from "node:net";

import { expect } from "chai";

import { Certificates } from "../../../../sandbox/world/certificates";
import { DnsServer } from "../../../../sandbox/world/dns";
import { Edges } from "../../../../sandbox/world/edge/edges";
import { geographies } from "../../../../sandbox/world/geography";
import { LoadBalancers } from "../../../../sandbox/world/loadBalancers";
import type { NetworkResponse } from "../../../../sandbox/world/network";
import type { Props } from "../../../../sandbox/world/store";
import { Targets } from "../../../../sandbox/world/targets";
import { RecordedMetrics, smallWorld, type SmallWorld } from "../../../support/smallWorld";
import { declareDistribution, declareRateLimit, webAclArn } from "../../support/edge";
import { declareEstate } from "../../support/estate";

const zoneId = "Z0123456789EXAMPLE";
const regions = ["us-east-1", "eu-west-1"] as const;

describe("the edge", () => {
    let world: SmallWorld;
    let certificates: Certificates;
    let metrics: RecordedMetrics;
    let targets: Targets;
    let balancers: LoadBalancers;
    let edges: Edges;
    let dns: DnsServer;
    let servers: http.Server[];
    /** What a region's storefront answers, and what it was asked. */
    let answer: (region: string, response: http.ServerResponse) => void;
    let asked: { region: string; method: string; from: string }[];

    beforeEach(async () => {
        world = await smallWorld();
        certificates = await Certificates.open(world.home);
        metrics = new RecordedMetrics();
        targets = new Targets();
        servers = [];
        asked = [];
        answer = (region, response) => {
            response.setHeader("cache-control", "public, max-age=60, stale-if-error=600");
            response.end(region);
        };
        balancers = new LoadBalancers(world, { certificates, targets, metrics });
        edges = new Edges(world, { certificates, metrics });
        dns = new DnsServer(world, { health: { healthy: () => true }, loadBalancers: balancers });
        for (const part of [balancers, dns, edges]) {
            await part.start();
        }
        world.declare("aws:route53/zone:Zone", "global", zoneId, { name: "example.com" });
        for (const region of regions) {
            await serveIn(region);
        }
        alias("browse.example.com", "d111111abcdef8.cloudfront.net", "Z2FDTNDATAQYW2");
    });

    afterEach(async () => {
        for (const part of [edges, dns, balancers]) {
            await part.stop();
        }
        for (const server of servers) {
            server.closeAllConnections();
            server.close();
        }
        world.end();
    });

    /** A region that answers by a latency record of `app`, and by its own origin name. */
    async function serveIn(region: string): Promise<void> {
        const estate = declareEstate(world, { region });
        await balancers.settled();
        const address = world.network.taskAddress(region, "task");
        const server = http.createServer((request, response) => {
            if (request.url !== "/health") {
                const from = String(request.headers["x-forwarded-for"]);
                asked.push({ region, method: request.method ?? "", from });
            }
            answer(region, response);
        });
        server.listen(0, address);
        await once(server, "listening");
        servers.push(server);
        const { port } = server.address() as net.AddressInfo;
        targets.register(estate.groupArn, { id: address, address, port, count: () => 1 });
        alias(`${region}.origin.example.com`, estate.dnsName, "ZLB");
        alias("app.example.com", estate.dnsName, "ZLB", {
            setIdentifier: region,
            latencyRoutingPolicies: [{ region }],
        });
    }

    function alias(name: string, target: string, targetZone: string, more: Props = {}): void {
        const id = `${name}-${JSON.stringify(more)}`;
        world.declare("aws:route53/record:Record", "global", id, {
            zoneId,
            name,
            type: "A",
            aliases: [{ name: target, zoneId: targetZone, evaluateTargetHealth: false }],
            ...more,
        });
    }

    async function distribute(changes: Props = {}): Promise<void> {
        declareDistribution(world, ["app.example.com", "eu-west-1.origin.example.com"], changes);
        await edges.settled();
    }

    async function browse(
        geography: string,
        more: { method?: string; tls?: boolean; path?: string; body?: string } = {},
    ): Promise<NetworkResponse> {
        const from = world.network.shopperAddress(indexOf(geography), 0);
        const { answers } = dns.resolve("browse.example.com", "A", { sourceAddress: from });
        return world.network.request({
            from,
            to: answers[0]?.value ?? "",
            port: more.tls === false ? 80 : 443,
            tls: more.tls !== false,
            host: "browse.example.com",
            method: more.method ?? "GET",
            path: more.path ?? "/catalogue",
            timeoutMs: 60_000,
            ca: certificates.caPem,
            ...(more.body === undefined ? {} : { body: more.body }),
        });
    }

    it("answers at the user's own edge, which asks the region nearest to itself", async () => {
        await distribute();
        for (const [geography, region] of [
            ["us", "us-east-1"],
            ["de", "eu-west-1"],
        ] as const) {
            const response = await browse(geography);
            expect([response.status, response.body.toString()]).to.deep.equal([200, region]);
            expect(response.headers["x-amz-cf-pop"]).to.equal(`${geography.toUpperCase()}50-P1`);
            expect(response.headers["x-frame-options"]).to.equal("DENY");
        }
    });

    it("keeps an answer for as long as it says, in world time, at each edge by itself", async () => {
        await distribute();
        const sources: unknown[] = [];
        for (const waitMs of [0, 30_000, 31_000]) {
            await world.clock.sleep(waitMs);
            sources.push((await browse("us")).headers["x-cache"]);
        }
        sources.push((await browse("br")).headers["x-cache"]);
        expect(sources).to.deep.equal([
            "Miss from cloudfront",
            "Hit from cloudfront",
            "Miss from cloudfront",
            "Miss from cloudfront",
        ]);
    });

    it("keeps nothing that the origin does not call public", async () => {
        await distribute();
        for (const header of ["no-store", "private, max-age=60", undefined]) {
            answer = (region, response) => {
                if (header !== undefined) {
                    response.setHeader("cache-control", header);
                }
                response.end(region);
            };
            await browse("us");
            const again = await browse("us");
            expect(again.headers["x-cache"], header).to.equal("Miss from cloudfront");
        }
    });

    it("goes on answering reads while one region fails gray, and asks it first each time", async () => {
        await distribute();
        answer = (region, response) => {
            response.setHeader("cache-control", "no-store");
            response.end(region);
        };
        world.faults.inject({
            kind: "gray",
            region: "us-east-1",
            errorRate: 1,
            latencyMs: 500,
        });
        const mark = world.journal.mark();
        for (let read = 0; read < 10; read++) {
            const response = await browse("us");
            expect([response.status, response.body.toString()]).to.deep.equal([200, "eu-west-1"]);
        }
        const calls = world.journal
            .since(mark)
            .filter(({ service, caller }) => service === "http" && caller.startsWith("edge:"));
        const to = (region: string) => calls.filter((call) => call.region === region);
        expect(to("us-east-1").map(({ outcome }) => outcome)).to.deep.equal(
            Array(10).fill("failed"),
        );
        expect(to("eu-west-1")).to.have.length(10);
        expect(metrics.named("5xxErrorRate").every(({ value }) => value === 0)).to.be.true;
    });

    it("asks the second region after two attempts of three seconds when the first is lost", async () => {
        await distribute();
        world.faults.inject({ kind: "blackout", region: "us-east-1" });
        const startMs = world.clock.now();
        const response = await browse("us");
        expect([response.status, response.body.toString()]).to.deep.equal([200, "eu-west-1"]);
        expect(world.clock.now() - startMs).to.be.within(6000, 9000);
    });

    it("fails over for HEAD and OPTIONS too", async () => {
        await distribute();
        world.faults.inject({ kind: "gray", region: "us-east-1", errorRate: 1, latencyMs: 0 });
        for (const method of ["HEAD", "OPTIONS"]) {
            expect((await browse("us", { method })).status, method).to.equal(200);
        }
    });

    it("refuses writes at the edge: no region hears of them", async () => {
        await distribute();
        for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
            const response = await browse("us", { method, path: "/orders", body: "{}" });
            expect(response.status, method).to.equal(403);
        }
        expect(asked).to.deep.equal([]);
    });

    it("repeats no write of a distribution that takes them, whatever the origin answers", async () => {
        await distribute({
            defaultCacheBehavior: {
                targetOriginId: "group",
                viewerProtocolPolicy: "https-only",
                allowedMethods: ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
                cachedMethods: ["GET", "HEAD"],
            },
        });
        world.faults.inject({ kind: "gray", region: "us-east-1", errorRate: 1, latencyMs: 0 });
        expect((await browse("us", { method: "POST" })).status).to.equal(500);
        expect(asked).to.deep.equal([]);
    });

    it("serves what it had when both regions fail, for as long as the storefront allows", async () => {
        await distribute();
        await browse("us");
        for (const region of regions) {
            world.faults.inject({ kind: "gray", region, errorRate: 1, latencyMs: 0 });
        }
        await world.clock.sleep(90_000);
        const stale = await browse("us");
        expect([stale.status, stale.body.toString()]).to.deep.equal([200, "us-east-1"]);
        await world.clock.sleep(600_000);
        expect((await browse("us")).status).to.equal(500);
    });

    it("sends plain HTTP to HTTPS", async () => {
        await distribute();
        const response = await browse("us", { tls: false });
        expect(response.status).to.equal(301);
        expect(response.headers.location).to.equal(
            `https://browse.example.com:${world.network.ports.https}/catalogue`,
        );
    });

    it("blocks an address beyond the web ACL's rate until its window has passed", async () => {
        declareRateLimit(world, 3);
        await distribute({ webAclId: webAclArn });
        const statuses: number[] = [];
        for (let read = 0; read < 4; read++) {
            statuses.push((await browse("us")).status);
        }
        statuses.push((await browse("de")).status);
        await world.clock.sleep(301_000);
        statuses.push((await browse("us")).status);
        expect(statuses).to.deep.equal([200, 200, 200, 403, 200, 200]);
        expect(metrics.named("BlockedRequests").map(({ dimensions }) => dimensions)).to.deep.equal([
            { WebACL: "edge", Rule: "rate" },
            { WebACL: "edge", Rule: "ALL" },
        ]);
        expect(metrics.named("AllowedRequests").map(({ dimensions }) => dimensions)).to.deep.equal(
            Array.from({ length: 5 }, () => [
                { WebACL: "edge", Rule: "Default_Action" },
                { WebACL: "edge", Rule: "ALL" },
            ]).flat(),
        );
    });

    it("counts requests in us-east-1, and hits only where they are paid for", async () => {
        await distribute();
        await browse("us");
        expect(metrics.named("CacheHitRate")).to.deep.equal([]);
        world.declare(
            "aws:cloudfront/monitoringSubscription:MonitoringSubscription",
            "global",
            "E2EXAMPLE1234",
            {},
        );
        await browse("us");
        await browse("br");
        expect(metrics.named("Requests")).to.have.length(3);
        expect(metrics.named("Requests")[0]).to.deep.include({
            region: "us-east-1",
            namespace: "AWS/CloudFront",
            dimensions: { DistributionId: "E2EXAMPLE1234", Region: "Global" },
        });
        expect(metrics.named("CacheHitRate").map(({ value }) => value)).to.deep.equal([100, 0]);
    });

    it("accounts for what it did: kept, asked again, stood in for, refused and failed", async () => {
        declareRateLimit(world, 8);
        await distribute({ webAclId: webAclArn });
        const { slow, ...figures } = await accountOf(async () => {
            await browse("us");
            await browse("us");
            world.faults.inject({ kind: "blackout", region: "us-east-1" });
            await browse("us", { path: "/catalogue/tea" });
            world.faults.inject({ kind: "gray", region: "eu-west-1", errorRate: 1, latencyMs: 0 });
            await world.clock.sleep(61_000);
            await browse("us");
            await browse("us", { path: "/catalogue/cup" });
            await browse("us", { method: "POST" });
            await browse("us", { tls: false });
            await browse("us");
            await browse("us");
        });
        expect(figures).to.deep.equal({
            requests: 9,
            byOutcome: {
                hit: 1,
                fetched: 1,
                retried: 1,
                stale: 2,
                failed: 1,
                refused: 2,
                blocked: 1,
            },
            failedLast: true,
        });
        expect(slow).to.be.within(6000, 9000);
        expect(edges.figures(world.clock.now() + 1)).to.deep.include({
            requests: 0,
            longestMs: 0,
            lastFailureMs: undefined,
        });
    });

    /** The figures of what happens meanwhile; `failedLast`: whether the error was the fifth answer. */
    async function accountOf(happens: () => Promise<void>) {
        const sinceMs = world.clock.now();
        await happens();
        const { requests, byOutcome, longestMs, lastFailureMs } = edges.figures(sinceMs);
        const failedAt = world.journal
            .since(0)
            .filter(({ service, outcome }) => service === "cloudfront" && outcome === "failed")
            .map(({ atMs }) => atMs);
        return {
            requests,
            byOutcome,
            slow: longestMs,
            failedLast: failedAt.length === 1 && failedAt[0] === lastFailureMs,
        };
    }

    it("is gone when its distribution is, or is disabled", async () => {
        await distribute();
        await distribute({ enabled: false });
        expect(dns.resolve("browse.example.com", "A").answers).to.deep.equal([]);
    });
});

function indexOf(geography: string): number {
    return geographies.findIndex(({ code }) => code === geography);
}
