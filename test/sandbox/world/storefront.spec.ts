import https from "node:https";
import path from "node:path";

import { expect } from "chai";

import { ApiServer } from "../../../sandbox/world/api/server";
import { DynamoDbApi } from "../../../sandbox/world/api/dynamodb";
import { KinesisApi } from "../../../sandbox/world/api/kinesis";
import { S3Api } from "../../../sandbox/world/api/s3";
import { Buckets } from "../../../sandbox/world/buckets/buckets";
import { Caches } from "../../../sandbox/world/caches/caches";
import { Certificates } from "../../../sandbox/world/certificates";
import { Inside } from "../../../sandbox/world/inside/inside";
import { LoadBalancers } from "../../../sandbox/world/loadBalancers";
import { Streams } from "../../../sandbox/world/streams/streams";
import { Tables } from "../../../sandbox/world/tables/tables";
import { Targets } from "../../../sandbox/world/targets";
import { Tasks } from "../../../sandbox/world/tasks";
import type { Part } from "../../../sandbox/world/world";
import { declareRoleWith, policyOf } from "../../support/roles";
import { RecordedMetrics, smallWorld, type SmallWorld } from "../../support/smallWorld";
import { account, declareEstate, declareService, type Estate } from "../support/estate";
import { declareCaches } from "../support/declaredCaches";
import { bucketIn, declareKey, declareMesh } from "../support/replicatedBuckets";
import { declareStream } from "../../support/streams";
import { stubDns, type StubDns } from "../support/stubDns";

const region = "eu-west-1";
const away = "us-east-1";
const taskRole = `arn:aws:iam::${account}:role/shop`;

/** 200 as well: on a slow machine the storefront's own client may write an order twice. */
const acknowledged = [201, 200];

function parse(text: string): unknown {
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return undefined;
    }
}

/** What the program's own role may do to the table. */
const tableActions = ["BatchGetItem", "GetItem", "PutItem", "Query"].map(
    (action) => `dynamodb:${action}`,
);

