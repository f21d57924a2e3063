import { CausalContext, joinStores, type DotStore } from "../causalContext";
import { formatDot, hasDot, parseDot } from "../dottedVersion";
import { VersionVector } from "../versionVector";

/**
 * A set whose removals are told by tombstones, and whose tombstones are collected once nobody can need
 * them any more.
 *
 * A removal is an update like an addition, with a dot of its own and the additions it removes. A replica
 * that was away and is caught up by `catchUp` learns of it from the tombstone alone: collected after a
 * fixed time, it would leave that replica with an element that nobody else has. So a tombstone waits for
 * **causal stability**: every member has acknowledged both the removal and what it removes. One member
 * that is away holds all of them; for how long is its operator's choice, who takes it out of the members
 * and has it begin anew from a full state.
 *
 * An addition wins over a removal that has not seen it. Adding what is there already changes nothing: a
 * removal under way still removes it.
 *
 * Storage is O(elements x replicas + removals that some member has not acknowledged + members x replicas);
 * merge is linear in both.
 *
 * @see Shapiro et al., INRIA RR-7506, 2011, section 3.3.5, for the set; Baquero, Almeida and Shoker, "Making
 *   Operation-Based CRDTs Operation-Based", DAIS 2014, for causal stability
 */
export interface TombstoneSet {
    /** Elements, by the dot of their addition. */
    readonly added: DotStore<string>;
    /** The additions that were removed, by the dot of the removal. */
    readonly tombstones: DotStore<readonly string[]>;
    readonly heard: CausalContext;
    /** What each replica has said that it has heard of. */
    readonly acknowledged: ReadonlyMap<string, VersionVector>;
}

export const emptySet: TombstoneSet = {
    added: new Map(),
    tombstones: new Map(),
    heard: CausalContext.empty,
    acknowledged: new Map(),
};

/** Thrown when tombstones are to be collected without anybody to wait for. */
export class NoMembersError extends Error {
    override readonly name = "NoMembersError";
    constructor() {
        super("tombstones cannot be collected for no members: name every replica that has the set");
    }
}

/** The delta of adding an element at a replica. @throws ReplicaNameError */
export function addElement(set: TombstoneSet, replica: string, element: string): TombstoneSet {
    if (elements(set).has(element)) {
        return emptySet;
    }
    const dot = formatDot(set.heard.next(replica));
    return { ...emptySet, added: new Map([[dot, element]]), heard: CausalContext.of([dot]) };
}

/** The delta of removing an element, as far as it is seen, at a replica. @throws ReplicaNameError */
export function removeElement(set: TombstoneSet, replica: string, element: string): TombstoneSet {
    const targets = [...set.added].filter(([, one]) => one === element).map(([dot]) => dot);
    if (targets.length === 0) {
        return emptySet;
    }
    const dot = formatDot(set.heard.next(replica));
    return {
        ...emptySet,
        tombstones: new Map([[dot, targets.sort()]]),
        heard: CausalContext.of([dot]),
    };
}

/** The delta by which a replica says what it has heard of, without gaps. */
export function acknowledge(set: TombstoneSet, replica: string): TombstoneSet {
    return { ...emptySet, acknowledged: new Map([[replica, set.heard.vector]]) };
}

/**
 * The delta that drops the tombstones which every member has acknowledged.
 *
 * @param members every replica that has the set, the ones that are away included
 * @throws NoMembersError
 */
export function collectTombstones(set: TombstoneSet, members: readonly string[]): TombstoneSet {
    if (members.length === 0) {
        throw new NoMembersError();
    }
    const everybody = members.map((member) => set.acknowledged.get(member) ?? VersionVector.empty);
    const stable = [...set.tombstones].filter(([dot, targets]) =>
        everybody.every((vector) => coversAll(vector, [dot, ...targets])),
    );
    return {
        ...emptySet,
        heard: CausalContext.of(stable.flatMap(([dot, targets]) => [dot, ...targets])),
    };
}

/**
 * The delta with everything that somebody has not heard of, by the vector that they ask with: what is
 * there, and the tombstones of what is not. It is enough for a member, whose acknowledgements were waited
 * for; a newcomer begins with a full state.
 */
export function catchUp(set: TombstoneSet, known: VersionVector): TombstoneSet {
    const added = [...set.added].filter(([dot]) => !coversAll(known, [dot]));
    const tombstones = [...set.tombstones].filter(
        ([dot, targets]) => !coversAll(known, [dot, ...targets]),
    );
    return {
        added: new Map(added),
        tombstones: new Map(tombstones),
        heard: CausalContext.of([
            ...added.map(([dot]) => dot),
            ...tombstones.flatMap(([dot, targets]) => [dot, ...targets]),
        ]),
        acknowledged: set.acknowledged,
    };
}

export function mergeSets(a: TombstoneSet, b: TombstoneSet): TombstoneSet {
    const tombstones = joinStores(a.tombstones, a.heard, b.tombstones, b.heard);
    const removed = new Set([...tombstones.values()].flat());
    const added = joinStores(a.added, a.heard, b.added, b.heard);
    return {
        added: new Map([...added].filter(([dot]) => !removed.has(dot))),
        tombstones,
        heard: a.heard.merge(b.heard),
        acknowledged: mergeVectors(a.acknowledged, b.acknowledged),
    };
}

/** What is in the set. */
export function elements({ added }: TombstoneSet): ReadonlySet<string> {
    return new Set(added.values());
}

function coversAll(vector: VersionVector, dots: readonly string[]): boolean {
    return dots.every((dot) => hasDot(vector, parseDot(dot)));
}

function mergeVectors(
    a: ReadonlyMap<string, VersionVector>,
    b: ReadonlyMap<string, VersionVector>,
): ReadonlyMap<string, VersionVector> {
    const merged = new Map(a);
    for (const [replica, vector] of b) {
        merged.set(replica, merged.get(replica)?.merge(vector) ?? vector);
    }
    return merged;
}
