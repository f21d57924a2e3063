import { expect } from "chai";

import { geographies, geographyOf, latencyMs } from "../../../sandbox/world/geography";
import { WorldClock } from "../../../sandbox/world/clock";
import { Faults } from "../../../sandbox/world/faults";
import { awsRegions, Network } from "../../../sandbox/world/network";

describe("geography", () => {
    const clock = new WorldClock();
    const network = new Network(clock, new Faults());
    after(() => clock.stop());

    it("has a latency from every geography to every region, and no two equal", () => {
        for (const { code } of geographies) {
            const all = awsRegions.map((region) => latencyMs(code, region));
            expect(all.every((latency) => latency > 0)).to.equal(true);
            expect(new Set(all).size, code).to.equal(awsRegions.length);
        }
    });

    it("names what it does not know", () => {
        expect(() => latencyMs("us", "us-east-9")).to.throw(RangeError, "us-east-9");
        expect(() => latencyMs("xx", "us-east-1")).to.throw(RangeError, "xx");
    });

    it("places every shopper's public address in the shopper's geography", () => {
        geographies.forEach((geography, index) => {
            const address = network.publicAddressOf(network.shopperAddress(index, 6));
            expect(geographyOf(address)).to.equal(geography);
        });
    });

    it("places regions and checkers in the nearest geography, and nobody else anywhere", () => {
        const of = (address: string): string | undefined =>
            geographyOf(network.publicAddressOf(address))?.code;
        expect(of(network.egressAddress("eu-west-1"))).to.equal("de");
        expect(of(network.checkerAddress("sa-east-1"))).to.equal("br");
        expect(of(network.checkerAddress("ap-southeast-2"))).to.equal("au");
        expect(of("127.0.0.1")).to.equal(undefined);
        expect(geographyOf("8.8.8.8")).to.equal(undefined);
        expect(geographyOf("2001:db8::1")).to.equal(undefined);
    });
});
