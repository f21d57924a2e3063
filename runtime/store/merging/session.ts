import type { Json } from "../../consistency/crdt/lwwRegister";
import {
    emptyRegisters,
    fieldsOf,
    mergeRegisterMaps,
    type RegisterMap,
} from "../../consistency/crdt/registerMap";
import { registerMapCodec } from "../codec/states";
import type { Mergeable } from "./mergeable";

/** `null` removes the field. */
export interface Operation {
    readonly op: "set";
    readonly field: string;
    readonly value: Json;
}

/** A session: fields of which each keeps its last write. */
export const session: Mergeable<RegisterMap, Operation, ReadonlyMap<string, Json>> = {
    empty: emptyRegisters,
    codec: registerMapCodec,
    merge: mergeRegisterMaps,
    apply: (_, { field, value }, { region, at }) => ({
        kind: "delta",
        delta: new Map([[field, { value, at, replica: region }]]),
    }),
    value: fieldsOf,
};
