import { asText, entryKey, sumByLine, type Carts, type Counters } from "./library";
import type { LineChange } from "./workload";

type Crdts = typeof import("crdts", { with: { "resolution-mode": "import" } });
type OrSet = InstanceType<Crdts["ORSet"]>;
type PnCounter = InstanceType<Crdts["PNCounter"]>;

/** The package is an ES module, which can only be waited for. */
export async function orbitdbCrdts(): Promise<{
    readonly carts: Carts<OrSet, OrSet>;
    readonly counters: Counters<PnCounter, PnCounter>;
}> {
    const { ORSet, PNCounter } = await import("crdts");
    const merged = (...sets: readonly OrSet[]): OrSet => {
        const all = new ORSet();
        sets.forEach((set) => all.merge(set));
        return all;
    };
    // A set that was read cannot be merged into itself: the library forgets which elements it has.
    const read = (text: string): OrSet =>
        ORSet.from(JSON.parse(text) as ReturnType<OrSet["toJSON"]>);
    const reread = (set: OrSet): OrSet => merged(read(JSON.stringify(set.toJSON())));
    return {
        /** A set has no values by key: its elements are entries with the amount in them, replaced by others. */
        carts: {
            name: "crdts",
            build: ({ shared, mine, theirs }) => {
                let dot = 0;
                const put = (set: OrSet, changes: readonly LineChange[]): OrSet => {
                    for (const { replica, sku, amount } of changes) {
                        const old = [...set.values()].filter((element) =>
                            amount > 0
                                ? element.startsWith(`${entryKey(sku, replica)}/`)
                                : element.startsWith(`${sku}/`),
                        );
                        old.forEach((element) => set.remove(element));
                        if (amount > 0) {
                            set.add(`${entryKey(sku, replica)}/${amount}`, `${replica}:${++dot}`);
                        }
                    }
                    return set;
                };
                const all = new ORSet();
                shared.forEach(({ replica, sku, amount }) =>
                    all.add(`${entryKey(sku, replica)}/${amount}`, `${replica}:${++dot}`),
                );
                const their = put(merged(all), theirs);
                const delta = put(new ORSet(), []);
                const changed = new Set(theirs.map(({ sku }) => sku));
                // The set's changes are whole elements with all their tags.
                delta.merge({
                    _operations: their._operations.filter(({ value }) =>
                        changed.has(value.slice(0, value.indexOf("/"))),
                    ),
                });
                return {
                    mine: reread(put(merged(all), mine)),
                    theirs: reread(their),
                    whole: reread(their),
                    delta: reread(delta),
                };
            },
            merge: (mine, theirs) => {
                mine.merge(theirs);
                return mine;
            },
            copy: (set) => merged(set),
            stored: (set) => JSON.stringify(set.toJSON()),
            mergeStored: (mine, theirs) =>
                JSON.stringify(merged(read(asText(mine)), read(asText(theirs))).toJSON()),
            value: (set) =>
                sumByLine(
                    [...set.values()].map((element): [string, number] => [
                        element,
                        Number(element.slice(element.lastIndexOf("/") + 1)),
                    ]),
                ),
        },
        counters: {
            name: "crdts",
            build: ({ shared, mine, theirs }) => {
                const sideOf = (change: typeof mine): PnCounter => {
                    const figures = [...shared.filter((o) => o.replica !== change.replica), change];
                    return new PNCounter(
                        change.replica,
                        Object.fromEntries(figures.map((o) => [o.replica, o.added])),
                        Object.fromEntries(figures.map((o) => [o.replica, o.removed])),
                    );
                };
                const their = sideOf(theirs);
                const delta = new PNCounter(
                    theirs.replica,
                    { [theirs.replica]: theirs.added },
                    { [theirs.replica]: theirs.removed },
                );
                return { mine: sideOf(mine), theirs: their, whole: their, delta };
            },
            merge: (mine, theirs) => {
                mine.merge(theirs);
                return mine;
            },
            copy: ({ id, p, n }) => new PNCounter(id, { ...p._counters }, { ...n._counters }),
            stored: (counter) => JSON.stringify(counter.toJSON()),
            mergeStored: (mine, theirs) => {
                const [one, two] = [mine, theirs].map((stored) =>
                    PNCounter.from(JSON.parse(asText(stored)) as ReturnType<PnCounter["toJSON"]>),
                ) as [PnCounter, PnCounter];
                one.merge(two);
                return JSON.stringify(one.toJSON());
            },
            value: (counter) => ({ count: counter.value }),
        },
    };
}
