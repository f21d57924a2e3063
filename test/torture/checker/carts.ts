import {
    callsOf,
    groupBy,
    mayHaveHappened,
    precedes,
    type Cart,
    type Call,
    type History,
    type Operation,
    type Reported,
} from "../history/operation";
import type { Violation } from "./violation";

type Setting = Operation & { readonly call: Extract<Call, { kind: "cart"; f: "set" }> };

interface Line {
    readonly writes: readonly Setting[];
    /**
     * Whose writes are made one after the other, each knowing of those before: a session's. A write that it
     * saw no end of is known in its own region alone, and so is every write of a line that is reported as in
     * conflict.
     */
    readonly authorOf: (write: Setting) => string;
}

/**
 * What a line may hold when everybody's writes have arrived: of each session its last acknowledged write,
 * or one that nobody saw the end of, which the network may bring at any time. Sessions that do not know of
 * each other may win in either order, or both count and their quantities add up. But a removal takes out
 * only what its client could have seen: a line that was written after every removal had ended stays.
 *
 * @returns quantities; 0 stands for no line
 */
export function allowedQuantities(line: Line): ReadonlySet<number> {
    const last = lastWrites(line.writes, line.authorOf);
    return quantities(last, last, line.authorOf);
}

/** The same while writes of others are still on their way: any that has begun may be the newest that has arrived. */
function allowedMeanwhile({ writes, authorOf }: Line, session: string): ReadonlySet<number> {
    const own = lastWrites(
        writes.filter((write) => write.session === session),
        authorOf,
    );
    const others = writes.filter((write) => write.session !== session && mayHaveHappened(write));
    return quantities([...own, ...others], own, authorOf);
}

function lastWrites(writes: readonly Setting[], authorOf: Line["authorOf"]): readonly Setting[] {
    return [...groupBy(writes.filter(mayHaveHappened), authorOf).values()].flatMap((own) => {
        const last = own.filter(({ result }) => result.type === "ok").at(-1);
        return own.filter((write) => write === last || write.result.type === "info");
    });
}

/** What candidates may come to, if those that are `sure` to have arrived keep their lines. */
function quantities(
    candidates: readonly Setting[],
    sure: readonly Setting[],
    authorOf: Line["authorOf"],
): ReadonlySet<number> {
    const allowed = sums([...groupBy(candidates, authorOf).values()]);
    const isStaying = sure.some(
        (add) =>
            add.result.type === "ok" &&
            add.call.quantity > 0 &&
            candidates.every(
                (other) => other === add || other.call.quantity > 0 || precedes(other, add),
            ),
    );
    const mayBeEmpty =
        candidates.some(({ call }) => call.quantity === 0) ||
        !sure.some(({ result }) => result.type === "ok");
    if (isStaying || !mayBeEmpty) {
        allowed.delete(0);
    } else {
        allowed.add(0);
    }
    return allowed;
}

/** Carts converge to the union of what was intended, and every session sees its own writes. */
export function checkCarts(history: History): readonly Violation[] {
    const bySet = groupBy(callsOf(history.operations, "cart", "set"), ({ key }) => key);
    const [final] = Object.values(history.final);
    const conflicts = history.reported.filter(({ kind }) => kind === "cart");
    return [
        ...(final === undefined
            ? []
            : [...bySet].flatMap(([key, writes]) =>
                  checkFinal(key, linesOf(writes, conflicts), final.carts[key] ?? {}),
              )),
        ...callsOf(history.operations, "cart", "read").flatMap((read) =>
            checkRead(read, bySet.get(read.key) ?? [], conflicts),
        ),
    ];
}

/** The writes of every line of a cart, and who made them in a way that they know of each other. */
function linesOf(
    writes: readonly Setting[],
    conflicts: readonly Reported[],
): ReadonlyMap<string, Line> {
    return new Map(
        [...groupBy(writes, ({ call }) => call.sku)].map(([sku, own]) => {
            const isReported = conflicts.some((one) => one.key === own[0]?.key && one.sku === sku);
            const line: Line = {
                writes: own,
                authorOf: ({ session, region, result }) =>
                    isReported || result.type === "info" ? `${session} in ${region}` : session,
            };
            return [sku, line] as const;
        }),
    );
}

function checkFinal(
    key: string,
    lines: ReadonlyMap<string, Line>,
    cart: Cart,
): readonly Violation[] {
    return [...lines].flatMap(([sku, line]): Violation[] => {
        const found = cart[sku] ?? 0;
        const allowed = allowedQuantities(line);
        return allowed.has(found)
            ? []
            : [
                  {
                      check: "cart-intent",
                      kind: "cart",
                      key,
                      message: `line ${sku} holds ${found}, and may hold ${[...allowed].join(" or ")}`,
                      operations: line.writes.map(({ index }) => index),
                  },
              ];
    });
}

function checkRead(
    read: Operation,
    writes: readonly Setting[],
    conflicts: readonly Reported[],
): readonly Violation[] {
    if (read.result.type !== "ok") {
        return [];
    }
    const cart = (read.result.value ?? {}) as Cart;
    const begun = writes.filter((write) => write.invokedMs <= read.completedMs);
    return [...linesOf(begun, conflicts)].flatMap(([sku, line]): Violation[] => {
        const own = line.writes.filter(
            (write) =>
                write.session === read.session &&
                write.result.type === "ok" &&
                precedes(write, read),
        );
        if (own.length === 0) {
            return [];
        }
        const allowed = allowedMeanwhile(line, read.session);
        const found = cart[sku] ?? 0;
        return allowed.has(found)
            ? []
            : [
                  {
                      check: "read-your-writes",
                      kind: "cart",
                      key: read.key,
                      message: `session ${read.session} read ${found} of line ${sku} in ${read.region}, after its own write; it may read ${[...allowed].join(" or ")}`,
                      operations: [...line.writes.map(({ index }) => index), read.index],
                  },
              ];
    });
}

/** Of every session one write, or none: what they come to together. */
function sums(sessions: readonly (readonly Setting[])[]): Set<number> {
    let found = new Set([0]);
    for (const writes of sessions) {
        const own = [0, ...writes.map(({ call }) => call.quantity)];
        found = new Set([...found].flatMap((sum) => own.map((one) => sum + one)));
    }
    return found;
}
