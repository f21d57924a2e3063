import { expect } from "chai";
import fc from "fast-check";

import {
    emptyBoundedCounter,
    grantRights,
    InsufficientRightsError,
    mergeBoundedCounters,
    transferRights,
    useRights,
    type BoundedCounter,
} from "../../../runtime/consistency/crdt/boundedCounter";
import {
    changeLine,
    emptyMap,
    mergeMaps,
    removeLine,
    setLine,
} from "../../../runtime/consistency/crdt/orMap";
import {
    changeCounter,
    mergeCounters,
    zeroCounter,
} from "../../../runtime/consistency/crdt/pnCounter";
import {
    emptyRegisters,
    mergeRegisterMaps,
    type RegisterMap,
} from "../../../runtime/consistency/crdt/registerMap";
import {
    acknowledge,
    addElement,
    collectTombstones,
    emptySet,
    mergeSets,
    removeElement,
} from "../../../runtime/consistency/crdt/tombstoneSet";
import { MalformedStateError } from "../../../runtime/store/codec/fields";
import {
    checkItemSize,
    itemBytes,
    mostItemBytes,
    type AttributeMap,
} from "../../../runtime/store/codec/itemSize";
import {
    boundedCounterCodec,
    orMapCodec,
    pnCounterCodec,
    registerMapCodec,
    tombstoneSetCodec,
    type StateCodec,
} from "../../../runtime/store/codec/states";
import { OversizedItemError } from "../../../runtime/store/errors";
import { histories, same, type Replicated } from "../consistency/support/laws";

function itComesBack<S, O>(codec: StateCodec<S>, type: Replicated<S, O>): void {
    it("comes back as it was", () => {
        fc.assert(
            fc.property(histories(type), ({ seen }) => {
                for (const state of seen) {
                    same(codec.decode(codec.encode(state)), state);
                }
            }),
            { numRuns: 1000 },
        );
    });
}

const never = (): boolean => true;

describe("the stored form of a cart", () => {
    itComesBack(orMapCodec, {
        initial: emptyMap,
        operations: fc.record({
            key: fc.constantFrom("mug", "tea"),
            change: fc.integer({ min: -2, max: 3 }),
        }),
        delta: (state, replica, { key, change }) =>
            change === 0
                ? removeLine(state, key)
                : change === 3
                  ? setLine(state, replica, key, change)
                  : changeLine(state, replica, key, change),
        merge: mergeMaps,
        atMost: never,
    });

    const stored = orMapCodec.encode(changeLine(emptyMap, "eu-west-1", "mug", 2));

    for (const [what, change] of [
        ["an unknown attribute", { more: { S: "" } }],
        ["a vector that is none", { heard: { S: "eu-west-1" } }],
        [
            "a dot that is none",
            { lines: { M: { "eu-west-1": { L: [{ S: "mug" }, { N: "1" }] } } } },
        ],
        ["a line that it has not heard of", { heard: { S: "" } }],
        [
            "half an amount",
            { lines: { M: { "eu-west-1:1": { L: [{ S: "mug" }, { N: "0.5" }] } } } },
        ],
        ["a line without a key", { lines: { M: { "eu-west-1:1": { L: [{ N: "1" }] } } } }],
        [
            "a line that was set to nothing",
            {
                lines: {
                    M: { "eu-west-1:1": { L: [{ S: "mug" }, { N: "0" }, { BOOL: true }] } },
                },
            },
        ],
        [
            "a line that says more",
            {
                lines: {
                    M: {
                        "eu-west-1:1": {
                            L: [{ S: "mug" }, { N: "1" }, { BOOL: true }, { S: "more" }],
                        },
                    },
                },
            },
        ],
        ["a missing list", { beyond: { NULL: true } }],
    ] satisfies [string, AttributeMap][]) {
        it(`is refused with ${what}`, () => {
            expect(() => orMapCodec.decode({ ...stored, ...change })).to.throw(
                /attribute|vector|dot|line/,
            );
        });
    }
});

describe("the stored form of stock", () => {
    itComesBack<BoundedCounter, number>(boundedCounterCodec, {
        initial: emptyBoundedCounter,
        operations: fc.integer({ min: 1, max: 3 }),
        delta: (state, replica, n) => {
            try {
                return n === 1
                    ? useRights(state, replica, n)
                    : n === 2
                      ? transferRights(state, replica, "eu-west-1", n)
                      : grantRights(state, replica, n);
            } catch (error) {
                expect(error).to.be.instanceOf(InsufficientRightsError);
                return undefined;
            }
        },
        merge: mergeBoundedCounters,
        atMost: never,
    });

    it("is refused with a counter that cannot be", () => {
        const stored = boundedCounterCodec.encode(grantRights(emptyBoundedCounter, "a", 1));
        for (const n of ["-1", "0", "1.5", "1e300", "x"]) {
            expect(() =>
                boundedCounterCodec.decode({ ...stored, used: { M: { a: { N: n } } } }),
            ).to.throw(MalformedStateError, "an integer, 1 or more");
        }
        expect(() =>
            boundedCounterCodec.decode({ ...stored, transferred: { M: { a: { N: "1" } } } }),
        ).to.throw(MalformedStateError, "<from>/<to>");
    });
});

