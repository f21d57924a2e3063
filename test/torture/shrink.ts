import { check } from "./checker/check";
import type { Check, Violation } from "./checker/violation";
import { textOf, type FinalState, type History, type Operation } from "./history/operation";

/**
 * The smallest part of a failing history that was found to fail in the same way: one key, and of its
 * operations those without which nothing would be wrong. Operations go in groups, a write together with
 * what saw it, since a read of what nobody wrote is a failure of the shrinking.
 *
 * @see Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 28(2), 2002
 */
export function shrink(history: History, violation: Violation): History {
    const own = ofKey(history, violation);
    if (!failsTheSame(own, violation)) {
        return history;
    }
    const grouped = smallestOf(own, violation, (operations) => groupsOf(operations));
    // A read can always go by itself: nobody depends on it.
    return smallestOf(grouped, violation, (operations) =>
        operations.filter(({ call }) => call.f === "read").map((read) => [read]),
    );
}

function smallestOf(
    history: History,
    violation: Violation,
    split: (operations: readonly Operation[]) => readonly (readonly Operation[])[],
): History {
    let smallest = history;
    let parts = 2;
    for (;;) {
        const groups = split(smallest.operations);
        const size = Math.ceil(groups.length / parts);
        const smaller = Array.from({ length: Math.ceil(groups.length / size) }, (_, part) =>
            without(smallest, groups.slice(part * size, (part + 1) * size).flat()),
        ).find((candidate) => failsTheSame(candidate, violation));
        if (smaller !== undefined) {
            smallest = smaller;
            parts = Math.max(2, parts - 1);
        } else if (parts >= groups.length) {
            return smallest;
        } else {
            parts = Math.min(groups.length, parts * 2);
        }
    }
}

function failsTheSame(history: History, { check: name, kind, key }: Violation): boolean {
    return check(history).some((one) => one.check === name && one.kind === kind && one.key === key);
}

/** Checks that need no more than the operations. */
const withoutFinal: readonly Check[] = ["linearizable", "read-your-writes", "monotonic-reads"];

function ofKey(history: History, { check: name, kind, key }: Violation): History {
    const only = <V>(values: Readonly<Record<string, V>>, mine: boolean): Record<string, V> =>
        Object.fromEntries(Object.entries(values).filter(([each]) => mine && each === key));
    return {
        operations: history.operations.filter(
            (operation) => operation.call.kind === kind && operation.key === key,
        ),
        initialStock: only(history.initialStock, kind === "stock"),
        reported: history.reported.filter((one) => one.kind === kind && one.key === key),
        final: Object.fromEntries(
            Object.entries(withoutFinal.includes(name) ? {} : history.final).map(
                ([region, state]): [string, FinalState] => [
                    region,
                    {
                        carts: only(state.carts, kind === "cart"),
                        orders: only(state.orders, kind === "order"),
                        stock: only(state.stock, kind === "stock"),
                        profiles: only(state.profiles, kind === "profile"),
                    },
                ],
            ),
        ),
    };
}

function without(history: History, gone: readonly Operation[]): History {
    const dropped = new Set(gone);
    return {
        ...history,
        operations: history.operations.filter((operation) => !dropped.has(operation)),
    };
}

/** Operations that can only go together: a profile's write, and whoever read or replaced its value. */
function groupsOf(operations: readonly Operation[]): readonly (readonly Operation[])[] {
    const groups = new Map<string, Operation[]>();
    for (const operation of operations) {
        const name = groupOf(operation);
        const group = groups.get(name) ?? [];
        group.push(operation);
        groups.set(name, group);
    }
    return [...groups.values()];
}

function groupOf({ index, call, result }: Operation): string {
    if (call.kind === "cart" && call.f === "set") {
        // What a line holds is made of all its writes.
        return `line ${call.sku}`;
    }
    if (call.kind !== "profile") {
        return `operation ${index}`;
    }
    switch (call.f) {
        case "write":
            return `value ${call.value}`;
        case "swap":
            return `value ${call.to}`;
        case "read":
            return result.type === "ok" && result.value !== null
                ? `value ${textOf(result.value)}`
                : `operation ${index}`;
    }
}
