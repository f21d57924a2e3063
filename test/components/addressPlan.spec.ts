import { expect } from "chai";
import fc from "fast-check";

import { ipv6Block, mostZones, zoneBlocks } from "../../components/addressPlan";

describe("the address plan", () => {
    it("gives each zone a private /20 and a public /24", () => {
        expect(zoneBlocks("10.20.0.0/16", 0)).to.deep.equal({
            privateBlock: "10.20.0.0/20",
            publicBlock: "10.20.224.0/24",
        });
        expect(zoneBlocks("10.20.0.0/16", 2)).to.deep.equal({
            privateBlock: "10.20.32.0/20",
            publicBlock: "10.20.226.0/24",
        });
    });

    it("never gives an address to two subnets", () => {
        const blocks = Array.from({ length: mostZones }, (_, position) =>
            Object.values(zoneBlocks("10.20.0.0/16", position)).map(range),
        ).flat();
        for (const [index, a] of blocks.entries()) {
            for (const b of blocks.slice(index + 1)) {
                expect(a.last < b.first || b.last < a.first, `${a.block} ${b.block}`).to.be.true;
            }
        }
    });

    it("refuses what is no /16 and zones it has no room for", () => {
        expect(() => zoneBlocks("10.20.0.0/20", 0)).to.throw(RangeError, "got 10.20.0.0/20");
        expect(() => zoneBlocks("10.20.0.0/16", mostZones)).to.throw(RangeError, "zone 8");
        expect(() => zoneBlocks("10.20.0.0/16", -1)).to.throw(RangeError, "zone -1");
    });

    it("numbers the /64 blocks of the VPC's /56", () => {
        expect(ipv6Block("2600:1f18:abcd:ef00::/56", 0)).to.equal("2600:1f18:abcd:ef00::/64");
        expect(ipv6Block("2600:1f18:abcd:ef00::/56", 2)).to.equal("2600:1f18:abcd:ef02::/64");
        expect(ipv6Block("2a05:d018:1::/56", 1)).to.equal("2a05:d018:1:1::/64");
    });

    it("keeps the /64 blocks of a VPC apart", () => {
        fc.assert(
            fc.property(fc.nat(255), fc.nat(255), (a, b) => {
                const same =
                    ipv6Block("2600:1f18:1:200::/56", a) === ipv6Block("2600:1f18:1:200::/56", b);
                return same === (a === b);
            }),
        );
    });

    it("refuses what is no /56", () => {
        expect(() => ipv6Block("2600:1f18:abcd:ef00::/64", 0)).to.throw(RangeError, "a /56");
        expect(() => ipv6Block("", 0)).to.throw(RangeError, "got  and position 0");
    });
});

function range(block: string): { block: string; first: number; last: number } {
    const [address = "", prefix] = block.split("/");
    const first = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
    return { block, first, last: first + 2 ** (32 - Number(prefix)) - 1 };
}
