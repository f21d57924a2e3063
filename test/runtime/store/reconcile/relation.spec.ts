import { expect } from "chai";
import fc from "fast-check";

import { VersionVector } from "../../../../runtime/consistency/versionVector";
import type { AttributeMap } from "../../../../runtime/store/codec/itemSize";
import { joinCopies } from "../../../../runtime/store/reconcile/relation";
import { parseHome, serialiseHome } from "../../../../runtime/store/stored";

const regions = ["ap-east-1", "eu-west-1", "us-east-1"] as const;

function order(
    counts: Readonly<Record<string, number>>,
    epoch: number,
    origin: string,
    wallMs = 1,
): AttributeMap {
    return serialiseHome(
        { pk: "ORDER#1", sk: "ORDER" },
        {
            kind: "order",
            version: VersionVector.of(counts),
            at: { wallMs, logical: 0 },
            origin,
            operations: [],
            home: "eu-west-1",
            epoch,
            value: { by: { S: `${origin} in ${epoch}` } },
        },
    );
}

const versionsOf = (items: readonly AttributeMap[]): readonly string[] =>
    items.map((item) => item["version"]?.S ?? "").sort();

describe("joining an item's copies", () => {
    const [ap, eu, us] = regions;
    const first = order({ [eu]: 1 }, 1, eu);
    const bySuccessor = order({ [eu]: 1, [us]: 1 }, 2, us);
    const byOldOwner = order({ [eu]: 2 }, 1, eu, 9);
    const byThird = order({ [ap]: 1, [eu]: 1 }, 1, ap);

    it("keeps one value, of the later epoch, and names every other one that nobody came after", () => {
        const { item, kept, lost } = joinCopies([
            first,
            byOldOwner,
            undefined,
            byOldOwner,
            bySuccessor,
            bySuccessor,
            byThird,
        ]);
        expect(kept).to.equal(bySuccessor);
        expect(versionsOf(lost)).to.eql([`${ap}:1,${eu}:1`, `${eu}:2`]);
        expect(parseHome(item)).to.deep.include({ value: { by: { S: `${us} in 2` } }, epoch: 2 });
        expect(item["version"]?.S).to.equal(`${ap}:1,${eu}:2,${us}:1`);
    });

    it("names none where one copy comes after all the others", () => {
        const { item, lost } = joinCopies([first, bySuccessor, undefined, first]);
        expect([item, lost]).to.eql([bySuccessor, []]);
    });

    it("comes to the same in any order, and loses nothing silently", () => {
        const counts = fc.record({
            [ap]: fc.nat({ max: 2 }),
            [eu]: fc.nat({ max: 2 }),
            [us]: fc.nat({ max: 2 }),
        });
        const copies = fc
            .uniqueArray(counts, {
                selector: (one) => String(VersionVector.of(one)),
                minLength: 1,
                maxLength: 5,
            })
            .map((all) =>
                all.map((one, index) => order(one, 1 + (index % 2), regions[index % 3]!, index)),
            );
        fc.assert(
            fc.property(copies, fc.infiniteStream(fc.nat()), (all, numbers) => {
                const shuffled = all
                    .map((item) => ({ item, at: numbers.next().value as number }))
                    .sort((a, b) => a.at - b.at)
                    .map(({ item }) => item);
                const one = joinCopies(all);
                const other = joinCopies(shuffled);
                expect(other.item).to.eql(one.item);
                expect(versionsOf(other.lost)).to.eql(versionsOf(one.lost));
                const told = [one.kept, ...one.lost].map((item) => parseHome(item).version);
                for (const copy of all) {
                    const { version } = parseHome(copy);
                    expect(told.some((later) => later.covers(version))).to.equal(true);
                }
            }),
        );
    });
});
