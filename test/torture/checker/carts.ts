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

type Set = Operation & { readonly call: Extract<Call, { kind: "cart"; f: "set" }> };

/**
 * What a line may hold when everybody's writes have arrived: of each session its last acknowledged write,
 * or one that nobody saw the end of, which the network may bring at any time. Sessions that do not know of
 * each other may win in either order, but a removal takes out only what its client could have seen: a line
 * that was written after every removal had ended stays.
 *
 * @returns quantities; 0 stands for no line
 */
export function allowedQuantities(writes: readonly Set[]): ReadonlySet<number> {
    return quantities(lastWrites(writes));
}

/** The same while writes of others are still on their way: any that has begun may be the newest that has arrived. */
function allowedMeanwhile(writes: readonly Set[], session: string): ReadonlySet<number> {
    const own = writes.filter((write) => write.session === session);
    const others = writes.filter((write) => write.session !== session && mayHaveHappened(write));
    return quantities([...lastWrites(own), ...others]);
}

function lastWrites(writes: readonly Set[]): readonly Set[] {
    return [...groupBy(writes.filter(mayHaveHappened), ({ session }) => session).values()].flatMap(
        (own) => {
            const last = own.filter(({ result }) => result.type === "ok").at(-1);
            return own.filter((write) => write === last || write.result.type === "info");
        },
    );
}

function quantities(candidates: readonly Set[]): ReadonlySet<number> {
    const allowed = new Set(candidates.map(({ call }) => call.quantity));
    if (!candidates.some(({ result }) => result.type === "ok")) {
        allowed.add(0);
    }
    const stays = candidates.some(
        (add) =>
            add.result.type === "ok" &&
            add.call.quantity > 0 &&
            candidates.every(
                (other) => other === add || other.call.quantity > 0 || precedes(other, add),
            ),
    );
    if (stays) {
        allowed.delete(0);
    }
    return allowed;
}

/** Carts converge to the union of what was intended, and every session sees its own writes. */
export function checkCarts(history: History): readonly Violation[] {
    const bySet = groupBy(callsOf(history.operations, "cart", "set"), ({ key }) => key);
    const [final] = Object.values(history.final);
    const lost = history.reported.filter(({ kind }) => kind === "cart");
    return [
        ...(final === undefined
            ? []
            : [...bySet].flatMap(([key, writes]) =>
                  checkFinal(key, writes, final.carts[key] ?? {}, lost),
              )),
        ...callsOf(history.operations, "cart", "read").flatMap((read) =>
            checkRead(read, bySet.get(read.key) ?? []),
        ),
    ];
}

function checkFinal(
    key: string,
    writes: readonly Set[],
    cart: Cart,
    lost: readonly Reported[],
): readonly Violation[] {
    return [...groupBy(writes, ({ call }) => call.sku)].flatMap(([sku, line]): Violation[] => {
        const found = cart[sku] ?? 0;
        const kept = line.filter(
            ({ call }) =>
                !lost.some(
                    (one) => one.key === key && one.sku === sku && one.value === call.quantity,
                ),
        );
        const allowed = allowedQuantities(kept);
        return allowed.has(found) || (kept.length < line.length && found === 0)
            ? []
            : [
                  {
                      check: "cart-intent",
                      kind: "cart",
                      key,
                      message: `line ${sku} holds ${found}, and may hold ${[...allowed].join(" or ")}`,
                      operations: line.map(({ index }) => index),
                  },
              ];
    });
}

function checkRead(read: Operation, writes: readonly Set[]): readonly Violation[] {
    if (read.result.type !== "ok") {
        return [];
    }
    const cart = (read.result.value ?? {}) as Cart;
    const begun = writes.filter((write) => write.invokedMs <= read.completedMs);
    return [...groupBy(begun, ({ call }) => call.sku)].flatMap(([sku, line]): Violation[] => {
        const own = line.filter(
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
                      operations: [...line.map(({ index }) => index), read.index],
                  },
              ];
    });
}
