import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";

import { RedisStore } from "../../../../runtime/service/cache/redisStore";
import type { Signing } from "../../../../runtime/service/connectToken";
import { secretAccessKey } from "../../../../sandbox/world/credentials";
import { Caches } from "../../../../sandbox/world/caches/caches";
import { Certificates } from "../../../../sandbox/world/certificates";
import { declareCaches } from "../../../sandbox/support/declaredCaches";
import { RecordedMetrics, smallWorld, type SmallWorld } from "../../../support/smallWorld";

const [home, other] = ["us-east-1", "eu-west-1"] as const;

describe("the storefront's way to its cache", () => {
    let world: SmallWorld;
    let caches: Caches;
    let ca: string;
    let datastoreId: string;
    let signing: Signing;
    let stores: RedisStore[];
    const dynamo = new DynamoDBClient({
        region: home,
        credentials: { accessKeyId: "ASIATEST", secretAccessKey, sessionToken: "token" },
    });

    before(() => (signing = dynamo.config));
    beforeEach(async () => {
        world = await smallWorld();
        const certificates = await Certificates.open(world.home);
        ca = certificates.caPem;
        caches = new Caches(world, { certificates, metrics: new RecordedMetrics() });
        datastoreId = declareCaches(world, { datastore: [home, other], alone: [] });
        stores = [];
        await caches.start();
    });
    afterEach(async () => {
        stores.forEach((store) => store.stop());
        await caches.stop();
        world.end();
    });
    after(() => dynamo.destroy());

    const endpointOf = (region: string): string =>
        String(
            world.store.list("aws:elasticache/replicationGroup:ReplicationGroup", region)[0]
                ?.outputs["primaryEndpointAddress"],
        );

    async function storeIn(region: string, answers?: () => readonly string[]) {
        const problems: Error[] = [];
        const store = new RedisStore({
            name: `_cache.${region}.app.example.com`,
            region,
            cacheId: `cache-${region}`,
            user: "storefront",
            signing,
            resolver: {
                resolveCname: async () => [...(answers ?? (() => [endpointOf(region)]))()],
                cancel: () => undefined,
            },
            socket: {
                host: world.network.resolveAwsName(endpointOf(region))?.[0] ?? "",
                port: world.network.portFor(6379),
                ca,
            },
            onProblem: (problem) => problems.push(problem),
        });
        stores.push(store);
        await store.start();
        return { store, problems };
    }

    /** Waits in real time: the client's sockets are real ones. */
    async function connected(store: RedisStore): Promise<void> {
        await world.clock.io(async () => {
            for (let tries = 0; !store.connected; tries++) {
                if (tries === 500) {
                    throw new Error("no connection");
                }
                await new Promise((resolve) => setTimeout(resolve, 10));
            }
        });
    }

    const entries = new Map([["catalogue:stock:a", "1"]]);
    const read = (store: RedisStore) =>
        world.clock.io(() => store.read(["catalogue:stock:a", "catalogue:stock:b"]));

    it("finds it by its CNAME, is let in by IAM and keeps what it is given", async () => {
        const { store } = await storeIn(home);
        await connected(store);
        expect(await read(store)).to.deep.equal([undefined, undefined]);
        await world.clock.io(() => store.write(entries, 60));
        expect(await read(store)).to.deep.equal(["1", undefined]);
        await world.clock.sleep(61_000);
        expect(await read(store)).to.deep.equal([undefined, undefined]);
    });

    it("fails at once while there is no cache, and finds it when it is made", async () => {
        let there = false;
        const { store } = await storeIn(home, () => (there ? [endpointOf(home)] : []));
        const failure = await store.read(["a"]).catch((error: Error) => error.message);
        expect(failure).to.equal("no cache is connected");
        there = true;
        await store.poll();
        await connected(store);
    });

    it("reads from a secondary and does not insist on writing to it", async () => {
        const [primary, secondary] = [await storeIn(home), await storeIn(other)];
        await connected(primary.store);
        await connected(secondary.store);
        await world.clock.io(() => primary.store.write(entries, 600));
        await world.until(() => caches.keys(other) === 1);
        expect(await read(secondary.store)).to.deep.equal(["1", undefined]);
        const mark = world.journal.mark();
        await world.clock.io(() => secondary.store.write(entries, 600));
        await world.clock.io(() => secondary.store.write(entries, 600));
        expect(
            world.journal.since(mark).map(({ action, outcome }) => [action, outcome]),
        ).to.deep.equal([["SET", "refused"]]);
        expect(datastoreId).to.match(/-cache$/);
    });

    it("is not led astray by a record that names another host", async () => {
        const { store, problems } = await storeIn(home, () => ["cache.attacker.example"]);
        await world.clock.io(async () => {
            for (let tries = 0; problems.length === 0 && tries < 500; tries++) {
                await new Promise((resolve) => setTimeout(resolve, 10));
            }
        });
        expect(problems[0]?.message).to.match(/altnames|ALTNAME/i);
        expect(store.connected).to.equal(false);
    });
});
