import { expect } from "chai";
import fc from "fast-check";

import { MalformedBytesError } from "../../../../runtime/consistency/bytes";
import { CausalContext } from "../../../../runtime/consistency/causalContext";
import {
    changeLine,
    emptyMap,
    mergeMaps,
    removeLine,
    setLine,
    type OrMap,
} from "../../../../runtime/consistency/crdt/orMap";
import { packMap } from "../../../../runtime/consistency/crdt/packedMap";
import { unpackMap } from "../../../../runtime/consistency/crdt/unpackedMap";
import { histories, same, type Replicated } from "../support/laws";

interface Operation {
    readonly key: string;
    readonly amount: number;
}

const amounts = fc.oneof(
    fc.integer({ min: -3, max: 9 }),
    fc.constantFrom(Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER),
);
const keys = fc.constantFrom(
    ...["", "mug", "mug-02", "mug-1", "mücke", "🫖", "🫗", `${"long".repeat(9)}-1`],
);

const carts: Replicated<OrMap, Operation> = {
    initial: emptyMap,
    operations: fc.record({ key: keys, amount: amounts }),
    delta: (state, replica, { key, amount }) => {
        if (amount === 0) {
            return removeLine(state, key);
        }
        try {
            return changeLine(state, replica, key, amount);
        } catch {
            return undefined;
        }
    },
    merge: mergeMaps,
    atMost: () => true,
};

describe("a packed map", () => {
    it("is read back as what it was, deltas and gaps as well", () => {
        fc.assert(
            fc.property(histories(carts), ({ seen }) => {
                for (const map of seen) {
                    same(unpackMap(packMap(map)), map);
                }
            }),
            { numRuns: 2000 },
        );
    });

    it("has the same bytes for the same map, however it came about", () => {
        fc.assert(
            fc.property(histories(carts), ({ states }) => {
                const [there, back] = [states, [...states].reverse()].map((order) =>
                    packMap(order.reduce(mergeMaps, emptyMap)),
                );
                expect(there).to.eql(back);
            }),
            { numRuns: 1000 },
        );
    });

    it("is refused, or is another map's only form, when a byte of it is another one", () => {
        const change = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));
        fc.assert(
            fc.property(histories(carts, 6), change, ({ states: [map] }, [at, by]) => {
                const bytes = packMap(map as OrMap);
                bytes[at % bytes.length] = ((bytes[at % bytes.length] as number) + by) % 256;
                let read: OrMap;
                try {
                    read = unpackMap(bytes);
                } catch (error) {
                    expect((error as Error).name).to.match(
                        /^(Malformed(Bytes|Vector)|ReplicaName|VectorSize)Error$/,
                    );
                    return;
                }
                expect(packMap(read)).to.eql(bytes);
            }),
            { numRuns: 10_000 },
        );
    });

    it("is refused when it is cut short, goes on, or has another form", () => {
        const bytes = packMap(
            ["tea", "mug"].reduce(
                (map, key) => mergeMaps(map, changeLine(map, "eu-west-1", key, 2)),
                emptyMap,
            ),
        );
        for (let length = 0; length < bytes.length; length++) {
            expect(() => unpackMap(bytes.subarray(0, length))).to.throw(MalformedBytesError);
        }
        expect(() => unpackMap(Uint8Array.of(...bytes, 0))).to.throw("go on after its end");
        expect(() => unpackMap(Uint8Array.of(9, ...bytes.subarray(1)))).to.throw("form 9");
    });

    it("takes a few bytes for a line", () => {
        const dots = Array.from({ length: 100 }, (_, i) => `eu-west-1:${i + 1}`);
        const map: OrMap = {
            lines: new Map(dots.map((dot, i) => [dot, { key: `mug-${100 + i}`, amount: 1 }])),
            heard: CausalContext.of(dots),
        };
        expect(packMap(map).length).to.be.lessThan(100 * 6);
    });

    it("is not made of a line that was set", () => {
        expect(() => packMap(setLine(emptyMap, "eu-west-1", "mug", 2))).to.throw(
            RangeError,
            'the line "mug" was set',
        );
    });

    it("has no key that UTF-8 cannot say", () => {
        const map: OrMap = {
            lines: new Map([["us:1", { key: "\ud83e", amount: 1 }]]),
            heard: CausalContext.of(["us:1"]),
        };
        expect(() => packMap(map)).to.throw(MalformedBytesError, "surrogate");
    });
});
