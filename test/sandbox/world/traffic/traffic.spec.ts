import { expect } from "chai";

import { Certificates } from "../../../../sandbox/world/certificates";
import { geographies } from "../../../../sandbox/world/geography";
import { Traffic, type TrafficOptions } from "../../../../sandbox/world/traffic";
import { smallWorld, type SmallWorld } from "../../../support/smallWorld";
import { FakeDns } from "./fakeDns";
import { FakeShop } from "./fakeShop";

const host = "app.example.com";
const writeHost = "write.example.com";
const regions = ["us-east-1", "eu-west-1"] as const;
const originOf = (region: string): string => `${region}.origin.example.com`;

describe("Traffic", () => {
    let world: SmallWorld;
    let dns: FakeDns;
    let shop: FakeShop;
    let certificates: Certificates;
    let traffic: Traffic;

    beforeEach(async () => {
        world = await smallWorld();
        certificates = await Certificates.open(world.home);
        dns = new FakeDns();
        shop = new FakeShop();
        await dns.listen(world.network.ports.dns);
        for (const region of regions) {
            await shop.listen(
                region,
                addressOf(region),
                world.network.ports.https,
                await certificates.for([host, writeHost, "browse.example.com", originOf(region)]),
            );
            dns.named.set(originOf(region), [addressOf(region)]);
        }
        dns.addresses = [addressOf("us-east-1")];
    });
    afterEach(async () => {
        await traffic.stop();
        shop.close();
        dns.close();
        world.end();
    });

    function addressOf(region: string): string {
        return world.network.loadBalancerAddress(region, `balancer of ${region}`);
    }

    async function start(options: Partial<TrafficOptions> = {}): Promise<void> {
        traffic = new Traffic(world, {
            application: host,
            ca: certificates.caPem,
            shoppersPerGeography: 1,
            ...options,
        });
        await traffic.start();
    }

    const samples = (): Traffic["samples"] => traffic.samples;
    const done = (count: number): Promise<void> =>
        world.until(() => traffic.samples.length >= count);

    it("says with each request what browser it is, else web ACLs would block it", async () => {
        await start();
        await done(5);
        for (const { path, userAgent } of shop.served) {
            expect(userAgent, path).to.match(/^Mozilla/);
        }
    });

    it("shows the receipt of an order when it is read, and tells whether it was honoured, and where", async () => {
        await start();
        const shown = () => samples().filter(({ receipt }) => receipt !== undefined);
        await world.until(() => shown().length >= 2);
        expect(shop.receipts[0]).to.match(/^receipt-of-order-/);
        expect(shown()[0]).to.deep.include({
            step: "read-order",
            region: "us-east-1",
            receipt: { issuedBy: "us-east-1", honoured: true },
        });
        shop.refusing.add("us-east-1");
        await world.until(() => shown().some(({ receipt }) => receipt?.honoured === false));
    });

    it("says of its cart what the last answer said, and of nothing else", async () => {
        await start();
        await world.until(() => shop.sessions.length >= 60);
        await traffic.stop();
        const [none, said] = [true, false].map((isNone) =>
            shop.sessions.filter((token) => (token === "") === isNone),
        ) as [string[], string[]];
        // Each shopper starts without one, and nobody says what somebody else was told.
        expect(none).to.have.length(geographies.length);
        expect(new Set(said).size).to.equal(said.length);
        expect(samples().some(({ step, arriving }) => step === "read-cart" && arriving)).to.equal(
            false,
        );
    });

    it("comes from every geography, from its own addresses, at the rate asked for", async () => {
        const startMs = world.clock.now();
        await start({ requestsPerSecond: 2 });
        await done(200);

        expect(new Set(samples().map(({ geography }) => geography))).to.eql(
            new Set(geographies.map(({ code }) => code)),
        );
        expect(new Set(shop.served.map(({ from }) => from)).size).to.equal(geographies.length);
        expect(samples().every(({ ok, region }) => ok && region === "us-east-1")).to.equal(true);
        // 200 arrivals at 2 a second take 100 s; their spread is 7 s.
        expect(world.clock.now() - startMs).to.be.within(60_000, 160_000);
    });

    it("pays at the name that follows the writer, and is judged by that apart", async () => {
        await start({ write: writeHost });
        await world.until(() => traffic.payments.length >= 10);
        shop.payment = 421;
        const beforeMs = world.clock.now();
        await world.until(() => traffic.payments.length >= 20);
        await traffic.stop();

        expect(samples().every(({ ok, step }) => ok && step !== "pay")).to.equal(true);
        for (const { path, asked } of shop.served) {
            expect(asked).to.equal(path.endsWith("/payment") ? writeHost : host);
        }
        const refused = traffic.payments.filter(({ atMs }) => atMs > beforeMs);
        expect(refused.length).to.be.greaterThan(0);
        expect(refused.map(({ ok, status, attempts }) => [ok, status, attempts])).to.deep.equal(
            refused.map(() => [false, 421, 2]),
        );
        const kept = await traffic.verifyPayments();
        expect(kept).to.include({ acknowledged: shop.payments.size, lost: 0, unverified: 0 });
        expect(kept.acknowledged).to.be.greaterThan(5);
        const [order = ""] = shop.payments.keys();
        shop.payments.set(order, -1);
        expect((await traffic.verifyPayments()).lostWrites).to.have.length(1);
    });

    it("goes from the catalogue to the order, and finds all that was acknowledged", async () => {
        await start();
        await done(150);
        await traffic.stop();

        expect(new Set(samples().map(({ step }) => step))).to.eql(
            new Set([
                "browse",
                "product",
                "media",
                "cart",
                "read-cart",
                "reserve",
                "order",
                "read-order",
            ]),
        );
        expect(traffic.writes.length).to.be.greaterThan(20);
        expect(await traffic.verify()).to.eql({
            acknowledged: traffic.writes.length,
            lost: 0,
            lostWrites: [],
            unverified: 0,
            unverifiedWrites: [],
        });
    });

    it("has some people change a profile where its home is, and is judged by that apart", async () => {
        shop.home = "eu-west-1";
        await start({ regions: regions.map(originOf) });
        await world.until(() => traffic.profiles.length >= 10);
        shop.home = undefined;
        const beforeMs = world.clock.now();
        await world.until(() => traffic.profiles.filter(({ ok }) => !ok).length >= 5);
        await traffic.stop();

        expect(samples().some(({ step }) => step === "profile")).to.equal(true);
        expect(samples().every(({ ok, step }) => ok && step !== "save-profile")).to.equal(true);
        // Of seven people the first, the fourth and the seventh.
        expect(shop.profiles.get("us-east-1")?.size).to.equal(3);
        const [made] = traffic.profiles;
        expect(made).to.include({ step: "save-profile", ok: true, region: "eu-west-1" });
        const refused = traffic.profiles.filter(({ atMs }) => atMs > beforeMs);
        expect(refused.every(({ ok, status }) => !ok && status === 503)).to.equal(true);
        expect(traffic.writes.some(({ kind }) => kind === "profile")).to.equal(false);
        expect(await traffic.verify()).to.include({ lost: 0, unverified: 0 });
    });

    it("finds each change of a profile, or a later one over it, in every region", async () => {
        shop.home = "eu-west-1";
        await start({ regions: regions.map(originOf) });
        await world.until(() => traffic.profiles.length >= 12);
        await traffic.stop();
        const kept = await traffic.verifyProfiles();
        expect(kept).to.include({ lost: 0, unverified: 0 });
        expect(kept.acknowledged).to.equal(traffic.profiles.filter(({ ok }) => ok).length);

        const here = shop.profiles.get("us-east-1") as Map<
            string,
            { body: object; version: number }
        >;
        const [[id = "", { version = 0 } = {}] = []] = here;
        here.set(id, { body: { name: `change ${version - 1}` }, version: version - 1 });
        const { lost, lostWrites } = await traffic.verifyProfiles();
        expect(lost).to.equal(1);
        expect(lostWrites[0]).to.include({ kind: "profile", profile: id, change: version });
        here.delete(id);
        expect(await traffic.verifyProfiles()).to.include({ lost: version });

        shop.failing.set("eu-west-1", 503);
        expect(await traffic.verifyProfiles()).to.include({
            lost: version,
            unverified: kept.acknowledged - version,
        });
    });

    it("has nobody with a profile where there is no region to look for it", async () => {
        await start();
        await done(100);
        expect(traffic.profiles).to.eql([]);
        expect(samples().some(({ step }) => step === "profile")).to.equal(false);
    });

    it("has people of its own who look around at another name, and write nothing", async () => {
        await start({ browse: "browse.example.com", requestsPerSecond: 0.001, looksPerSecond: 2 });
        await world.until(() => traffic.looks.length >= 60);
        await traffic.stop();

        expect(samples()).to.have.length.below(5);
        expect(new Set(traffic.looks.map(({ step }) => step))).to.eql(
            new Set(["browse", "product"]),
        );
        expect(new Set(traffic.looks.map(({ geography }) => geography))).to.eql(
            new Set(geographies.map(({ code }) => code)),
        );
        expect(traffic.looks.every(({ ok }) => ok)).to.equal(true);
        const onlookers = geographies.map((_, place) => world.network.shopperAddress(place, 1));
        expect(shop.served.map(({ from }) => from)).to.include.members(onlookers);
        expect([traffic.writes, shop.carts.size, shop.orders.size]).to.eql([[], 0, 0]);
    });

    it("names what was acknowledged and is gone", async () => {
        await start();
        await world.until(() => shop.orders.size > 1 && traffic.writes.length > 6);
        await traffic.stop();
        const [orderId] = shop.orders.keys();
        const line = traffic.writes.find((write) => write.kind === "cart-line");
        shop.orders.delete(orderId ?? "");
        shop.carts.get(line?.cart ?? "")?.delete(line?.sku ?? "");

        const { lost, lostWrites } = await traffic.verify();
        expect(lost).to.equal(2);
        expect(lostWrites).to.have.members([
            line,
            traffic.writes.find((write) => write.kind === "order" && write.orderId === orderId),
        ]);
    });

    it("does not call lost what could not be asked for", async () => {
        await start();
        await world.until(() => traffic.writes.length > 3);
        await traffic.stop();
        shop.failing.set("us-east-1", 503);
        expect(await traffic.verify()).to.include({
            lost: 0,
            unverified: traffic.writes.length,
        });
    });

    it("tries once more when the server fails, and then says so", async () => {
        shop.failing.set("us-east-1", 500);
        await start();
        await done(5);
        for (const sample of samples()) {
            expect(sample).to.include({ ok: false, status: 500, attempts: 2 });
        }
        expect(traffic.writes).to.eql([]);
    });

    it("keeps its connection and asks DNS again only when the connection ends", async () => {
        await start({ staleShare: 0 });
        await done(60);
        const asked = dns.asked.length;
        dns.addresses = [addressOf("eu-west-1")];
        await done(90);
        expect(samples().every(({ region }) => region === "us-east-1")).to.equal(true);
        expect(dns.asked.length).to.equal(asked);

        shop.draining.add("us-east-1");
        await world.until(() => samples().at(-1)?.region === "eu-west-1");
        await world.clock.sleep(90_000);
        const mark = samples().length;
        await done(mark + 20);
        expect(
            samples()
                .slice(mark)
                .every(({ region }) => region === "eu-west-1"),
        ).to.equal(true);
    });

    it("keeps those who ignore TTLs where they were, and marks them", async () => {
        await start({ staleShare: 1 / geographies.length });
        await done(60);
        shop.draining.add("us-east-1");
        dns.addresses = [addressOf("eu-west-1")];
        await world.clock.sleep(120_000);
        const mark = samples().length;
        await done(mark + 60);

        const later = samples().slice(mark, mark + 60);
        const behind = later.filter(({ region }) => region === "us-east-1");
        expect(behind.length).to.be.greaterThan(0);
        expect(behind.every(({ stale, geography }) => stale && geography === "us")).to.equal(true);
        expect(later.filter(({ stale }) => stale)).to.eql(behind);
    });

    it("gives up in world time where nothing answers, and keeps coming", async () => {
        await start({ timeoutMs: 5000 });
        await done(20);
        world.faults.inject({ kind: "blackout", region: "us-east-1" });
        const mark = samples().length;
        await done(mark + 40);

        const failed = samples()
            .slice(mark)
            .filter(({ ok }) => !ok);
        expect(failed.length).to.be.greaterThan(20);
        for (const sample of failed) {
            expect(sample).to.include({ region: undefined, status: undefined, attempts: 2 });
            expect(sample.latencyMs).to.be.at.least(10_000);
        }
    });

    it("has nobody under way once it has stopped", async () => {
        await start({ requestsPerSecond: 50 });
        await done(20);
        await traffic.stop();
        const count = samples().length;
        await world.clock.sleep(60_000);
        expect(samples().length).to.equal(count);
    });

    it("refuses a rate, a share and a crowd that make no sense", () => {
        const make = (options: Partial<TrafficOptions>): (() => Traffic) => {
            return () => new Traffic(world, { application: host, ca: "", ...options });
        };
        expect(make({ requestsPerSecond: 0 })).to.throw("requestsPerSecond must be above 0");
        expect(make({ browse: host, looksPerSecond: -1 })).to.throw(
            "looksPerSecond must be above 0",
        );
        expect(make({ staleShare: 2 })).to.throw("staleShare must be from 0 to 1, got 2");
        expect(make({ shoppersPerGeography: 0 })).to.throw("from 1 to 253, got 0");
    });
});
