import { compareTimestamps, type HybridTimestamp } from "../hybridClock";
import { compareText } from "../replica";

/** What a register can hold. */
export type Json =
    string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A value, with when and by whom it was written. A write is a state of its own, and the delta as well. */
export interface LwwRegister<T extends Json> {
    readonly value: T;
    readonly at: HybridTimestamp;
    /** Whose clock it was. Each writer needs a name of its own, or a tie says nothing. */
    readonly replica: string;
}

/**
 * The later write; of two at the same timestamp, the one whose replica comes later in the alphabet.
 *
 * The earlier one is lost, silently: right where the last word counts (an address, a setting), wrong for
 * what adds up. By a hybrid clock, a write that has seen another one always wins over it, however the
 * machines' clocks differ. O(1), but for the texts of two values that have one stamp, which only a writer
 * that forgot its clock can make: they are compared so that all replicas still choose the same.
 *
 * @see Shapiro, Preguiça, Baquero and Zawirski, "A comprehensive study of Convergent and Commutative
 *   Replicated Data Types", INRIA RR-7506, 2011, section 3.2.1
 */
export function mergeRegisters<T extends Json>(
    a: LwwRegister<T>,
    b: LwwRegister<T>,
): LwwRegister<T> {
    return compareRegisters(a, b) >= 0 ? a : b;
}

/** Negative, 0 or positive, as `b` wins, they are the same, or `a` wins. */
export function compareRegisters<T extends Json>(a: LwwRegister<T>, b: LwwRegister<T>): number {
    return (
        compareTimestamps(a.at, b.at) ||
        compareText(a.replica, b.replica) ||
        compareText(JSON.stringify(a.value), JSON.stringify(b.value))
    );
}
