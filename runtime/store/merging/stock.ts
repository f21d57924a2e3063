import {
    boundedCounterValue,
    emptyBoundedCounter,
    grantRights,
    InsufficientRightsError,
    mergeBoundedCounters,
    rightsOf,
    transferRights,
    useRights,
    type BoundedCounter,
} from "../../consistency/crdt/boundedCounter";
import { boundedCounterCodec } from "../codec/states";
import type { Mergeable } from "./mergeable";

/** Amounts are integers of at least 1. `open` grants a region its first share, if it has been granted none. */
export type Operation =
    | { readonly op: "open"; readonly amount: number }
    | { readonly op: "grant"; readonly amount: number }
    | { readonly op: "take"; readonly amount: number }
    | { readonly op: "transfer"; readonly to: string; readonly amount: number };

export interface StockLevel {
    /** What is left in all regions, as far as the reader's region has heard: a hint. */
    readonly left: number;
    /** What the reader's region may take: a promise, as long as nobody takes it first. */
    readonly available: number;
    /** Regions that have been granted a share, sorted: of the others nobody knows what they will have. */
    readonly opened: readonly string[];
}

/** Stock: what a region takes comes out of its own share, so that nobody sells what is not there. */
export const stock: Mergeable<BoundedCounter, Operation, StockLevel> = {
    empty: emptyBoundedCounter,
    codec: boundedCounterCodec,
    merge: mergeBoundedCounters,
    apply: (state, operation, { region }) => {
        try {
            return { kind: "delta", delta: apply(state, operation, region) };
        } catch (error) {
            if (error instanceof InsufficientRightsError) {
                return {
                    kind: "refused",
                    reason: "insufficient-rights",
                    wanted: error.wanted,
                    available: error.rights,
                };
            }
            throw error;
        }
    },
    value: (state, region) => ({
        left: boundedCounterValue(state),
        available: rightsOf(state, region),
        opened: [...state.granted.keys()].sort(),
    }),
};

function apply(state: BoundedCounter, operation: Operation, region: string): BoundedCounter {
    switch (operation.op) {
        case "open":
            return state.granted.has(region)
                ? emptyBoundedCounter
                : grantRights(state, region, operation.amount);
        case "grant":
            return grantRights(state, region, operation.amount);
        case "take":
            return useRights(state, region, operation.amount);
        case "transfer":
            return transferRights(state, region, operation.to, operation.amount);
    }
}
