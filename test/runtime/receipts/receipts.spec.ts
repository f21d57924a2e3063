import { expect } from "chai";

import {
    MalformedKeyRingError,
    parseKeyRing,
    rotatedRing,
    type KeyRing,
} from "../../../runtime/receipts/keyRing";
import { checkReceipt, signReceipt, type ReceiptedOrder } from "../../../runtime/receipts/receipt";

const order: ReceiptedOrder = {
    orderId: "o1",
    cartId: "c1",
    total: 12.5,
    currency: "USD",
    region: "us-east-1",
    createdAt: "2026-05-01T00:00:00.000Z",
};

/** The ring after so many rotations, and those before it. */
function rings(rotations: number): readonly KeyRing[] {
    const all: KeyRing[] = [{ keys: [] }];
    for (let rotation = 0; rotation < rotations; rotation++) {
        all.push(rotatedRing(all.at(-1) as KeyRing));
    }
    return all;
}

describe("receipts", () => {
    it("have no key before the first rotation, and one that signs and a next one after it", () => {
        const [none, first] = rings(1) as [KeyRing, KeyRing];
        expect(signReceipt(order, none)).to.equal(undefined);
        expect(first.keys).to.have.length(2);
        expect(first.signing).to.equal(first.keys[0]?.id);
    });

    it("are signed with a key that was published a rotation before", () => {
        const all = rings(5).slice(1);
        all.slice(1).forEach((ring, index) => {
            const before = all[index] as KeyRing;
            expect(ring.signing).to.equal(before.keys.at(-1)?.id);
            expect(ring.keys).to.have.length(3);
        });
    });

    it("are good between regions that are a rotation apart, and not two", () => {
        const [, , a, b, c] = rings(4) as [KeyRing, KeyRing, KeyRing, KeyRing, KeyRing];
        const kinds = (signer: KeyRing, checker: KeyRing): string =>
            checkReceipt(signReceipt(order, signer) ?? "", checker).kind;
        expect([kinds(a, b), kinds(b, a), kinds(b, c), kinds(c, b)]).to.deep.equal(
            Array.from({ length: 4 }, () => "valid"),
        );
        expect(kinds(c, a)).to.equal("unknown-key");
        expect(kinds(a, c)).to.equal("unknown-key");
    });

    it("say what was ordered, and nothing that was changed", () => {
        const [, ring] = rings(1) as [KeyRing, KeyRing];
        const receipt = signReceipt(order, ring) ?? "";
        expect(checkReceipt(receipt, ring)).to.deep.equal({ kind: "valid", order });
        const [key, , code] = receipt.split(".");
        const other = Buffer.from(JSON.stringify({ ...order, total: 0 })).toString("base64url");
        expect(checkReceipt([key, other, code].join("."), ring).kind).to.equal("forged");
        expect(checkReceipt("", ring).kind).to.equal("forged");
        expect(checkReceipt("a.b", ring).kind).to.equal("forged");
        expect(checkReceipt(`${"x".repeat(2000)}`, ring).kind).to.equal("forged");
    });

    it("are not good with the same id and another key", () => {
        const [, ring] = rings(1) as [KeyRing, KeyRing];
        const [, other] = rings(1) as [KeyRing, KeyRing];
        const impostor: KeyRing = {
            signing: "impostor",
            keys: [{ id: "impostor", secret: other.keys[0]?.secret ?? "" }],
        };
        const relabelled: KeyRing = {
            ...ring,
            keys: [...ring.keys, { id: "impostor", secret: ring.keys[0]?.secret ?? "" }],
        };
        expect(checkReceipt(signReceipt(order, impostor) ?? "", relabelled).kind).to.equal(
            "forged",
        );
    });

    for (const [what, text] of Object.entries({
        "no JSON": "secret",
        "no keys": '{"signing":"a"}',
        "a key that signs and is not there": '{"signing":"a","keys":[]}',
        "keys of which none signs": `{"keys":[{"id":"a","secret":"${"a".repeat(43)}"}]}`,
        "a short key": '{"signing":"a","keys":[{"id":"a","secret":"short"}]}',
    })) {
        it(`have no ring in ${what}, and its text is told to nobody`, () => {
            expect(() => parseKeyRing(text))
                .to.throw(MalformedKeyRingError)
                .with.property("message")
                .that.does.not.contain("short");
        });
    }

    it("survive being written and read", () => {
        const ring = rings(3).at(-1) as KeyRing;
        expect(parseKeyRing(JSON.stringify(ring))).to.deep.equal(ring);
        expect(parseKeyRing('{"keys":[]}')).to.deep.equal({ keys: [] });
    });
});
