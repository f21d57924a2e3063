import { expect } from "chai";
import fc from "fast-check";

import {
    mergeRegisters,
    type Json,
    type LwwRegister,
} from "../../../../runtime/consistency/crdt/lwwRegister";
import { compareTimestamps, HybridClock } from "../../../../runtime/consistency/hybridClock";
import { itKeepsTheLaws, replicas, type Replicated } from "../support/laws";

const register: Replicated<LwwRegister<Json>, { value: Json; wallMs: number }> = {
    initial: { value: null, at: { wallMs: 0, logical: 0 }, replica: "none" },
    operations: fc.record({ value: fc.jsonValue() as fc.Arbitrary<Json>, wallMs: fc.nat(5) }),
    delta: (state, replica, { value, wallMs }) => ({
        value,
        at: new HybridClock({
            physicalMs: () => wallMs,
            maxAheadMs: 1000,
            last: state.at,
        }).now(),
        replica,
    }),
    merge: mergeRegisters,
    atMost: (a, b) => {
        const byTime = compareTimestamps(a.at, b.at);
        if (byTime !== 0 || a.replica !== b.replica) {
            return byTime < 0 || (byTime === 0 && a.replica < b.replica);
        }
        return JSON.stringify(a.value) <= JSON.stringify(b.value);
    },
};

describe("a last-writer-wins register", () => {
    itKeepsTheLaws(register, 10_000);

    it("keeps the write that has seen the other one, though its machine's clock is behind", () => {
        const ahead = new HybridClock({ physicalMs: () => 1040, maxAheadMs: 50 });
        const behind = new HybridClock({ physicalMs: () => 1000, maxAheadMs: 50 });
        const first = { value: "old", at: ahead.now(), replica: "us-east-1" };
        const second = { value: "new", at: behind.update(first.at), replica: "eu-west-1" };
        expect(mergeRegisters(first, second).value).to.equal("new");
        expect(mergeRegisters(second, first).value).to.equal("new");
    });

    it("breaks a tie by the replica", () => {
        const at = { wallMs: 7, logical: 1 };
        const [a, b] = replicas.map((replica) => ({ value: replica, at, replica })) as [
            LwwRegister<string>,
            LwwRegister<string>,
        ];
        expect(mergeRegisters(a, b)).to.equal(b);
        expect(mergeRegisters(b, a)).to.equal(b);
    });

    it("chooses the same everywhere when a writer forgot its clock", () => {
        const at = { wallMs: 7, logical: 1 };
        const [a, b] = [1, 2].map((value) => ({ value, at, replica: "us-east-1" })) as [
            LwwRegister<number>,
            LwwRegister<number>,
        ];
        expect(mergeRegisters(a, b)).to.equal(mergeRegisters(b, a));
    });
});
