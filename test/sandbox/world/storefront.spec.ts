import https from "node:https";
import path from "node:path";

import { expect } from "chai";

import { ApiServer } from "../../../sandbox/world/api/server";
import { DynamoDbApi } from "../../../sandbox/world/api/dynamodb";
import { Caches } from "../../../sandbox/world/caches/caches";
import { Certificates } from "../../../sandbox/world/certificates";
import { Inside } from "../../../sandbox/world/inside/inside";
import { LoadBalancers } from "../../../sandbox/world/loadBalancers";
import { Tables } from "../../../sandbox/world/tables/tables";
import { Targets } from "../../../sandbox/world/targets";
import { Tasks } from "../../../sandbox/world/tasks";
import type { Part } from "../../../sandbox/world/world";
import { RecordedMetrics, smallWorld, type SmallWorld } from "../../support/smallWorld";
import { account, declareEstate, declareService, type Estate } from "../support/estate";
import { declareCaches } from "../support/declaredCaches";
import { stubDns, type StubDns } from "../support/stubDns";

const region = "eu-west-1";

describe("the storefront in the world", () => {
    let world: SmallWorld;
    let certificates: Certificates;
    let tasks: Tasks;
    let caches: Caches;
    let dns: StubDns;
    let estate: Estate;
    let parts: readonly Part[];
    let service: string;
    const agent = new https.Agent({ keepAlive: true });

    before(async () => {
        world = await smallWorld();
        certificates = await Certificates.open(world.home);
        const targets = new Targets();
        const metrics = new RecordedMetrics();
        const balancers = new LoadBalancers(world, { certificates, targets, metrics });
        const tables = new Tables(world, { metrics });
        tasks = new Tasks(world, {
            targets,
            inside: await Inside.prepare(world, certificates.caFile),
            images: { shop: { entry: path.join(__dirname, "../../../runtime/service/main.ts") } },
        });
        caches = new Caches(world, { certificates, metrics });
        declareCaches(world, { datastore: [], alone: [region] });
        parts = [tables, caches, new ApiServer(world, [new DynamoDbApi(tables)]), balancers, tasks];
        for (const part of parts) {
            await part.start();
        }
        dns = await stubDns(world.network.ports.dns);
        dns.texts.set("_state.example.com", "in-service");
        const endpoint = String(
            world.store.list("aws:elasticache/replicationGroup:ReplicationGroup", region)[0]
                ?.outputs["primaryEndpointAddress"],
        );
        dns.aliases.set("_cache.example.com", endpoint);
        dns.addresses.set(endpoint, world.network.resolveAwsName(endpoint)?.[0] ?? "");
        world.declare(
            "aws:dynamodb/table:Table",
            region,
            "shop",
            {
                name: "shop",
                billingMode: "PAY_PER_REQUEST",
                hashKey: "pk",
                rangeKey: "sk",
                attributes: [
                    { name: "pk", type: "S" },
                    { name: "sk", type: "S" },
                ],
            },
            { arn: `arn:aws:dynamodb:${region}:${account}:table/shop` },
        );
        estate = declareEstate(world, { region });
        service = declareService(world, estate, {
            port: 8080,
            environment: {
                PORT: "8080",
                REGION: region,
                REGIONS: region,
                TABLE_NAME: "shop",
                STATE_NAME: "_state.example.com",
                CACHE_NAME: "_cache.example.com",
                CACHE_ID: `cache-${region}`,
                CACHE_USER: "storefront",
                LOG_LEVEL: "info",
            },
        });
        await tasks.steady(service);
    });

    after(async () => {
        agent.destroy();
        for (const part of [...parts].reverse()) {
            await part.stop();
        }
        dns.close();
        world.end();
    });

    async function request(method: string, route: string, body?: unknown) {
        const response = await world.network.request({
            from: world.network.shopperAddress(0, 0),
            to: world.network.resolveAwsName(estate.dnsName)?.[0] ?? "",
            port: 443,
            tls: true,
            host: "app.example.com",
            method,
            path: route,
            headers: { "content-type": "application/json" },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
            timeoutMs: 30_000,
            ca: certificates.caPem,
            agent,
        });
        return { ...response, json: JSON.parse(response.body.toString() || "null") as unknown };
    }

    it("serves over TLS and says which region it is", async () => {
        const response = await request("GET", "/catalogue?limit=1");
        expect(response.status).to.equal(200);
        expect(response.headers["x-served-by"]).to.equal(region);
    });

    it("reads and writes the region's table through the AWS SDK, with the world's time jumping", async () => {
        expect((await request("GET", "/health/deep")).status).to.equal(200);
        const catalogue = JSON.stringify((await request("GET", "/catalogue?limit=1")).json);
        const sku = /"sku":"([^"]+)"/.exec(catalogue)?.[1];
        for (let quantity = 1; quantity <= 5; quantity++) {
            const written = await request("PUT", `/carts/c1/items/${sku}`, { quantity });
            expect(written.status, JSON.stringify(written.json)).to.be.within(200, 204);
            await world.clock.sleep(300_000);
        }
        const cart = await request("GET", "/carts/c1");
        expect(JSON.stringify(cart.json)).to.contain('"quantity":5');
    });

    it("reads stock through the region's cache, and without it when that is lost", async () => {
        const fromMs = world.clock.now();
        // The first one may come before the cache is connected, the next ones find what it left.
        for (let visit = 0; visit < 20 && caches.hits(region, fromMs).hits < 8; visit++) {
            expect((await request("GET", "/catalogue")).status).to.equal(200);
            await world.clock.sleep(2000);
        }
        expect(caches.hits(region, fromMs).hits).to.be.at.least(8);
        expect(caches.keys(region)).to.equal(8);

        world.store.delete(
            "aws:elasticache/replicationGroup:ReplicationGroup",
            region,
            `cache-${region}`,
        );
        await caches.settled();
        for (let visit = 0; visit < 8; visit++) {
            const page = await request("GET", "/catalogue");
            expect(page.status).to.equal(200);
            expect(JSON.stringify(page.json)).to.contain('"available":');
        }
    });

    it("hears by DNS that its region was voted out and closes connections from then on", async () => {
        expect((await request("GET", "/health")).headers.connection).not.to.equal("close");
        dns.texts.set("_state.example.com", "evacuated");
        let connection: string | undefined;
        for (let poll = 0; poll < 20 && connection !== "close"; poll++) {
            await world.clock.sleep(2000);
            connection = (await request("GET", "/health")).headers.connection;
        }
        expect(connection).to.equal("close");
    });

    it("drains when its service is deleted", async () => {
        const [task] = tasks.processes(service);
        world.store.delete("aws:ecs/service:Service", region, service);
        expect(await task?.exited).to.equal("exit status 0");
    });
});
