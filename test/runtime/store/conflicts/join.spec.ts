import { expect } from "chai";
import fc from "fast-check";

import { VersionVector } from "../../../../runtime/consistency/versionVector";
import { changeLine, emptyMap, mergeMaps } from "../../../../runtime/consistency/crdt/orMap";
import type { AttributeMap } from "../../../../runtime/store/codec/itemSize";
import { orMapCodec } from "../../../../runtime/store/codec/states";
import {
    conflictId,
    conflictItems,
    lostItem,
    type Conflict,
} from "../../../../runtime/store/conflicts/conflictRecord";
import { joinItems, stampOf } from "../../../../runtime/store/conflicts/join";
import { itemBytes } from "../../../../runtime/store/codec/itemSize";
import { itemDigest } from "../../../../runtime/store/reconcile/rangeDigests";
import { parseHome, serialiseHome, serialiseRegional } from "../../../../runtime/store/stored";

const regions = ["ap-south-1", "eu-west-1", "us-east-1"] as const;
const vector = fc
    .record(Object.fromEntries(regions.map((region) => [region, fc.integer({ min: 0, max: 3 })])))
    .map((counts) => VersionVector.of(counts));

const order = fc
    .record({
        version: vector,
        epoch: fc.integer({ min: 1, max: 3 }),
        wallMs: fc.integer({ min: 1, max: 5 }),
        origin: fc.constantFrom(...regions),
        value: fc.option(fc.string(), { nil: undefined }),
    })
    .map(({ version, epoch, wallMs, origin, value }) =>
        serialiseHome(
            { pk: "ORDER#1", sk: "ORDER" },
            {
                kind: "order",
                version,
                at: { wallMs, logical: 0 },
                origin,
                operations: [],
                home: "eu-west-1",
                epoch,
                value: value === undefined ? undefined : { text: { S: value } },
            },
        ),
    );

/** Carts that know of some of the same three additions, each made once, and of their own vectors. */
const additions = regions.map((region, index) => changeLine(emptyMap, region, `line${index}`, 1));
const cart = fc
    .record({
        version: vector,
        wallMs: fc.integer({ min: 1, max: 5 }),
        has: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
        expiresAt: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
    })
    .map(({ version, wallMs, has, expiresAt }) =>
        serialiseRegional(
            { pk: "CART#1", sk: "CART#eu-west-1" },
            {
                kind: "cart",
                version,
                at: { wallMs, logical: 0 },
                origin: "eu-west-1",
                operations: [],
                state: orMapCodec.encode(
                    additions.filter((_, index) => has[index]).reduce(mergeMaps, emptyMap),
                ),
                ...(expiresAt === undefined ? {} : { expiresAt }),
            },
        ),
    );

const join = (a: AttributeMap, b: AttributeMap): AttributeMap => joinItems(a, b).item;
const same = (a: AttributeMap, b: AttributeMap): void => {
    expect(itemDigest(a).toString("hex")).to.equal(itemDigest(b).toString("hex"));
};

describe("joining two versions of an item", () => {
    for (const [kind, item] of [
        ["a cart", cart],
        ["an order", order],
    ] as const) {
        it(`of ${kind} is the same from either side, and nothing the second time`, () => {
            fc.assert(
                fc.property(item, item, (a, b) => {
                    const joined = join(a, b);
                    same(joined, join(b, a));
                    same(join(a, a), a);
                    expect(joinItems(a, structuredClone(a)).lost).to.equal(undefined);
                    expect(stampOf(join(joined, a))?.version.toString()).to.equal(
                        stampOf(joined)?.version.toString(),
                    );
                }),
                { numRuns: 1000 },
            );
        });

        it(`of ${kind} comes after both`, () => {
            fc.assert(
                fc.property(item, item, (a, b) => {
                    const version = stampOf(join(a, b))?.version;
                    expect(
                        [a, b].map((one) =>
                            version?.covers(stampOf(one)?.version ?? VersionVector.empty),
                        ),
                    ).to.eql([true, true]);
                }),
                { numRuns: 1000 },
            );
        });
    }

    it("of a cart has the additions of both, in any grouping", () => {
        fc.assert(
            fc.property(cart, cart, cart, (a, b, c) => {
                same(join(join(a, b), c), join(a, join(b, c)));
            }),
            { numRuns: 1000 },
        );
    });

    it("of an order keeps one of the two values, and says that the other is lost unless it was seen", () => {
        fc.assert(
            fc.property(order, order, (a, b) => {
                const { item, lost } = joinItems(a, b);
                const [kept, other] = lost === "a" ? [b, a] : [a, b];
                const causality = parseHome(a).version.compare(parseHome(b).version);
                if (lost === undefined) {
                    if (causality === "equal") {
                        expect(a).to.eql(b);
                        return;
                    }
                    expect(causality).to.be.oneOf(["before", "after"]);
                    expect(item["value"]).to.eql((causality === "after" ? a : b)["value"]);
                } else {
                    expect(causality).to.be.oneOf(["concurrent", "equal"]);
                    expect(item["value"]).to.eql(kept["value"]);
                    expect(parseHome(kept).epoch).to.be.at.least(parseHome(other).epoch);
                }
            }),
            { numRuns: 1000 },
        );
    });
});

describe("the record of a conflict", () => {
    const conflictOf = (lost: AttributeMap): Conflict => {
        const stamp = stampOf(lost);
        if (stamp === undefined) {
            throw new Error("it has a stamp");
        }
        return {
            cause: "concurrent",
            outcome: "recorded",
            lost: { item: lost, stamp },
            kept: undefined,
            detectedIn: "eu-west-1",
            atSeconds: 1_800_000_000,
        };
    };
    const withText = (text: string): AttributeMap =>
        serialiseHome(
            { pk: `ORDER#${"p".repeat(1000)}`, sk: "s".repeat(500) },
            {
                kind: "order",
                version: VersionVector.of({ "eu-west-1": 1 }),
                at: { wallMs: 1, logical: 0 },
                origin: "eu-west-1",
                operations: ["o"],
                home: "eu-west-1",
                epoch: 1,
                value: { text: { S: text } },
            },
        );

    it("gives the lost value back, however large it is, in items that DynamoDB takes", () => {
        for (const text of ["", "x".repeat(400_000), "\u{1F355}é".repeat(60_000)]) {
            const lost = withText(text);
            const items = conflictItems(conflictOf(lost));
            expect(lostItem([...items].reverse())).to.eql(lost);
            expect(Math.max(...items.map(itemBytes))).to.be.at.most(400 * 1024);
        }
    });

    it("says when a piece is missing", () => {
        const items = conflictItems(conflictOf(withText("x".repeat(400_000))));
        expect(items.length).to.be.greaterThan(1);
        expect(() => lostItem(items.slice(0, 1))).to.throw(/has 2 pieces, and 1 are here/);
    });

    it("has the same name in every region, and a key of its own in each", () => {
        const here = conflictOf(withText("a"));
        const there = { ...here, detectedIn: "us-east-1", atSeconds: 1_800_000_009 };
        expect(conflictId(there)).to.equal(conflictId(here));
        expect(conflictItems(there)[0]?.["sk"]).not.to.eql(conflictItems(here)[0]?.["sk"]);
        const other = conflictOf({ ...withText("a"), version: { S: "eu-west-1:2" } });
        expect(conflictId(other)).not.to.equal(conflictId(here));
    });
});
