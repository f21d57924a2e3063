import { expect } from "chai";

import { AwsError } from "../../../../sandbox/aws/awsError";
import { Caches } from "../../../../sandbox/world/caches/caches";
import { Certificates } from "../../../../sandbox/world/certificates";
import { ControlPlane } from "../../../../sandbox/world/controlPlane";
import { RecordedMetrics, smallWorld, type SmallWorld } from "../../../support/smallWorld";
import { connectCache, tokenFor, type CacheClient } from "../../support/cacheClient";
import { declareCaches } from "../../support/declaredCaches";

const [home, second, third, alone] = ["us-east-1", "eu-west-1", "ap-south-1", "ap-east-1"];

describe("the caches of the regions", () => {
    let world: SmallWorld;
    let certificates: Certificates;
    let metrics: RecordedMetrics;
    let caches: Caches;
    let datastoreId: string;
    let clients: CacheClient[];

    beforeEach(async () => {
        world = await smallWorld();
        certificates = await Certificates.open(world.home);
        metrics = new RecordedMetrics();
        caches = new Caches(world, { certificates, metrics });
        datastoreId = declareCaches(world, {
            datastore: [home, second, third],
            alone: [alone],
        });
        clients = [];
        await caches.start();
        await world.clock.sleep(3000);
    });
    afterEach(async () => {
        clients.forEach((client) => client.destroy());
        await caches.stop();
        world.end();
    });

    async function client(region: string, options: { protocol?: 2 | 3; host?: "reader" } = {}) {
        const group = world.store.list(
            "aws:elasticache/replicationGroup:ReplicationGroup",
            region,
        )[0];
        const endpoint = `${options.host ?? "primary"}EndpointAddress`;
        const connected = await connectCache(world, {
            region,
            host: String(group?.outputs[endpoint]),
            ca: certificates.caPem,
            groupId: group?.id ?? "",
            ...(options.protocol === undefined ? {} : { protocol: options.protocol }),
        });
        clients.push(connected);
        return connected;
    }

    const set = (of: CacheClient, key: string, value: string) =>
        world.clock.io(() => of.set(key, value));
    const get = (of: CacheClient, key: string) => world.clock.io(() => of.get(key));
    const key = (name: string): string => `catalogue:${name}`;

    for (const protocol of [2, 3] as const) {
        it(`serve a real client over TLS, in version ${protocol} of the protocol`, async () => {
            const own = await client(home, { protocol });
            await set(own, key("a"), "1");
            expect(await get(own, key("a"))).to.equal("1");
            expect(await world.clock.io(() => own.mGet([key("a"), key("b")]))).to.deep.equal([
                "1",
                null,
            ]);
            expect(await world.clock.io(() => own.ping())).to.equal("PONG");
        });
    }

    it("let nobody in with another cache's, user's, region's or an old token", async () => {
        const group = `cache-${home}`;
        const host = String(
            world.store.get("aws:elasticache/replicationGroup:ReplicationGroup", home, group)
                ?.outputs["primaryEndpointAddress"],
        );
        const refused = async (password: string, user = "storefront"): Promise<string> => {
            try {
                await connectCache(world, {
                    region: home,
                    host,
                    ca: certificates.caPem,
                    groupId: group,
                    user,
                    password,
                });
            } catch (error) {
                return (error as Error).message;
            }
            throw new Error("it was let in");
        };
        const of = { region: home, groupId: group, atMs: world.clock.now() };
        expect(await refused("guess")).to.contain("WRONGPASS");
        expect(await refused(await tokenFor({ ...of, groupId: "other" }))).to.contain(
            "it is for other",
        );
        expect(await refused(await tokenFor({ ...of, region: second }))).to.contain(
            "not signed for elasticache in us-east-1",
        );
        expect(await refused(await tokenFor({ ...of, user: "root" }))).to.contain(
            "not for user storefront",
        );
        expect(await refused("any", "default")).to.contain("WRONGPASS");
        const token = await tokenFor(of);
        expect(await refused(token.replace(/Signature=.{8}/, "Signature=00000000"))).to.contain(
            "its signature does not match",
        );
        await world.clock.sleep(901_000);
        expect(await refused(token)).to.contain("it has expired");
    });

    it("replicate what the primary writes, later, to secondaries that only read", async () => {
        const [primary, secondary, other] = [
            await client(home),
            await client(second),
            await client(alone),
        ];
        await set(primary, key("a"), "1");
        expect(caches.lagSeconds(second)).to.be.greaterThan(0);
        expect(await get(secondary, key("a"))).to.equal(null);
        await world.until(() => caches.lagSeconds(home) === 0);
        expect(await get(secondary, key("a"))).to.equal("1");
        expect(await get(other, key("a"))).to.equal(null);
        const refused = await set(secondary, key("b"), "2").catch((error: Error) => error.message);
        expect(refused).to.match(/^READONLY/);
        expect(caches.worstLagSeconds()).to.be.within(0.15, 1.5);
    });

    it("answer on the reader's endpoint as well", async () => {
        const [primary, reader] = [await client(home), await client(home, { host: "reader" })];
        await set(primary, key("a"), "1");
        expect(await get(reader, key("a"))).to.equal("1");
    });

    it("replicate late under lag, and not at all while they cannot reach each other", async () => {
        const primary = await client(home);
        world.faults.inject({ kind: "lag", region: third, seconds: 30 });
        world.faults.inject({ kind: "partition", between: [home, second] });
        await set(primary, key("a"), "1");
        await world.clock.sleep(20_000);
        expect([caches.keys(second), caches.keys(third)]).to.deep.equal([0, 0]);
        expect(caches.lagSeconds(home)).to.be.greaterThan(19);
        await world.clock.sleep(15_000);
        expect([caches.keys(second), caches.keys(third)]).to.deep.equal([0, 1]);
        world.faults.healAll();
        await world.until(() => caches.keys(second) === 1);
    });

    it("have a new primary after an API call, and count what it never got", async () => {
        const primary = await client(home);
        await set(primary, key("a"), "1");
        await world.until(() => caches.lagSeconds(home) === 0);
        world.faults.inject({ kind: "partition", between: [home, second] });
        await set(primary, key("a"), "2");
        await set(primary, key("b"), "2");
        caches.promote(datastoreId, second, `cache-${second}`);
        expect(caches.isPromoting(datastoreId)).to.equal(true);
        await world.until(() => !caches.isPromoting(datastoreId));
        const [promotion] = caches.promotions();
        expect(promotion).to.include({ datastoreId, from: home, to: second, lostKeys: 2 });
        expect(promotion?.lagSeconds).to.be.greaterThan(4);
        world.faults.healAll();
        await world.clock.sleep(5000);
        const writer = await client(second);
        await set(writer, key("c"), "3");
        await world.until(() => caches.lagSeconds(second) === 0);
        expect(await get(primary, key("a"))).to.equal("1");
        expect(await get(primary, key("b"))).to.equal(null);
        expect(await get(primary, key("c"))).to.equal("3");
        expect(await set(primary, key("d"), "4").catch((error: Error) => error.message)).to.match(
            /^READONLY/,
        );
    });

    it("refuse to promote what is no secondary, or not there", () => {
        const refused = (region: string, id = datastoreId): string => {
            try {
                caches.promote(id, region, `cache-${region}`);
            } catch (error) {
                return (error as AwsError).code;
            }
            throw new Error("it was accepted");
        };
        expect(refused(home)).to.equal("InvalidParameterValue");
        expect(refused(alone)).to.equal("InvalidParameterValue");
        expect(refused(second, "none")).to.equal("GlobalReplicationGroupNotFoundFault");
        world.faults.inject({ kind: "blackout", region: second });
        expect(refused(second)).to.equal("InvalidGlobalReplicationGroupState");
        caches.promote(datastoreId, third, `cache-${third}`);
        expect(refused(third)).to.equal("InvalidGlobalReplicationGroupState");
    });

    it("lose what a lost region had; a secondary comes back copied, one alone comes back cold", async () => {
        const [primary, own] = [await client(home), await client(alone)];
        await set(primary, key("a"), "1");
        await set(own, key("a"), "1");
        await world.until(() => caches.lagSeconds(home) === 0);
        for (const region of [second, alone]) {
            world.faults.inject({ kind: "blackout", region });
        }
        expect([caches.keys(second), caches.keys(alone)]).to.deep.equal([0, 0]);
        expect(caches.losses().map(({ region, keys }) => [region, keys])).to.deep.equal([
            [second, 1],
            [alone, 1],
        ]);
        world.faults.healAll();
        await world.clock.sleep(5000);
        expect([caches.keys(second), caches.keys(alone)]).to.deep.equal([1, 0]);
    });

    it("lose everything with a primary that comes back as it went", async () => {
        const primary = await client(home);
        await set(primary, key("a"), "1");
        await world.until(() => caches.lagSeconds(home) === 0);
        world.faults.inject({ kind: "blackout", region: home });
        await world.clock.sleep(10_000);
        expect(caches.keys(second)).to.equal(1);
        world.faults.healAll();
        await world.clock.sleep(5000);
        expect([caches.keys(home), caches.keys(second), caches.keys(third)]).to.deep.equal([
            0, 0, 0,
        ]);
    });

    it("keep everything that a promoted secondary had, over the loss of the primary's region", async () => {
        const primary = await client(home);
        await set(primary, key("a"), "1");
        await world.until(() => caches.lagSeconds(home) === 0);
        world.faults.inject({ kind: "blackout", region: home });
        caches.promote(datastoreId, second, `cache-${second}`);
        await world.until(() => caches.promotions().length === 1);
        expect(caches.promotions()[0]).to.include({ lostKeys: 0, to: second });
        world.faults.healAll();
        await world.until(() => caches.keys(home) === 1);
    });

    it("do not answer somebody who is cut off, and break the connection afterwards", async () => {
        const own = await client(alone);
        let closed = false;
        own.on("error", () => (closed = true));
        world.faults.inject({ kind: "blackout", region: alone });
        let answered = false;
        own.get(key("a")).then(
            () => (answered = true),
            () => undefined,
        );
        await world.clock.sleep(10_000);
        expect([answered, closed]).to.deep.equal([false, false]);
        world.faults.healAll();
        await world.until(() => closed);
        expect(answered).to.equal(false);
    });

    it("count hits and misses over any stretch of time, and publish them", async () => {
        const own = await client(alone);
        const startMs = world.clock.now();
        await get(own, key("a"));
        await set(own, key("a"), "1");
        await get(own, key("a"));
        await get(own, key("a"));
        expect(caches.hits(alone, startMs)).to.deep.equal({ hits: 2, misses: 1, rate: 2 / 3 });
        await world.clock.sleep(5000);
        const laterMs = world.clock.now();
        expect(caches.hits(alone, laterMs)).to.deep.equal({
            hits: 0,
            misses: 0,
            rate: undefined,
        });
        await world.until(() => metrics.named("CacheHitRate").length > 0);
        expect(metrics.named("CacheHitRate")[0]).to.deep.include({
            region: alone,
            namespace: "AWS/ElastiCache",
            dimensions: { CacheClusterId: `cache-${alone}-001` },
        });
        expect(
            metrics.named("GlobalDatastoreReplicationLag").map(({ region }) => region),
        ).to.include(second);
    });

    it("record every command as one of a data plane of the region", async () => {
        const own = await client(alone);
        const mark = world.journal.mark();
        await get(own, key("a"));
        const [call, ...others] = world.journal.since(mark);
        expect(others).to.deep.equal([]);
        expect(call).to.deep.include({
            caller: `region:${alone}`,
            plane: "data",
            service: "elasticache",
            action: "GET",
            region: alone,
            outcome: "ok",
        });
    });

    it("go with their replication group", async () => {
        world.store.delete(
            "aws:elasticache/replicationGroup:ReplicationGroup",
            alone,
            `cache-${alone}`,
        );
        await caches.settled();
        expect(caches.keys(alone)).to.equal(0);
        await caches.stop();
        caches = new Caches(world, { certificates, metrics });
        await caches.start();
    });

    it("keep their roles over an update of the datastore", async () => {
        caches.promote(datastoreId, second, `cache-${second}`);
        await world.until(() => caches.promotions().length === 1);
        const type = "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup";
        const resource = world.store.get(type, home, datastoreId);
        const settings = { region: home, defaultTags: {} };
        await new ControlPlane(world).update({
            settings,
            urn: `urn:pulumi:test::meridian::${type}::cache`,
            id: datastoreId,
            olds: resource?.outputs ?? {},
            news: { ...resource?.inputs, globalReplicationGroupDescription: "changed" },
            preview: false,
        });
        const writer = await client(second);
        await set(writer, key("a"), "1");
    });
});
