import { CausalContext, joinStores, type DotStore } from "../causalContext";
import { formatDot, parseDot } from "../dottedVersion";
import { compareText } from "../replica";
import { checkAmount } from "./amount";

/** What one replica contributes to a line's quantity. */
export interface Contribution {
    readonly key: string;
    readonly amount: number;
    /** Set in place of everything that was seen, and not added to it. */
    readonly isSet?: true;
}

/**
 * A map from keys to quantities, such as a cart's lines, that every replica may change: an observed-remove
 * map of counters. A replica's part of a quantity is one contribution, which its next change replaces;
 * the quantity is the sum of what was added and of the greatest that was set.
 *
 * **Adds win.** A removal takes away the contributions it has seen. A replica that changed the line
 * meanwhile keeps its own, with what it had before: a line that comes back can be removed again, a line
 * that is gone is a sale that nobody notices. There are no tombstones; what was removed is told by its
 * dot, which is heard of and not there.
 *
 * A replica is whatever makes its changes one after the other, such as a region that writes under a
 * condition. Storage and merge are O(lines x replicas); a delta is O(replicas) at most.
 *
 * @see Almeida, Shoker and Baquero, "Delta State Replicated Data Types", J. Parallel Distrib. Comput. 111,
 *   2018, section 7; DeCandia et al., "Dynamo: Amazon's Highly Available Key-value Store", SOSP 2007,
 *   section 4.4, for carts in which additions win
 */
export interface OrMap {
    readonly lines: DotStore<Contribution>;
    readonly heard: CausalContext;
}

export const emptyMap: OrMap = { lines: new Map(), heard: CausalContext.empty };

/**
 * The delta of a replica's change of a quantity. One that leaves nothing removes the line. Two replicas
 * that each add one make two.
 *
 * @param change an integer; negative to lower
 * @throws AmountError, ReplicaNameError
 */
export function changeLine(map: OrMap, replica: string, key: string, change: number): OrMap {
    checkAmount("a change", Math.abs(change), 0);
    const quantity = checkAmount("a quantity", Math.max(0, quantityOf(map, key) + change), 0);
    if (quantity === 0) {
        return removeLine(map, key);
    }
    const isOwn = ([each]: readonly [string, Contribution]): boolean =>
        parseDot(each).replica === replica;
    const all = contributions(map, key);
    const own = all.filter(isOwn).map(([each]) => each);
    const others = sumOf(all.filter((one) => !isOwn(one)).map(([, one]) => one));
    // Concurrent decreases may have left less than nothing, which reads as 0 and is made up for here.
    const amount = quantity - others;
    checkAmount("a contribution's size", Math.abs(amount), 0);
    const dot = formatDot(map.heard.next(replica));
    return { lines: new Map([[dot, { key, amount }]]), heard: CausalContext.of([dot, ...own]) };
}

/**
 * The delta of a replica's setting a quantity in place of what it sees. Of two replicas that set 3 and 4
 * without knowing of each other the greater counts, so that setting one quantity again, through another
 * replica that has not heard of the first time, changes nothing. They are no changes by a difference, which
 * would add up to less than anybody has set, or to no line at all: 5 lowered to 1 here and to 3 there.
 *
 * @param quantity an integer, 0 or more; 0 removes the line
 * @throws AmountError, ReplicaNameError
 */
export function setLine(map: OrMap, replica: string, key: string, quantity: number): OrMap {
    checkAmount("a quantity", quantity, 0);
    if (quantity === 0) {
        return removeLine(map, key);
    }
    const dot = formatDot(map.heard.next(replica));
    const seen = contributions(map, key).map(([each]) => each);
    return {
        lines: new Map([[dot, { key, amount: quantity, isSet: true }]]),
        heard: CausalContext.of([dot, ...seen]),
    };
}

/** The delta of removing a line as it is seen. */
export function removeLine(map: OrMap, key: string): OrMap {
    return {
        lines: new Map(),
        heard: CausalContext.of(contributions(map, key).map(([dot]) => dot)),
    };
}

/** Fastest with the greater one first: a delta changes a state, and not the other way round. */
export function mergeMaps(a: OrMap, b: OrMap): OrMap {
    return {
        lines: joinStores(a.lines, a.heard, b.lines, b.heard),
        heard: a.heard.merge(b.heard),
    };
}

/** 0 where there is no line. */
export function quantityOf(map: OrMap, key: string): number {
    return Math.max(0, sumOf(contributions(map, key).map(([, one]) => one)));
}

/** Every line with a quantity above 0, sorted by key. O(lines log lines). */
export function quantities(map: OrMap): ReadonlyMap<string, number> {
    const added = new Map<string, number>();
    const set = new Map<string, number>();
    for (const { key, amount, isSet } of map.lines.values()) {
        if (isSet === true) {
            set.set(key, Math.max(set.get(key) ?? 0, amount));
        } else {
            added.set(key, (added.get(key) ?? 0) + amount);
        }
    }
    return new Map(
        [...new Set([...set.keys(), ...added.keys()])]
            .map((key): [string, number] => [key, (set.get(key) ?? 0) + (added.get(key) ?? 0)])
            .filter(([, quantity]) => quantity > 0)
            .sort(([a], [b]) => compareText(a, b)),
    );
}

/** What contributions to one line come to. */
function sumOf(line: readonly Contribution[]): number {
    let [greatest, added] = [0, 0];
    for (const { amount, isSet } of line) {
        if (isSet === true) {
            greatest = Math.max(greatest, amount);
        } else {
            added += amount;
        }
    }
    return greatest + added;
}

function contributions(map: OrMap, key: string): readonly [string, Contribution][] {
    const own: [string, Contribution][] = [];
    for (const entry of map.lines) {
        if (entry[1].key === key) {
            own.push(entry);
        }
    }
    return own;
}
