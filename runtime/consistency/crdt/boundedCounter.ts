import { checkReplica } from "../replica";
import { checkAmount, mergeMaxima, sumOf } from "./amount";

/** Thrown when a replica would use or give away more than it has the right to. */
export class InsufficientRightsError extends Error {
    override readonly name = "InsufficientRightsError";
    constructor(
        readonly replica: string,
        readonly wanted: number,
        readonly rights: number,
    ) {
        super(
            `${replica} may take ${rights}, not ${wanted}: have another replica transfer it some of its rights`,
        );
    }
}

/**
 * A counter that never goes below zero, in whatever region it is lowered and whoever cannot be reached:
 * stock, seats, coupons. What is there is divided beforehand into rights (an escrow), and a replica lowers
 * the counter against its own rights alone. Rights move by transfers; the rights of a region that is lost
 * are frozen until it is back.
 *
 * Every figure only grows and is changed by one replica alone, one change after the other: a replica that
 * forgets what it used would use it twice. Storage and merge are O(replicas + pairs that transferred), at
 * most O(replicas^2). A delta is a state with one entry.
 *
 * @see O'Neil, "The Escrow Transactional Method", ACM TODS 11(4), 1986; Balegas et al., "Extending
 *   Eventually Consistent Cloud Databases for Enforcing Numeric Invariants", SRDS 2015
 */
export interface BoundedCounter {
    /** What each replica has put in. */
    readonly granted: ReadonlyMap<string, number>;
    /** What each replica has given another one, by `<from>/<to>`. */
    readonly transferred: ReadonlyMap<string, number>;
    /** What each replica has taken out. */
    readonly used: ReadonlyMap<string, number>;
}

export const emptyBoundedCounter: BoundedCounter = {
    granted: new Map(),
    transferred: new Map(),
    used: new Map(),
};

/** The delta of putting some in: the replica may use it. @throws AmountError, ReplicaNameError */
export function grantRights(
    counter: BoundedCounter,
    replica: string,
    amount: number,
): BoundedCounter {
    return { ...emptyBoundedCounter, granted: raised(counter.granted, replica, amount, [replica]) };
}

/** The delta of taking some out. @throws InsufficientRightsError, AmountError, ReplicaNameError */
export function useRights(
    counter: BoundedCounter,
    replica: string,
    amount: number,
): BoundedCounter {
    const used = raised(counter.used, replica, amount, [replica]);
    checkRights(counter, replica, amount);
    return { ...emptyBoundedCounter, used };
}

/**
 * The delta of a replica giving some of its rights to another one, which has them once it hears of it.
 *
 * @throws InsufficientRightsError, AmountError, ReplicaNameError
 */
export function transferRights(
    counter: BoundedCounter,
    from: string,
    to: string,
    amount: number,
): BoundedCounter {
    const transferred = raised(counter.transferred, `${from}/${to}`, amount, [from, to]);
    checkRights(counter, from, amount);
    return { ...emptyBoundedCounter, transferred };
}

export function mergeBoundedCounters(a: BoundedCounter, b: BoundedCounter): BoundedCounter {
    return {
        granted: mergeMaxima(a.granted, b.granted),
        transferred: mergeMaxima(a.transferred, b.transferred),
        used: mergeMaxima(a.used, b.used),
    };
}

/**
 * What a replica may use, as far as this state knows. Of its own rights a replica knows every decrease and
 * perhaps not yet every increase, so that it never takes them for more than they are.
 */
export function rightsOf({ granted, transferred, used }: BoundedCounter, replica: string): number {
    let rights = (granted.get(replica) ?? 0) - (used.get(replica) ?? 0);
    for (const [pair, amount] of transferred) {
        const [from, to] = pair.split("/");
        rights += (to === replica ? amount : 0) - (from === replica ? amount : 0);
    }
    return rights;
}

/**
 * What is left in all, as far as this state knows; a use that is heard of before its grant makes it 0, not
 * less.
 *
 * @throws AmountError when the sum of all replicas is no safe integer
 */
export function boundedCounterValue({ granted, used }: BoundedCounter): number {
    return Math.max(0, sumOf(granted) - sumOf(used));
}

function checkRights(counter: BoundedCounter, replica: string, amount: number): void {
    const rights = rightsOf(counter, replica);
    if (amount > rights) {
        throw new InsufficientRightsError(replica, amount, rights);
    }
}

function raised(
    counters: ReadonlyMap<string, number>,
    key: string,
    amount: number,
    replicas: readonly string[],
): ReadonlyMap<string, number> {
    replicas.forEach(checkReplica);
    checkAmount("an amount", amount, 1);
    return new Map([[key, checkAmount("a sum", (counters.get(key) ?? 0) + amount, 1)]]);
}
