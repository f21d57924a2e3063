import { expect } from "chai";
import { fastify, type FastifyInstance } from "fastify";

import { profileKey, profileRoutes } from "../../../../runtime/service/routes/profiles";
import { sessionHeader } from "../../../../runtime/service/session";
import { defaultLeaseTimes } from "../../../../runtime/store/homes/votes";
import { homeOf, succession } from "../../../../runtime/store/keys";
import type { Connection, Exchange } from "../../../../sandbox/world/traffic/connection";
import type { Write } from "../../../../sandbox/world/traffic/ledger";
import { Profile } from "../../../../sandbox/world/traffic/profile";
import { Session } from "../../../../sandbox/world/traffic/session";
import type { NetworkResponse } from "../../../../sandbox/world/network";
import { Cluster, regions, type Region } from "../../../runtime/store/support/cluster";

const id = "profile-1";
const home = homeOf(profileKey(id), regions) as Region;
const [, nearest, other] = succession(home, regions) as [Region, Region, Region, Region];

/** The storefront's own routes, in every region, and one person's way to them. */
describe("a shopper's profile", () => {
    let cluster: Cluster;
    let servers: Map<Region, FastifyInstance>;
    let asked: { readonly region: Region; readonly exchange: Exchange; readonly status: number }[];
    let writes: Write[];
    let profile: Profile;
    /** Regions whose answers do not come back. */
    let mute: Set<Region>;

    beforeEach(async () => {
        cluster = await Cluster.start();
        asked = [];
        writes = [];
        mute = new Set();
        servers = new Map(
            regions.map((region) => {
                const server = fastify();
                server.addHook("onSend", async (_request, reply) => {
                    reply.header("x-served-by", region);
                });
                const clients = new Map([[region, cluster.client(region)]]);
                const store = cluster.store(region, {
                    clients,
                    writers: regions,
                    isEvacuated: () => false,
                });
                const regionHost = "*.origin.example.com";
                profileRoutes(server, store, { region, regionHost });
                return [region, server];
            }),
        );
        profile = new Profile(
            {
                clock: {
                    now: () => cluster.clock.now(),
                    sleep: (ms: number) => cluster.clock.sleep(ms),
                } as unknown as ConstructorParameters<typeof Profile>[0]["clock"],
                random: () => cluster.random(),
            },
            {
                id,
                session: new Session(),
                application: connectionTo(nearest),
                connect: (host) => connectionTo(host.split(".")[0] as Region),
                ledger: { add: (write) => writes.push(write) },
            },
        );
        await keep();
    });

    /** A round of every keeper, a third of a lease apart. */
    async function keep(which: readonly Region[] = regions): Promise<void> {
        for (let round = 0; round < 2; round++) {
            cluster.clock.pass(defaultLeaseTimes.leaseMs / 3);
            for (const region of which) {
                await cluster.clock.run(cluster.keeper(region).tick());
                await cluster.replicate();
            }
        }
    }

    function connectionTo(region: Region): Connection {
        return {
            exchange: async (exchange: Exchange) => {
                const { method, path, headers = {}, body } = exchange;
                const answer = await (servers.get(region) as FastifyInstance).inject({
                    method,
                    url: path,
                    headers,
                    ...(body === undefined ? {} : { payload: body as object }),
                });
                asked.push({ region, exchange, status: answer.statusCode });
                if (mute.has(region)) {
                    throw new Error("no answer in time");
                }
                return {
                    status: answer.statusCode,
                    headers: answer.headers,
                    body: answer.rawPayload,
                } as unknown as NetworkResponse;
            },
            close: () => undefined,
        } as unknown as Connection;
    }

    const read = () => cluster.clock.run(profile.read());
    const save = () => cluster.clock.run(profile.save());
    const way = () =>
        asked
            .splice(0)
            .map(({ region, exchange, status }) => `${exchange.method} ${region} ${status}`);
    const changes = () => writes.map((write) => (write.kind === "profile" ? write.change : 0));

    it("is made where its home is, as the nearest region says, and goes there by itself from then on", async () => {
        await read();
        expect((await save()).problem).to.equal(undefined);
        await cluster.replicate();
        await read();
        await save();
        expect(way()).to.eql([
            `GET ${nearest} 404`,
            `PUT ${nearest} 421`,
            `PUT ${home} 200`,
            `GET ${nearest} 200`,
            `PUT ${home} 200`,
        ]);
        expect(changes()).to.eql([1, 2]);
        expect(writes[0]).to.deep.include({ kind: "profile", profile: id });
        expect(writes[0]?.by.region).to.equal(home);
    });

    it("reads again what is arriving, after the time that it is told, with the token of its session", async () => {
        await read();
        await save();
        way();
        const startedMs = cluster.clock.now();
        const { arriving } = await read();
        expect(arriving).to.equal(true);
        expect(way()).to.eql(Array.from({ length: 3 }, () => `GET ${nearest} 202`));
        expect(cluster.clock.now() - startedMs).to.be.at.least(2000);
        await cluster.replicate();
        expect((await read()).arriving).to.equal(false);
        expect(asked[0]?.exchange.headers?.[sessionHeader]).to.be.a("string");
    });

    it("looks at what is there and tries again when that is not what it had read", async () => {
        await read();
        await save();
        mute.add(home);
        // Done, and not told: the repetition has its key, and no answer either.
        const lost = await save();
        expect(lost.problem).to.equal("no answer in time");
        expect(changes()).to.eql([1]);
        const keys = asked.slice(-2).map(({ exchange }) => exchange.headers?.["idempotency-key"]);
        expect(keys).to.eql([`${id}-2`, `${id}-2`]);
        mute.clear();
        way();
        expect((await save()).problem).to.equal(undefined);
        expect(way()).to.eql([
            `PUT ${nearest} 421`,
            `PUT ${home} 412`,
            `GET ${home} 200`,
            `PUT ${home} 200`,
        ]);
        expect(changes()).to.eql([1, 3]);
    });

    it("waits once, as long as it is told, while nobody keeps its home, and asks the nearest region anew", async () => {
        await read();
        await save();
        await cluster.replicate();
        way();
        cluster.clock.pass(2 * defaultLeaseTimes.leaseMs);
        const startedMs = cluster.clock.now();
        const refused = await save();
        expect([refused.problem, refused.response?.status]).to.eql(["status 503", 503]);
        expect(way()).to.eql([`PUT ${home} 503`, `PUT ${nearest} 503`]);
        expect(cluster.clock.now() - startedMs).to.be.within(5000, 6000);
        await keep();
        expect((await save()).problem).to.equal(undefined);
        expect(way()).to.eql([`PUT ${nearest} 421`, `PUT ${home} 200`]);
        expect(changes()).to.eql([1, 3]);
    });

    it("follows its home to the region that took it over", async () => {
        await read();
        await save();
        await cluster.replicate();
        cluster.votes.set(home, "evacuated");
        const survivors = regions.filter((region) => region !== home);
        const keepers = survivors.map((region) => cluster.keeper(region));
        for (let round = 0; round < 20; round++) {
            cluster.clock.pass(5000);
            for (const keeper of keepers) {
                await cluster.clock.run(keeper.tick());
            }
            await cluster.replicate();
        }
        way();
        expect((await save()).problem).to.equal(undefined);
        const heir = writes.at(-1)?.by.region;
        expect([nearest, other]).to.include(heir);
        expect(way().at(-1)).to.equal(`PUT ${heir} 200`);
        expect(changes()).to.eql([1, 2]);
    });
});
