import { expect } from "chai";

import type { Call, History, Operation } from "../history/operation";
import { fail, historyOf, info, ok } from "../support/histories";
import { check } from "./check";

const set = (quantity: number, sku = "mug"): Call => ({ kind: "cart", f: "set", sku, quantity });
const readCart: Call = { kind: "cart", f: "read" };
const place: Call = { kind: "order", f: "place", body: "mug" };
const take = (amount: number): Call => ({ kind: "stock", f: "take", amount });
const write = (value: number): Call => ({ kind: "profile", f: "write", value });
const swap = (from: number | null, to: number): Call => ({ kind: "profile", f: "swap", from, to });
const read = (strong = true): Call => ({ kind: "profile", f: "read", strong });

const found = (history: History): string[] => check(history).map((one) => one.check);

type Timed = Partial<Operation> & { readonly call: Call; readonly at: readonly [number, number] };

describe("the checker of histories", () => {
    describe("of carts", () => {
        const cart = (operations: readonly Timed[], line: number | undefined): string[] =>
            found(
                historyOf(operations, {
                    final: { us: { carts: { k: line === undefined ? {} : { mug: line } } } },
                }),
            );

        it("wants the last write of the only session, or one that nobody saw the end of", () => {
            const writes = [
                { call: set(1), at: [0, 1] as const },
                { call: set(2), at: [2, 3] as const },
            ];
            expect(cart(writes, 2)).to.deep.equal([]);
            expect(cart(writes, 1)).to.deep.equal(["cart-intent"]);
            expect(cart(writes, undefined)).to.deep.equal(["cart-intent"]);
            const lost = [...writes, { call: set(3), at: [4, Infinity] as const, result: info }];
            expect(cart(lost, 2)).to.deep.equal([]);
            expect(cart(lost, 3)).to.deep.equal([]);
            expect(cart(lost, 1)).to.deep.equal(["cart-intent"]);
            const refused = [...writes, { call: set(3), at: [4, 5] as const, result: fail }];
            expect(cart(refused, 3)).to.deep.equal(["cart-intent"]);
        });

        it("lets two sessions win in either order, and nobody remove what he cannot have seen", () => {
            const both = [
                { call: set(1), at: [0, 1] as const, session: "a" },
                { call: set(2), at: [9, 10] as const, session: "b" },
            ];
            expect(cart(both, 1)).to.deep.equal([]);
            expect(cart(both, 2)).to.deep.equal([]);
            expect(cart(both, 3)).to.deep.equal([]);
            expect(cart(both, 4)).to.deep.equal(["cart-intent"]);
            expect(cart(both, undefined)).to.deep.equal(["cart-intent"]);
            const removed = [
                { call: set(0), at: [0, 1] as const, session: "a" },
                { call: set(2), at: [2, 3] as const, session: "b" },
            ];
            expect(cart(removed, 2)).to.deep.equal([]);
            expect(cart(removed, undefined)).to.deep.equal(["cart-intent"]);
        });

        it("lets a write that nobody saw the end of count beside one in another region", () => {
            const moved = (region: string): readonly Timed[] => [
                { call: set(2), at: [0, Infinity], result: info },
                { call: set(3), at: [2, 3], region },
            ];
            expect(cart(moved("eu"), 5)).to.deep.equal([]);
            expect(cart(moved("eu"), 6)).to.deep.equal(["cart-intent"]);
            const seen = [
                { call: set(2), at: [0, 1] as const },
                { call: set(3), at: [2, 3] as const, region: "eu" },
            ];
            expect(cart(seen, 5)).to.deep.equal(["cart-intent"]);
        });

        it("lets both writes of a session count that moved, if that is reported of the line", () => {
            const history = (quantity: number, sku: string): History =>
                historyOf(
                    [
                        { call: set(2), at: [0, 1] },
                        { call: set(1), at: [2, 3], region: "eu" },
                    ],
                    {
                        final: { us: { carts: { k: { mug: quantity } } } },
                        reported: [{ kind: "cart", key: "k", sku, value: 1 }],
                    },
                );
            expect(found(history(3, "mug"))).to.deep.equal([]);
            expect(found(history(3, "pen"))).to.deep.equal(["cart-intent"]);
            expect(found(history(0, "mug"))).to.deep.equal(["cart-intent"]);
            expect(found(history(4, "mug"))).to.deep.equal(["cart-intent"]);
        });

        it("wants a session to see its own writes, in whatever region it reads", () => {
            const reads = (value: Readonly<Record<string, number>>): string[] =>
                found(
                    historyOf([
                        { call: set(1), at: [0, 1] },
                        { call: set(2), at: [2, 3] },
                        { call: set(7), at: [0, 9], session: "b" },
                        { call: readCart, at: [4, 5], region: "eu", result: ok(value) },
                    ]),
                );
            expect(reads({ mug: 2 })).to.deep.equal([]);
            expect(reads({ mug: 7 })).to.deep.equal([]);
            expect(reads({ mug: 9 })).to.deep.equal([]);
            expect(reads({ mug: 1 })).to.deep.equal(["read-your-writes"]);
            expect(reads({})).to.deep.equal(["read-your-writes"]);
        });
    });

    describe("of orders", () => {
        const placed = (...orders: (string | undefined)[]): readonly Timed[] =>
            orders.map((order, at) => ({
                call: place,
                at: [at * 2, at * 2 + 1],
                result: order === undefined ? info : ok(order),
            }));

        it("wants one order for a key, in every answer and in every region", () => {
            const final = { us: { orders: { k: "o1" } }, eu: { orders: { k: "o1" } } };
            expect(found(historyOf(placed("o1", undefined, "o1"), { final }))).to.deep.equal([]);
            expect(found(historyOf(placed("o1", "o2"), { final }))).to.deep.equal(["one-order"]);
            expect(found(historyOf(placed("o2"), { final }))).to.deep.equal([
                "one-order",
                "one-order",
            ]);
        });

        it("wants what was acknowledged to be there, unless its loss is reported", () => {
            const final = { us: { orders: { k: null } } };
            expect(found(historyOf(placed("o1"), { final }))).to.deep.equal(["order-lost"]);
            expect(found(historyOf(placed(undefined), { final }))).to.deep.equal([]);
            const reported = [{ kind: "order", key: "k", value: null }] as const;
            expect(found(historyOf(placed("o1"), { final, reported }))).to.deep.equal([]);
        });
    });

    describe("of stock", () => {
        const stock = (left: number | null, ...results: Timed["result"][]): string[] =>
            found(
                historyOf(
                    results.map((result, at) => ({
                        call: take(3),
                        at: [at, at + 5],
                        ...(result === undefined ? {} : { result }),
                    })),
                    { initialStock: { k: 7 }, final: { us: { stock: { k: left } } } },
                ),
            );

        it("wants no more sold than there was", () => {
            expect(stock(1, ok(undefined), ok(undefined), fail)).to.deep.equal([]);
            expect(stock(0, ok(undefined), ok(undefined), ok(undefined))).to.deep.equal([
                "oversold",
            ]);
        });

        it("wants what is left to be what was not sold, give or take what nobody saw the end of", () => {
            expect(stock(4, ok(undefined), info)).to.deep.equal([]);
            expect(stock(1, ok(undefined), info)).to.deep.equal([]);
            expect(stock(5, ok(undefined), info)).to.deep.equal(["stock-lost"]);
            expect(stock(0, ok(undefined), info)).to.deep.equal(["stock-lost"]);
            expect(stock(null, ok(undefined))).to.deep.equal(["stock-lost"]);
            expect(stock(-1, ok(undefined), info, info)).to.deep.equal(["oversold"]);
        });
    });

    describe("of profiles", () => {
        it("wants writes and strong reads to be linearizable", () => {
            const history = (value: number | null): History =>
                historyOf([
                    { call: write(1), at: [0, 1] },
                    { call: swap(1, 2), at: [2, 3], session: "b" },
                    { call: read(), at: [4, 5], session: "c", result: ok(value) },
                ]);
            expect(found(history(2))).to.deep.equal([]);
            expect(found(history(1))).to.deep.equal(["linearizable"]);
            expect(
                found(
                    historyOf([
                        { call: write(1), at: [0, 1] },
                        { call: swap(1, 2), at: [2, 3] },
                        { call: swap(1, 3), at: [2, 4] },
                    ]),
                ),
            ).to.deep.equal(["linearizable"]);
        });

        it("lets a reported loss be gone after a takeover and arrive once, and no more than that", () => {
            const history = (reads: readonly number[], reported: readonly number[]): History =>
                historyOf(
                    [
                        { call: write(1), at: [0, 1] },
                        { call: write(2), at: [2, 3], session: "b" },
                        ...reads.map((value, index) => ({
                            call: read(),
                            at: [4 + 2 * index, 5 + 2 * index] as const,
                            session: `reader ${index}`,
                            result: ok(value),
                        })),
                    ],
                    { reported: reported.map((value) => ({ kind: "profile", key: "k", value })) },
                );
            expect(found(history([2, 1, 1], [2]))).to.deep.equal([]);
            expect(found(history([2, 1, 2], [2]))).to.deep.equal([]);
            expect(found(history([2, 1, 1], []))).to.deep.equal(["linearizable"]);
            expect(found(history([2, 1, 2, 1], [2]))).to.deep.equal(["linearizable"]);
            expect(found(history([2, 1], [9]))).to.deep.equal(["linearizable"]);
        });

        it("wants the last acknowledged write to be there after healing", () => {
            const history = (value: number | null, reported: readonly number[]): History =>
                historyOf(
                    [
                        { call: write(1), at: [0, 1] },
                        { call: write(2), at: [2, 3] },
                    ],
                    {
                        final: { us: { profiles: { k: value } } },
                        reported: reported.map((lost) => ({
                            kind: "profile",
                            key: "k",
                            value: lost,
                        })),
                    },
                );
            expect(found(history(2, []))).to.deep.equal([]);
            expect(found(history(1, []))).to.deep.equal(["profile-lost"]);
            expect(found(history(1, [2]))).to.deep.equal([]);
            expect(found(history(null, [2]))).to.deep.equal(["profile-lost"]);
        });

        it("wants a session never to read what is older than it has written or read", () => {
            const history = (...values: (number | null)[]): History =>
                historyOf([
                    { call: write(1), at: [0, 1] },
                    { call: write(2), at: [2, 3] },
                    ...values.map((value, index) => ({
                        call: read(false),
                        at: [4 + index * 2, 5 + index * 2] as const,
                        session: "reader",
                        result: ok(value),
                    })),
                ]);
            expect(found(history(null, 1, 2))).to.deep.equal([]);
            expect(found(history(2, 1))).to.deep.equal(["monotonic-reads"]);
            expect(found(history(1, null))).to.deep.equal(["monotonic-reads"]);
            expect(
                found(
                    historyOf([
                        { call: write(1), at: [0, 1] },
                        { call: read(false), at: [2, 3], region: "eu", result: ok(null) },
                    ]),
                ),
            ).to.deep.equal(["read-your-writes"]);
        });
    });

    it("wants all regions to hold the same after healing", () => {
        const final = {
            us: { profiles: { k: 1 }, carts: { c: { mug: 1 } } },
            eu: { profiles: { k: 2 }, carts: { c: { mug: 1 } } },
        };
        expect(check(historyOf([], { final }))).to.deep.equal([
            {
                check: "converged",
                kind: "profile",
                key: "k",
                message: "regions differ after healing: us 1, eu 2",
                operations: [],
            },
        ]);
    });
});
