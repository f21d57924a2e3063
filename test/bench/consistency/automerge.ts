import * as A from "@automerge/automerge";

import { asBytes, entryKey, sumByLine, type Carts, type Counters, type Sides } from "./library";
import type { CounterChange, LineChange } from "./workload";

/** Another document, which is merged, or changes of it, which are applied. */
type Incoming<T> = A.Doc<T> | readonly A.Change[];

/** What is built twice is the same document: else Automerge finds two changes of one number. */
const timeless = { time: 0 };

type Lines = Record<string, number>;
interface Counted {
    count: A.Counter;
}

/** Entries by line and replica, as integers: Automerge's own counters cannot be removed and kept at once. */
export const automergeCarts: Carts<A.Doc<Lines>, Incoming<Lines>> = {
    name: "@automerge/automerge",
    build: ({ replicas, shared, mine, theirs }) => {
        const put = (doc: A.Doc<Lines>, changes: readonly LineChange[]): A.Doc<Lines> =>
            A.change(doc, timeless, (lines) => {
                for (const { replica, sku, amount } of changes) {
                    if (amount > 0) {
                        lines[entryKey(sku, replica)] = amount;
                        continue;
                    }
                    for (const one of replicas) {
                        delete lines[entryKey(sku, one)];
                    }
                }
            });
        return sidesOf(
            A.init<Lines>(actor(99)),
            replicas,
            (doc, replica) =>
                put(
                    doc,
                    shared.filter((one) => one.replica === replica),
                ),
            (doc) => put(doc, mine),
            (doc) => put(doc, theirs),
        );
    },
    ...documents<Lines>((doc) => sumByLine(Object.entries(doc))),
};

export const automergeCounters: Counters<A.Doc<Counted>, Incoming<Counted>> = {
    name: "@automerge/automerge",
    build: ({ replicas, shared, mine, theirs }) => {
        const change = (doc: A.Doc<Counted>, by: number): A.Doc<Counted> =>
            A.change(doc, timeless, (state) => state.count.increment(by));
        const difference = (after: CounterChange): number => {
            const before = shared.find(({ replica }) => replica === after.replica);
            return after.added - after.removed - ((before?.added ?? 0) - (before?.removed ?? 0));
        };
        return sidesOf(
            A.change(A.init<Counted>(actor(99)), timeless, (state) => {
                state.count = new A.Counter(0);
            }),
            replicas,
            (doc, replica) =>
                shared
                    .filter((one) => one.replica === replica)
                    .reduce((sum, one) => change(change(sum, one.added), -one.removed), doc),
            (doc) => change(doc, difference(mine)),
            (doc) => change(doc, difference(theirs)),
        );
    },
    ...documents<Counted>((doc) => ({ count: doc.count.value })),
};

/** What a document does, whatever is in it. */
function documents<T>(value: (doc: A.Doc<T>) => Readonly<Record<string, number>>) {
    return {
        value,
        merge: (doc: A.Doc<T>, theirs: Incoming<T>): A.Doc<T> =>
            isChanges(theirs) ? A.applyChanges(doc, [...theirs])[0] : A.merge(doc, theirs),
        copy: (doc: A.Doc<T>): A.Doc<T> => A.clone(doc),
        stored: (doc: A.Doc<T>): Uint8Array => A.save(doc),
        mergeStored: (mine: Uint8Array | string, theirs: Uint8Array | string): Uint8Array =>
            A.save(A.merge(A.load<T>(asBytes(mine)), A.load<T>(asBytes(theirs)))),
    };
}

function isChanges<T>(incoming: Incoming<T>): incoming is readonly A.Change[] {
    return Array.isArray(incoming);
}

function sidesOf<T>(
    empty: A.Doc<T>,
    replicas: readonly string[],
    first: (doc: A.Doc<T>, replica: string) => A.Doc<T>,
    atMine: (doc: A.Doc<T>) => A.Doc<T>,
    atTheirs: (doc: A.Doc<T>) => A.Doc<T>,
): Sides<A.Doc<T>, Incoming<T>> {
    const shared = replicas
        .map((replica, index) => first(A.clone(empty, actor(index)), replica))
        .reduce((all, one) => A.merge(all, one), A.clone(empty, actor(98)));
    const mine = atMine(A.clone(shared, actor(0)));
    const theirs = atTheirs(A.clone(shared, actor(1)));
    return { mine, theirs, whole: theirs, delta: A.getChanges(shared, theirs) };
}

/** A byte for each; the library's own choice is 16. */
function actor(index: number): string {
    return index.toString(16).padStart(2, "0");
}