describe("the storefront in the world", () => {
    let world: SmallWorld;
    let certificates: Certificates;
    let tasks: Tasks;
    let caches: Caches;
    let dns: StubDns;
    let estate: Estate;
    let buckets: Buckets;
    let streams: Streams;
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
        buckets = new Buckets(world, { certificates, metrics, topics: { publish: () => "" } });
        streams = new Streams(world, { metrics });
        caches = new Caches(world, { certificates, metrics });
        declareCaches(world, { datastore: [], alone: [region] });
        parts = [
            tables,
            buckets,
            streams,
            caches,
            new ApiServer(world, [
                new DynamoDbApi(world, tables),
                new KinesisApi(world, streams),
                new S3Api(buckets),
            ]),
            balancers,
            tasks,
        ];
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
        declareMesh(world, [region, away]);
        declareTaskRole(["s3:GetObject", "s3:ListBucket", "s3:PutObject"]);
        estate = declareEstate(world, { region });
        service = declareService(world, estate, {
            port: 8080,
            taskRoleArn: taskRole,
            environment: {
                PORT: "8080",
                REGION: region,
                REGIONS: region,
                TABLE_NAME: "shop",
                MEDIA_BUCKET: bucketIn(region),
                ORDERS_BUCKET: bucketIn(region),
                EVENT_STREAM: "events",
                STATE_NAME: "_state.example.com",
                CACHE_NAME: "_cache.example.com",
                CACHE_ID: `cache-${region}`,
                CACHE_USER: "storefront",
                DATABASE_WRITER: "_database.example.com",
                DATABASE_READER: "_database-reader.example.com",
                DATABASE: "storefront",
                DATABASE_USER: "storefront",
                WRITE_NAME: "write.example.com",
                REGION_HOST: "*.origin.example.com",
                RECEIPT_KEYS: "meridian/receipt-keys",
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

    function declareTaskRole(actions: readonly string[]): void {
        declareRoleWith(world, "shop", "ecs-tasks.amazonaws.com", [
            {
                Action: [
                    ...[...actions, ...tableActions],
                    ...["kinesis:PutRecords", "kms:Decrypt", "kms:GenerateDataKey"],
                ],
                Resource: "*",
            },
        ]);
    }

    function orderOf(id: string) {
        return request(
            "POST",
            "/orders",
            { cartId: "c2", items: [{ sku: "mug-02", quantity: 1 }] },
            { "idempotency-key": id },
        );
    }

    /** The one archived order of this id, in a region's bucket. */
    function archived(id: string, where: string) {
        const objects = buckets.objects(bucketIn(where));
        const keys = objects.keys("orders/").filter((key) => key.endsWith(`/${id}.json`));
        expect(keys.length).to.be.at.most(1);
        return objects.get(keys[0] ?? "");
    }

    async function request(
        method: string,
        route: string,
        body?: unknown,
        headers: Readonly<Record<string, string>> = {},
    ) {
        const response = await world.network.request({
            from: world.network.shopperAddress(0, 0),
            to: world.network.resolveAwsName(estate.dnsName)?.[0] ?? "",
            port: 443,
            tls: true,
            host: "app.example.com",
            method,
            path: route,
            headers: {
                ...(body === undefined ? {} : { "content-type": "application/json" }),
                ...headers,
            },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
            timeoutMs: 30_000,
            ca: certificates.caPem,
            agent,
        });
        return { ...response, json: parse(response.body.toString()) };
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

    it("serves a picture that another region's bucket was given, once it is replicated", async () => {
        expect((await request("GET", "/catalogue/mug-02/media")).status).to.equal(404);
        buckets
            .objects(bucketIn(away))
            .put(
                "products/mug-02.svg",
                { body: Buffer.from("<svg/>"), contentType: "image/svg+xml" },
                true,
                world.clock.now(),
            );
        await world.until(() => buckets.replication.pending(region) === 0);
        const answer = await request("GET", "/catalogue/mug-02/media");
        expect(answer.status).to.equal(200);
        expect(answer.body.toString()).to.equal("<svg/>");
        expect(answer.headers["content-type"]).to.equal("image/svg+xml");
    });

    it("archives an order under the region's key, and the other region gets it", async () => {
        const made = await orderOf("order-1");
        expect(made.status).to.be.oneOf(acknowledged);
        await world.until(() => archived("order-1", away) !== undefined);
        const copy = archived("order-1", away);
        expect(JSON.parse(copy?.body?.toString() ?? "null")).to.deep.equal(made.json);
        expect(copy?.replication).to.equal("REPLICA");
        expect(archived("order-1", region)).to.include({
            encryption: "aws:kms",
            replication: "COMPLETED",
        });
        expect((await orderOf("order-1")).status).to.equal(200);
        await world.clock.sleep(60_000);
        const objects = buckets.objects(bucketIn(region));
        const [key = ""] = objects.keys("orders/");
        expect(objects.versions(key)).to.have.length(1);
    });

    it("loses no order with its archive, and archives what waited when it is back", async () => {
        declareTaskRole(["s3:GetObject", "s3:ListBucket"]);
        expect((await orderOf("order-2")).status).to.be.oneOf(acknowledged);
        await world.clock.sleep(60_000);
        expect(archived("order-2", region)).to.equal(undefined);
        expect((await request("GET", "/orders/order-2")).status).to.equal(200);
        declareTaskRole(["s3:GetObject", "s3:ListBucket", "s3:PutObject"]);
        await world.until(() => archived("order-2", away) !== undefined);
    });

    it("takes orders while it cannot emit them, and tells of each when it can", async () => {
        // The stream is not there yet: what waits of the tests before comes along.
        expect((await orderOf("order-3")).status).to.be.oneOf(acknowledged);
        expect((await request("GET", "/orders/order-3")).status).to.equal(200);
        const stream = declareStream(world, region, "events");
        const emitted = (): readonly string[] =>
            streams
                .peek(stream)
                .map(({ data }) => (JSON.parse(data.toString()) as { id: string }).id);
        await world.until(() => emitted().includes(`${region}/order-3/1`));
        expect((await orderOf("order-4")).status).to.be.oneOf(acknowledged);
        await world.until(() => emitted().includes(`${region}/order-4/1`));
        expect(streams.counts(stream).written).to.have.all.keys(`region:${region}`);
    });

    it("may do in S3 what its role, the key and the gateway endpoint all allow, and no more", async () => {
        const media = async () => (await request("GET", "/catalogue/mug-02/media")).status;
        expect(await media()).to.equal(200);
        const gateway = (service: string, resource: string): void =>
            world.declare("aws:ec2/vpcEndpoint:VpcEndpoint", region, `vpce-${service}`, {
                serviceName: `com.amazonaws.${region}.${service}`,
                policy: policyOf({
                    Principal: "*",
                    Action: `${service}:*`,
                    Resource: resource,
                }),
            });
        gateway("dynamodb", "*");
        gateway("s3", "arn:aws:s3:::others/*");
        expect(await media()).to.equal(500);
        gateway("s3", `arn:aws:s3:::${bucketIn(region)}/*`);
        expect(await media()).to.equal(200);
        declareKey(world, region, { isEnabled: false });
        expect(await media()).to.equal(500);
        declareKey(world, region);
        expect(await media()).to.equal(200);
        declareTaskRole(["s3:ListBucket"]);
        expect(await media()).to.equal(500);
        declareTaskRole(["s3:GetObject", "s3:ListBucket", "s3:PutObject"]);
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
        // Browsing never waits for long, and so comes without the stock where this machine is slow.
        let shown = 0;
        for (let visit = 0; visit < 40 && shown < 8; visit++) {
            const page = await request("GET", "/catalogue");
            expect(page.status).to.equal(200);
            shown += JSON.stringify(page.json).includes('"available":') ? 1 : 0;
        }
        expect(shown).to.equal(8);
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