describe("the stored form of a session", () => {
    itComesBack<RegisterMap, string>(registerMapCodec, {
        initial: emptyRegisters,
        operations: fc.constantFrom("name", "theme"),
        delta: (state, replica, field) =>
            new Map([
                [field, { value: [state.size, null], at: { wallMs: 7, logical: 1 }, replica }],
            ]),
        merge: mergeRegisterMaps,
        atMost: never,
    });

    it("is refused with a field that lacks its region", () => {
        expect(() =>
            registerMapCodec.decode({ fields: { M: { a: { L: [{ S: "1" }, { S: "0" }] } } } }),
        ).to.throw(MalformedStateError, "a list of a value, a timestamp and a region");
    });
});

describe("the stored form of a counter", () => {
    itComesBack(pnCounterCodec, {
        initial: zeroCounter,
        operations: fc.integer({ min: -3, max: 3 }),
        delta: changeCounter,
        merge: mergeCounters,
        atMost: never,
    });

    it("takes two entries of each region at most, however often it counts", () => {
        let counter = zeroCounter;
        for (let n = 1; n <= 1000; n++) {
            counter = mergeCounters(counter, changeCounter(counter, "eu-west-1", n % 2 ? 1 : -1));
        }
        expect(pnCounterCodec.encode(counter)).to.eql({
            added: { M: { "eu-west-1": { N: "500" } } },
            removed: { M: { "eu-west-1": { N: "500" } } },
        });
    });

    it("is refused with an entry that cannot be", () => {
        const stored = pnCounterCodec.encode(changeCounter(zeroCounter, "a", 1));
        for (const [change, reason] of [
            [{ removed: { M: { a: { N: "-1" } } } }, "an integer, 1 or more"],
            [{ removed: { M: { "a/b": { N: "1" } } } }, "a/b"],
            [{ more: { S: "" } }, "it has an attribute"],
        ] as const) {
            expect(() => pnCounterCodec.decode({ ...stored, ...change })).to.throw(reason);
        }
    });
});

describe("the stored form of a set with tombstones", () => {
    itComesBack(tombstoneSetCodec, {
        initial: emptySet,
        operations: fc.record({
            kind: fc.constantFrom("add", "add", "remove", "acknowledge", "collect"),
            element: fc.constantFrom("a", "b"),
        }),
        delta: (set, replica, { kind, element }) =>
            kind === "add"
                ? addElement(set, replica, element)
                : kind === "remove"
                  ? removeElement(set, replica, element)
                  : kind === "acknowledge"
                    ? acknowledge(set, replica)
                    : collectTombstones(set, [replica]),
        merge: mergeSets,
        atMost: never,
    });

    const one = addElement(emptySet, "eu", "a");
    const full = tombstoneSetCodec.encode(mergeSets(one, removeElement(one, "eu", "a")));

    for (const [what, change, reason] of [
        ["an unknown attribute", { more: { S: "" } }, "it has an attribute"],
        ["an element that it has not heard of", { added: { M: { "eu:3": { S: "b" } } } }, "eu:3"],
        ["a removal that it has not heard of", { heard: { S: "eu:1" } }, "eu:2"],
        ["what it has removed", { added: { M: { "eu:1": { S: "a" } } } }, "its tombstone eu:2"],
        ["a tombstone of nothing", { tombstones: { M: { "eu:2": { L: [] } } } }, "removes nothing"],
        ["a dot that is none", { tombstones: { M: { "eu:2": { L: [{ S: "eu" }] } } } }, "eu"],
        ["a vector that is none", { acknowledged: { M: { eu: { S: "eu" } } } }, "version vector"],
    ] satisfies [string, AttributeMap, string][]) {
        it(`is refused with ${what}`, () => {
            tombstoneSetCodec.decode(full);
            expect(() => tombstoneSetCodec.decode({ ...full, ...change })).to.throw(reason);
        });
    }
});

describe("an item's size", () => {
    it("is that of names and values", () => {
        expect(itemBytes({ pk: { S: "ä" }, n: { N: "-12.5" } })).to.equal(2 + 2 + 1 + 5);
        expect(itemBytes({ l: { L: [{ S: "ab" }, { BOOL: true }] } })).to.equal(1 + 3 + 3 + 2);
        expect(itemBytes({ m: { M: { k: { S: "v" } } } })).to.equal(1 + 3 + 1 + 2);
    });

    it("may be as much as DynamoDB takes, and not one byte more", () => {
        const item = (bytes: number) => ({ v: { S: "x".repeat(bytes - 1) } });
        checkItemSize("an item", item(mostItemBytes));
        expect(() => checkItemSize("cart 7", item(mostItemBytes + 1))).to.throw(
            OversizedItemError,
            `cart 7 would take ${mostItemBytes + 1} bytes`,
        );
    });
});
