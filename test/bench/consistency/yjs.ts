import * as Y from "yjs";

import { asBytes, entryKey, sumByLine, type Carts, type Counters, type Sides } from "./library";
import type { LineChange } from "./workload";

/** Yjs has no counters: a replica's figures are entries that it alone writes, in a map. */
export const yjsCarts: Carts<Y.Doc, Uint8Array> = {
    name: "yjs",
    build: ({ replicas, shared, mine, theirs }) => {
        const put = (doc: Y.Doc, changes: readonly LineChange[]): void =>
            doc.transact(() => {
                const lines = doc.getMap<number>("lines");
                for (const { replica, sku, amount } of changes) {
                    if (amount > 0) {
                        lines.set(entryKey(sku, replica), amount);
                    } else {
                        replicas.forEach((one) => lines.delete(entryKey(sku, one)));
                    }
                }
            });
        return sidesOf(
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
    ...documents((doc) => sumByLine(doc.getMap<number>("lines").entries())),
};

export const yjsCounters: Counters<Y.Doc, Uint8Array> = {
    name: "yjs",
    build: ({ replicas, shared, mine, theirs }) => {
        const put = (doc: Y.Doc, { replica, added, removed }: (typeof shared)[number]): void =>
            doc.transact(() => {
                const figures = doc.getMap<number>("figures");
                for (const [key, value] of [
                    [`+${replica}`, added],
                    [`-${replica}`, removed],
                ] as const) {
                    if (figures.get(key) !== value) {
                        figures.set(key, value);
                    }
                }
            });
        return sidesOf(
            replicas,
            (doc, replica) =>
                shared.filter((one) => one.replica === replica).forEach((one) => put(doc, one)),
            (doc) => put(doc, mine),
            (doc) => put(doc, theirs),
        );
    },
    ...documents((doc) => {
        let count = 0;
        for (const [key, value] of doc.getMap<number>("figures").entries()) {
            count += key.startsWith("+") ? value : -value;
        }
        return { count };
    }),
};

/** What a document does, whatever is in it. */
function documents(value: (doc: Y.Doc) => Readonly<Record<string, number>>) {
    return {
        value,
        // What the other side encodes is not counted.
        merge: (doc: Y.Doc, update: Uint8Array): Y.Doc => {
            Y.applyUpdate(doc, update);
            return doc;
        },
        copy: (doc: Y.Doc): Y.Doc => loaded(Y.encodeStateAsUpdate(doc), doc.clientID),
        stored: (doc: Y.Doc): Uint8Array => Y.encodeStateAsUpdate(doc),
        // Two updates become one without a document, which is the fastest way.
        mergeStored: (mine: Uint8Array | string, theirs: Uint8Array | string): Uint8Array =>
            Y.mergeUpdates([asBytes(mine), asBytes(theirs)]),
    };
}

function sidesOf(
    replicas: readonly string[],
    first: (doc: Y.Doc, replica: string) => void,
    atMine: (doc: Y.Doc) => void,
    atTheirs: (doc: Y.Doc) => void,
): Sides<Y.Doc, Uint8Array> {
    const shared = Y.mergeUpdates(
        replicas.map((replica, index) => {
            const doc = loaded(undefined, index + 1);
            first(doc, replica);
            return Y.encodeStateAsUpdate(doc);
        }),
    );
    // Small numbers; the library's own choice is any of 32 bits, which would be stored as such.
    const [mine, theirs] = [loaded(shared, 1), loaded(shared, 2)];
    atMine(mine);
    atTheirs(theirs);
    return {
        mine,
        theirs,
        whole: Y.encodeStateAsUpdate(theirs),
        delta: Y.encodeStateAsUpdate(theirs, Y.encodeStateVector(mine)),
    };
}

function loaded(update: Uint8Array | undefined, clientID: number): Y.Doc {
    const doc = new Y.Doc();
    if (update !== undefined) {
        Y.applyUpdate(doc, update);
    }
    // Afterwards: it warns of an update by a client of its own name, and takes another one.
    doc.clientID = clientID;
    return doc;
}
