import {
    changeLine,
    emptyMap,
    mergeMaps,
    quantities,
    removeLine,
    setLine,
    type OrMap,
} from "../../consistency/crdt/orMap";
import { orMapCodec } from "../codec/states";
import type { Mergeable } from "./mergeable";

/** Amounts are integers; a line of 0 is removed. A line may be set again, anywhere: of what is set at once, the greater counts. */
export type Operation =
    | { readonly op: "change"; readonly line: string; readonly by: number }
    | { readonly op: "set"; readonly line: string; readonly quantity: number }
    | { readonly op: "remove"; readonly line: string };

/** A cart: quantities by line, in which an addition wins over a removal that has not seen it. */
export const cart: Mergeable<OrMap, Operation, ReadonlyMap<string, number>> = {
    empty: emptyMap,
    codec: orMapCodec,
    merge: mergeMaps,
    apply: (state, operation, { region }) => {
        switch (operation.op) {
            case "change":
                return delta(changeLine(state, region, operation.line, operation.by));
            case "set":
                return delta(setLine(state, region, operation.line, operation.quantity));
            case "remove":
                return delta(removeLine(state, operation.line));
        }
    },
    value: quantities,
};

function delta(state: OrMap): { readonly kind: "delta"; readonly delta: OrMap } {
    return { kind: "delta", delta: state };
}
