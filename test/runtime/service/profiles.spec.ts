import { expect } from "chai";
import { fastify, type FastifyInstance } from "fastify";

import { profileKey, profileRoutes } from "../../../runtime/service/routes/profiles";
import { sessionHeader } from "../../../runtime/service/session";
import type { HomeKeeper } from "../../../runtime/store/homes/homeKeeper";
import { defaultLeaseTimes, holdOffMs } from "../../../runtime/store/homes/votes";
import { homeOf, succession } from "../../../runtime/store/keys";
import { Cluster, regions, type Region } from "../store/support/cluster";

const home = homeOf(profileKey("7"), regions) as Region;
const [, heir, third] = succession(home, regions) as [Region, Region, Region, Region];
const ada = { name: "Ada", language: "en-GB" };
const isNew = { "if-none-match": "*" };

describe("profiles", () => {
    let cluster: Cluster;
    let servers: Map<Region, FastifyInstance>;
    let keepers: Map<Region, HomeKeeper>;

    beforeEach(async () => {
        cluster = await Cluster.start();
        keepers = new Map(regions.map((region) => [region, cluster.keeper(region)]));
        servers = new Map(
            regions.map((region) => {
                const server = fastify();
                // Each with its own region's replica alone, as tasks are.
                const clients = new Map([[region, cluster.client(region)]]);
                // What the votes say is the keepers' to know.
                const more = { clients, writers: regions, isEvacuated: () => false };
                profileRoutes(server, cluster.store(region, more), {
                    region,
                    regionHost: "*.origin.example.com",
                });
                return [region, server];
            }),
        );
        await rounds(2);
    });

    /** Rounds of the keepers, a third of a lease apart. */
    async function rounds(
        count: number,
        which: readonly Region[] = regions,
        isCut: (from: string, to: string) => boolean = () => false,
    ): Promise<void> {
        for (let round = 0; round < count; round++) {
            cluster.clock.pass(defaultLeaseTimes.leaseMs / 3);
            for (const region of which) {
                await cluster.clock.run((keepers.get(region) as HomeKeeper).tick());
                await cluster.replicate(isCut);
            }
        }
    }

    async function ask(
        region: Region,
        headers: Readonly<Record<string, string>>,
        payload?: typeof ada,
    ) {
        const answer = await cluster.clock.run(
            servers.get(region)!.inject({
                method: payload === undefined ? "GET" : "PUT",
                url: "/profiles/7",
                headers,
                ...(payload === undefined ? {} : { payload }),
            }),
        );
        return {
            status: answer.statusCode,
            body: answer.json<Record<string, unknown>>(),
            etag: String(answer.headers["etag"]),
            token: String(answer.headers[sessionHeader]),
            retryAfter: answer.headers["retry-after"],
            location: answer.headers["location"],
        };
    }

    it("are written at their home and read everywhere, with an etag that changes", async () => {
        const made = await ask(home, isNew, ada);
        expect(made.status).to.equal(200);
        expect(made.body).to.deep.equal({ id: "7", ...ada });
        const changed = await ask(home, { "if-match": made.etag }, { ...ada, name: "A. L." });
        expect(changed.status).to.equal(200);
        expect(changed.etag).not.to.equal(made.etag);
        await cluster.replicate();
        for (const region of regions) {
            const read = await ask(region, {});
            expect(read.body["name"]).to.equal("A. L.");
            expect(read.etag).to.equal(changed.etag);
        }
    });

    it("are not written over what their writer has not read, nor without saying what that was", async () => {
        const made = await ask(home, isNew, ada);
        expect((await ask(home, isNew, ada)).status).to.equal(412);
        await ask(home, { "if-match": made.etag }, { ...ada, name: "A. L." });
        const late = await ask(home, { "if-match": made.etag }, { ...ada, name: "B." });
        expect(late.status).to.equal(412);
        expect(late.etag).to.equal((await ask(home, {})).etag);
        expect((await ask(home, {}, ada)).status).to.equal(428);
        expect((await ask(home, { "if-match": "7" }, ada)).status).to.equal(400);
        expect((await ask(home, { "if-match": '"x"' }, ada)).status).to.equal(400);
    });

    it("are one write when it is repeated under its key", async () => {
        const key = { "idempotency-key": "change-1" };
        const made = await ask(home, { ...isNew, ...key }, ada);
        const again = await ask(home, { ...isNew, ...key }, ada);
        expect([again.status, again.etag]).to.deep.equal([200, made.etag]);
    });

    it("are written nowhere but at home: another region says where, and asks nobody", async () => {
        const before = cluster.calls.get(home);
        const answer = await ask(heir, isNew, ada);
        expect(answer.status).to.equal(421);
        expect(answer.retryAfter).to.equal("5");
        expect(answer.body["message"]).to.contain(`https://${home}.origin.example.com`);
        expect(answer.location).to.equal(`https://${home}.origin.example.com/profiles/7`);
        expect(cluster.calls.get(home)).to.equal(before);
    });

    it("wait for a takeover when their home is lost, with 503, and go on where it was taken to", async () => {
        const made = await ask(home, isNew, ada);
        await cluster.replicate();
        cluster.answers(home, "hangs");
        cluster.votes.set(home, "evacuated");
        const survivors = regions.filter((region) => region !== home);
        const isCut = (from: string, to: string): boolean => from === home || to === home;
        await rounds(4, survivors, isCut);
        const meanwhile = await ask(heir, { "if-match": made.etag }, ada);
        expect(meanwhile.status).to.equal(503);
        expect([meanwhile.retryAfter, meanwhile.location]).to.eql(["5", undefined]);
        expect((await ask(heir, {})).body["name"]).to.equal("Ada");
        await rounds(holdOffMs(defaultLeaseTimes) / 5000 + 2, survivors, isCut);
        const after = await ask(heir, { "if-match": made.etag }, { ...ada, name: "A. L." });
        expect(after.status).to.equal(200);
        expect((await ask(third, { "if-match": after.etag }, ada)).status).to.equal(421);
    });

    it("tell a session what is arriving", async () => {
        const { token } = await ask(home, isNew, ada);
        const read = await ask(heir, { [sessionHeader]: token });
        expect(read.status).to.equal(202);
        expect(read.body).to.deep.equal({ id: "7", status: "arriving" });
        await cluster.replicate();
        expect((await ask(heir, { [sessionHeader]: token })).status).to.equal(200);
    });

    it("are no profile when nobody made one", async () => {
        expect((await ask(heir, {})).status).to.equal(404);
    });
});
