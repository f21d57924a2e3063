import { expect } from "chai";

import { askForAddresses } from "../../../../sandbox/world/traffic/dnsClient";
import { smallWorld, type SmallWorld } from "../../../support/smallWorld";
import { FakeDns } from "./fakeDns";

describe("askForAddresses", () => {
    let world: SmallWorld;
    let dns: FakeDns;
    let shopper: string;

    beforeEach(async () => {
        world = await smallWorld();
        dns = new FakeDns();
        dns.addresses = ["127.10.0.1", "127.10.6.1"];
        await dns.listen(world.network.ports.dns);
        shopper = world.network.shopperAddress(4, 2);
    });
    afterEach(() => {
        dns.close();
        world.end();
    });

    it("gives the addresses in order with their TTL, and tells the shopper's subnet", async () => {
        expect(await askForAddresses(world, shopper, "app.example.com")).to.eql({
            addresses: ["127.10.0.1", "127.10.6.1"],
            ttl: 60,
        });
        expect(dns.asked).to.eql([{ over: "udp", subnet: "100.68.0.0/24" }]);
    });

    it("asks again over TCP when the answer does not fit", async () => {
        dns.truncates = true;
        const { addresses } = await askForAddresses(world, shopper, "app.example.com");
        expect(addresses).to.have.length(2);
        expect(dns.asked.map(({ over }) => over)).to.eql(["udp", "tcp"]);
    });

    it("fails when there is no such name, no address, or nobody", async () => {
        const ask = (): Promise<unknown> =>
            askForAddresses(world, shopper, "app.example.com").catch(String);
        dns.rcode = "NXDOMAIN";
        expect(await ask()).to.contain("NXDOMAIN");
        dns.rcode = "NOERROR";
        dns.addresses = [];
        expect(await ask()).to.contain("no address");
    });
});
