import { expect } from "chai";

import { StubResolver } from "../../../../sandbox/world/traffic/stubResolver";

describe("StubResolver", () => {
    let nowMs: number;
    let asked: number;

    beforeEach(() => {
        nowMs = 0;
        asked = 0;
    });

    function resolver(ignoresTtl: boolean, ttl = 60): StubResolver {
        return new StubResolver(
            { now: () => nowMs },
            async () => ({ addresses: [`answer ${++asked}`], ttl }),
            ignoresTtl,
        );
    }

    it("keeps an answer for its TTL and no longer", async () => {
        const stub = resolver(false);
        await stub.resolve("a");
        nowMs = 59_999;
        expect(await stub.resolve("a")).to.eql(["answer 1"]);
        nowMs = 60_000;
        expect(await stub.resolve("a")).to.eql(["answer 2"]);
    });

    it("keeps it for five minutes where TTLs are ignored", async () => {
        const stub = resolver(true);
        await stub.resolve("a");
        nowMs = 299_999;
        expect(await stub.resolve("a")).to.eql(["answer 1"]);
        nowMs = 300_000;
        expect(await stub.resolve("a")).to.eql(["answer 2"]);
    });

    it("keeps names apart, and asks once for two at the same time", async () => {
        const stub = resolver(false);
        const [first, second] = await Promise.all([stub.resolve("a"), stub.resolve("a")]);
        expect(first).to.eql(second);
        expect(asked).to.equal(1);
        expect(await stub.resolve("b")).to.eql(["answer 2"]);
    });

    it("keeps no failure", async () => {
        let fail = true;
        const stub = new StubResolver(
            { now: () => nowMs },
            async () => {
                if (fail) {
                    throw new Error("no answer");
                }
                return { addresses: ["answer"], ttl: 60 };
            },
            false,
        );
        expect(await stub.resolve("a").catch(String)).to.contain("no answer");
        fail = false;
        expect(await stub.resolve("a")).to.eql(["answer"]);
    });
});
