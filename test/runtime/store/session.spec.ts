import { expect } from "chai";
import fc from "fast-check";

import { VersionVector } from "../../../runtime/consistency/versionVector";
import {
    MalformedTokenError,
    mostTokenKeys,
    SessionToken,
} from "../../../runtime/store/sessionToken";
import { Cluster } from "./support/cluster";

const cart = { pk: "CART#7", sk: "CART" };
const version = VersionVector.of({ "eu-west-1": 3 });

describe("a session's token", () => {
    it("comes back from its text, and never forgets what it saw of its last items", () => {
        const counters = fc.dictionary(
            fc.constantFrom("eu-west-1", "us-east-1"),
            fc.integer({ min: 1, max: 5 }),
        );
        fc.assert(
            fc.property(
                fc.array(fc.tuple(fc.integer({ min: 0, max: mostTokenKeys - 1 }), counters)),
                (writes) => {
                    let token = SessionToken.empty;
                    const model = new Map<string, VersionVector>();
                    for (const [n, counts] of writes) {
                        const key = { pk: `CART#${n}`, sk: "CART" };
                        const seen = VersionVector.of(counts);
                        token = SessionToken.parse(token.saw(key, seen).toString());
                        const known = model.get(key.pk) ?? VersionVector.empty;
                        model.set(key.pk, known.merge(seen));
                    }
                    for (const [pk, seen] of model) {
                        expect(token.of({ pk, sk: "CART" }).compare(seen)).to.equal("equal");
                    }
                },
            ),
            { numRuns: 500 },
        );
    });

    it("stays small: of more items it forgets the one that was touched longest ago", () => {
        let token = SessionToken.empty;
        for (let n = 0; n <= mostTokenKeys; n++) {
            token = token.saw({ pk: `CART#${n}`, sk: "CART" }, version);
            token = token.saw({ pk: "CART#0", sk: "CART" }, version);
        }
        expect(token.of({ pk: "CART#0", sk: "CART" }).size).to.equal(1);
        expect(token.of({ pk: "CART#1", sk: "CART" }).size).to.equal(0);
        expect(token.of({ pk: "CART#2", sk: "CART" }).size).to.equal(1);
        expect(token.toString().length).to.be.below(4096);
    });

    it("is refused when it was tampered with", () => {
        const good = SessionToken.empty.saw(cart, version).toString();
        const many = Array.from(
            { length: mostTokenKeys + 1 },
            (_, n) => `${String(n).padStart(11, "0")}=eu-west-1:1`,
        );
        for (const bad of [
            "x",
            `${good};${good}`,
            good.replace(":3", ":-3"),
            `${good};`,
            many.join(";"),
        ]) {
            expect(() => SessionToken.parse(bad), bad).to.throw(MalformedTokenError);
        }
    });
});

describe("a session that moves between regions", () => {
    let cluster: Cluster;

    beforeEach(async () => {
        cluster = await Cluster.start();
    });

    async function addIn(region: "eu-west-1" | "us-east-1"): Promise<SessionToken> {
        const written = await cluster.clock.run(
            cluster
                .store(region)
                .apply(
                    "cart",
                    cart,
                    { op: "change", line: "mug", by: 1 },
                    { token: SessionToken.empty },
                ),
        );
        expect(written.kind).to.equal("written");
        return (written.kind === "written" && written.token) || SessionToken.empty;
    }

    it("reads its writes where they were made, while they are on their way", async () => {
        const token = await addIn("eu-west-1");
        const read = await cluster.clock.run(
            cluster.store("us-east-1").get("cart", cart, { token }),
        );
        expect(read).to.include({ kind: "found", region: "eu-west-1" });
        const without = await cluster.clock.run(cluster.store("us-east-1").get("cart", cart));
        expect(without).to.include({ kind: "absent", region: "us-east-1" });
    });

    it("waits a moment for them to arrive", async () => {
        const token = await addIn("eu-west-1");
        cluster.answers("eu-west-1", "hangs");
        const arrival = cluster.clock.sleep(120).then(() => cluster.replicate());
        const read = await cluster.clock.run(
            cluster.store("us-east-1").get("cart", cart, { token }),
        );
        await arrival;
        expect(read).to.include({ kind: "found", region: "us-east-1" });
    });

    it("is told that it is behind, and what there is, when nobody can be asked", async () => {
        await addIn("us-east-1");
        await cluster.replicate();
        const token = await addIn("eu-west-1");
        cluster.answers("eu-west-1", "hangs");
        const read = await cluster.clock.run(
            cluster.store("us-east-1").get("cart", cart, { token }),
        );
        expect(read.kind).to.equal("behind");
        expect(read.kind === "behind" && read.value?.get("mug")).to.equal(1);
        expect(read.kind === "behind" && read.seen.toString()).to.equal("eu-west-1:1,us-east-1:1");
    });

    it("never sees less than it saw (model)", async () => {
        const regions = ["eu-west-1", "us-east-1", "ap-east-1"] as const;
        const step = fc.record({
            region: fc.constantFrom(...regions),
            does: fc.constantFrom("add", "read", "deliver", "lose", "heal"),
        });
        let carts = 0;
        await fc.assert(
            fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
                const key = { pk: `CART#${++carts}`, sk: "CART" };
                let token = SessionToken.empty;
                let least = 0;
                regions.forEach((region) => cluster.answers(region, "well"));
                for (const { region, does } of steps) {
                    const store = cluster.store(region);
                    switch (does) {
                        case "deliver":
                            await cluster.replicate((from) => from !== region);
                            break;
                        case "lose":
                            cluster.answers(region, "hangs");
                            break;
                        case "heal":
                            cluster.answers(region, "well");
                            break;
                        case "add": {
                            const written = await cluster.clock.run(
                                store.apply(
                                    "cart",
                                    key,
                                    { op: "change", line: "mug", by: 1 },
                                    { token },
                                ),
                            );
                            if (written.kind === "written") {
                                token = written.token ?? token;
                                least = Math.max(least, 1);
                            }
                            break;
                        }
                        case "read": {
                            const read = await cluster.clock.run(store.get("cart", key, { token }));
                            if (read.kind === "found") {
                                const quantity = read.value.get("mug") ?? 0;
                                expect(quantity).to.be.at.least(least);
                                least = quantity;
                                token = read.token ?? token;
                            } else if (read.kind === "absent") {
                                expect(least).to.equal(0);
                            }
                        }
                    }
                }
            }),
            { numRuns: 60 },
        );
    });
});
