import { expect } from "chai";
import fc from "fast-check";

import { compareRegisters, type Json } from "../../../../runtime/consistency/crdt/lwwRegister";
import {
    emptyRegisters,
    fieldsOf,
    mergeRegisterMaps,
    type RegisterMap,
} from "../../../../runtime/consistency/crdt/registerMap";
import { itKeepsTheLaws, type Replicated } from "../support/laws";

interface Operation {
    readonly field: string;
    readonly value: Json;
    readonly wallMs: number;
}

const sessions: Replicated<RegisterMap, Operation> = {
    initial: emptyRegisters,
    operations: fc.record({
        field: fc.constantFrom("name", "theme"),
        value: fc.constantFrom("a", "b", null),
        wallMs: fc.nat(5),
    }),
    delta: (_, replica, { field, value, wallMs }) =>
        new Map([[field, { value, at: { wallMs, logical: 0 }, replica }]]),
    merge: mergeRegisterMaps,
    atMost: (a, b) =>
        [...a].every(([field, register]) => {
            const other = b.get(field);
            return other !== undefined && compareRegisters(register, other) <= 0;
        }),
};

describe("a map of registers", () => {
    itKeepsTheLaws(sessions, 10_000);

    it("does not bring back a field that was removed later", () => {
        const at = (wallMs: number, value: Json): RegisterMap =>
            new Map([["theme", { value, at: { wallMs, logical: 0 }, replica: "eu-west-1" }]]);
        expect([...fieldsOf(mergeRegisterMaps(at(2, null), at(1, "dark")))]).to.deep.equal([]);
        expect([...fieldsOf(mergeRegisterMaps(at(2, null), at(3, "dark")))]).to.deep.equal([
            ["theme", "dark"],
        ]);
    });
});
