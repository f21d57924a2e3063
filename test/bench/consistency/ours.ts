import { CausalContext } from "../../../runtime/consistency/causalContext";
import {
    changeLine,
    mergeMaps,
    quantities,
    removeLine,
    type OrMap,
} from "../../../runtime/consistency/crdt/orMap";
import { packMap } from "../../../runtime/consistency/crdt/packedMap";
import { unpackMap } from "../../../runtime/consistency/crdt/unpackedMap";
import {
    changeCounter,
    counterValue,
    mergeCounters,
    zeroCounter,
    type PnCounter,
} from "../../../runtime/consistency/crdt/pnCounter";
import { asBytes, asText, type Carts, type Counters } from "./library";
import type { LineChange } from "./workload";

export const ourCarts: Carts<OrMap, OrMap> = {
    name: "meridian",
    build: ({ shared, mine, theirs }) => {
        const counters = new Map<string, number>();
        const lines = shared.map(({ replica, sku, amount }) => {
            const counter = (counters.get(replica) ?? 0) + 1;
            counters.set(replica, counter);
            return [`${replica}:${counter}`, { key: sku, amount }] as const;
        });
        const known: OrMap = {
            lines: new Map(lines),
            heard: CausalContext.of(lines.map(([dot]) => dot)),
        };
        const [my, their] = [put(known, mine), put(known, theirs)];
        // Read back, as they come from somewhere else: no text or object is the same one in both.
        return {
            mine: reread(my.state),
            theirs: reread(their.state),
            whole: reread(their.state),
            delta: reread(their.delta),
        };
    },
    merge: mergeMaps,
    copy: ({ lines, heard }) => ({ lines: new Map(lines), heard }),
    stored: packMap,
    mergeStored: (mine, theirs) =>
        packMap(mergeMaps(unpackMap(asBytes(mine)), unpackMap(asBytes(theirs)))),
    value: (map) => Object.fromEntries(quantities(map)),
};

/** Changes, and the delta of all of them. */
function put(
    known: OrMap,
    changes: readonly LineChange[],
): { readonly state: OrMap; readonly delta: OrMap } {
    let [state, delta]: [OrMap, OrMap | undefined] = [known, undefined];
    for (const { replica, sku, amount } of changes) {
        const own = [...state.lines]
            .filter(([dot, { key }]) => key === sku && dot.startsWith(`${replica}:`))
            .reduce((sum, [, line]) => sum + line.amount, 0);
        const change =
            amount === 0 ? removeLine(state, sku) : changeLine(state, replica, sku, amount - own);
        state = mergeMaps(state, change);
        delta = delta === undefined ? change : mergeMaps(delta, change);
    }
    return { state, delta: delta ?? known };
}

function reread(map: OrMap): OrMap {
    return unpackMap(packMap(map));
}

export const ourCounters: Counters<PnCounter, PnCounter> = {
    name: "meridian",
    build: ({ shared, mine, theirs }) => {
        const known = shared.reduce(changed, zeroCounter);
        const [my, their] = [mine, theirs].map((after) => {
            const { replica } = after;
            return changed(known, {
                replica,
                added: after.added - (known.added.get(replica) ?? 0),
                removed: after.removed - (known.removed.get(replica) ?? 0),
            });
        }) as [PnCounter, PnCounter];
        const their1 = theirs.replica;
        return {
            mine: my,
            theirs: their,
            whole: parse(stored(their)),
            delta: parse(
                stored({
                    added: new Map([[their1, theirs.added]]),
                    removed: new Map([[their1, theirs.removed]]),
                }),
            ),
        };
    },
    merge: mergeCounters,
    copy: ({ added, removed }) => ({ added: new Map(added), removed: new Map(removed) }),
    stored,
    mergeStored: (mine, theirs) =>
        stored(mergeCounters(parse(asText(mine)), parse(asText(theirs)))),
    value: (counter) => ({ count: counterValue(counter) }),
};

function changed(
    counter: PnCounter,
    change: { readonly replica: string; readonly added: number; readonly removed: number },
): PnCounter {
    const raised = mergeCounters(counter, changeCounter(counter, change.replica, change.added));
    return mergeCounters(raised, changeCounter(raised, change.replica, -change.removed));
}

function stored({ added, removed }: PnCounter): string {
    return JSON.stringify([Object.fromEntries(added), Object.fromEntries(removed)]);
}

function parse(text: string): PnCounter {
    const [added, removed] = (JSON.parse(text) as [object, object]).map(
        (figures) => new Map(Object.entries(figures) as [string, number][]),
    ) as [Map<string, number>, Map<string, number>];
    return { added, removed };
}
