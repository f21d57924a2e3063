import { checkReplica } from "../replica";
import { checkAmount, mergeMaxima, sumOf } from "./amount";

/**
 * A counter that every replica may raise and lower: what each replica added in all, and what it took away.
 * Both only grow, so that the greater figure is the newer one. A delta is a state with one entry.
 *
 * Storage and merge are O(replicas), not O(1). It may go below zero: for what must not, `BoundedCounter`.
 * Only the replica itself changes its entries, one change after the other.
 *
 * @see Shapiro et al., INRIA RR-7506, 2011, section 3.1.3; Almeida, Shoker and Baquero, "Delta State
 *   Replicated Data Types", J. Parallel Distrib. Comput. 111, 2018, for the deltas
 */
export interface PnCounter {
    readonly added: ReadonlyMap<string, number>;
    readonly removed: ReadonlyMap<string, number>;
}

export const zeroCounter: PnCounter = { added: new Map(), removed: new Map() };

/**
 * The delta of a change by a replica: merge it here and send it to the others.
 *
 * @param change an integer; negative to lower
 * @throws AmountError when it, or the replica's sum, is no safe integer; ReplicaNameError
 */
export function changeCounter(counter: PnCounter, replica: string, change: number): PnCounter {
    checkReplica(replica);
    const amount = checkAmount("a change", Math.abs(change), 0);
    const side = change < 0 ? "removed" : "added";
    const sum = (counter[side].get(replica) ?? 0) + amount;
    checkAmount(`what ${replica} has ${side}`, sum, 0);
    return { ...zeroCounter, [side]: sum === 0 ? new Map() : new Map([[replica, sum]]) };
}

export function mergeCounters(a: PnCounter, b: PnCounter): PnCounter {
    return {
        added: mergeMaxima(a.added, b.added),
        removed: mergeMaxima(a.removed, b.removed),
    };
}

/** @throws AmountError when the sum of all replicas is no safe integer */
export function counterValue({ added, removed }: PnCounter): number {
    const value = sumOf(added) - sumOf(removed);
    return value < 0
        ? -checkAmount("the opposite of a counter", -value, 0)
        : checkAmount("a counter", value, 0);
}
