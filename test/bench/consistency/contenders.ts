import * as vectorclock from "vectorclock";

import { mergeMaps } from "../../../runtime/consistency/crdt/orMap";
import { VersionVector } from "../../../runtime/consistency/versionVector";
import type { Contender } from "../measure";
import { automergeCarts, automergeCounters } from "./automerge";
import type { AnyReplicated } from "./library";
import { orbitdbCrdts } from "./orbitdbCrdts";
import { ourCarts, ourCounters } from "./ours";
import type { CartScript, CounterScript } from "./workload";
import { vectorPair } from "./workload";
import { yjsCarts, yjsCounters } from "./yjs";

/** What of the other side is merged; `stored` is both sides, read, merged and written. */
export type Mode = "whole" | "delta" | "stored";

export interface Libraries {
    readonly carts: readonly AnyReplicated<CartScript>[];
    readonly counters: readonly AnyReplicated<CounterScript>[];
}

/** Ours first. */
export async function libraries(): Promise<Libraries> {
    const crdts = await orbitdbCrdts();
    return {
        carts: [ourCarts, yjsCarts, automergeCarts, crdts.carts],
        counters: [ourCounters, yjsCounters, automergeCounters, crdts.counters],
    };
}

/** Merges of two states, each into a state of its own. */
export function mergeContender<Script>(
    library: AnyReplicated<Script>,
    script: Script,
    mode: Mode,
): Contender {
    const { mine, theirs, whole, delta } = library.build(script);
    const [myStored, theirStored] = [library.stored(mine), library.stored(theirs)];
    return {
        name: library.name,
        prepare: (operations) => {
            if (mode === "stored") {
                return () => {
                    let last: unknown;
                    for (let i = 0; i < operations; i++) {
                        last = library.mergeStored(myStored, theirStored);
                    }
                    return last;
                };
            }
            const states: unknown[] = Array.from({ length: operations }, () => library.copy(mine));
            const other: unknown = mode === "whole" ? whole : delta;
            return () => {
                let last: unknown;
                for (const state of states) {
                    last = library.merge(state, other);
                }
                return last;
            };
        },
    };
}

/** Ours alone: what grows with what. */
export function ourMerge(script: CartScript): Contender {
    const { mine, whole } = ourCarts.build(script);
    return repeated("meridian", () => mergeMaps(mine, whole));
}

const orders = ["before", "after", "equal", "concurrent"] as const;

/** An operation is one comparison, of pairs that stand to each other in every way there is, in turn. */
export function compareContenders(replicas: readonly string[]): readonly Contender[] {
    const pairs = orders.map((order) => vectorPair(replicas, order));
    const ours = pairs.map(
        ([a, b]) => [VersionVector.parse(text(a)), VersionVector.parse(text(b))] as const,
    );
    return [
        inTurn("meridian", ours, ([a, b]) => a.compare(b)),
        // Alone, it does not tell equal from concurrent; what would is not counted.
        inTurn("vectorclock", pairs, ([a, b]) => vectorclock.compare(a, b)),
    ];
}

export function vectorText(replicas: readonly string[]): {
    readonly ours: string;
    readonly theirs: string;
} {
    const [clock] = vectorPair(replicas, "equal");
    return { ours: VersionVector.of(clock).toString(), theirs: JSON.stringify(clock) };
}

function text(clock: Readonly<Record<string, number>>): string {
    return VersionVector.of(clock).toString();
}

function inTurn<T>(
    name: string,
    inputs: readonly T[],
    operation: (input: T) => unknown,
): Contender {
    return {
        name,
        prepare: (operations) => () => {
            let last: unknown;
            for (let i = 0; i < operations; i++) {
                last = operation(inputs[i % inputs.length] as T);
            }
            return last;
        },
    };
}

function repeated(name: string, operation: () => unknown): Contender {
    return inTurn(name, [undefined], operation);
}
