import { toEDNString, type EDNVal } from "edn-data";

import type { Call, History, Operation, Value } from "./operation";

const keyword = (key: string): EDNVal => ({ key });

function map(entries: Readonly<Record<string, EDNVal>>): EDNVal {
    return { map: Object.entries(entries).map(([name, value]) => [keyword(name), value]) };
}

/**
 * The operations of one kind as Jepsen writes histories: a vector of maps, an invocation and its
 * completion each, in order of time, which is in nanoseconds. Values are `[key value]` pairs, as
 * `jepsen.independent` has them, so that Knossos can judge profiles as registers (`:read`, `:write`,
 * `:cas`), and a checker of the reader's choice the rest.
 *
 * @see https://github.com/jepsen-io/history, https://github.com/jepsen-io/knossos
 */
export function toEdn(history: History, kind: Call["kind"]): string {
    const processes = jepsenProcesses(history.operations);
    const events = history.operations
        .filter(({ call }) => call.kind === kind)
        .flatMap((operation) => [
            { atMs: operation.invokedMs, order: 0, operation },
            { atMs: operation.completedMs, order: 1, operation },
        ])
        .sort(
            (a, b) => a.atMs - b.atMs || a.order - b.order || a.operation.index - b.operation.index,
        );
    const end = events.reduce(
        (latest, { atMs }) => (atMs < Infinity ? Math.max(latest, atMs) : latest),
        0,
    );
    return `[${events
        .map(({ atMs, order, operation }, index) =>
            toEDNString(
                map({
                    index,
                    time: Math.round(Math.min(atMs, end) * 1e6),
                    process: processes.get(operation) ?? operation.process,
                    type: keyword(order === 0 ? "invoke" : operation.result.type),
                    f: keyword(functionOf(operation.call)),
                    value: [operation.key, valueOf(operation, order === 1)],
                    ...(order === 1 && operation.result.type !== "ok"
                        ? { error: operation.result.reason }
                        : {}),
                    region: operation.region,
                    session: operation.session,
                }),
            ),
        )
        .join("\n ")}]\n`;
}

/** Jepsen takes a process whose call has no known end for dead: what its client does next is another's. */
function jepsenProcesses(operations: readonly Operation[]): ReadonlyMap<Operation, number> {
    const clients = Math.max(0, ...operations.map(({ process }) => process + 1));
    const current = new Map<number, number>();
    const processes = new Map<Operation, number>();
    for (const operation of operations) {
        const process = current.get(operation.process) ?? operation.process;
        processes.set(operation, process);
        current.set(
            operation.process,
            operation.result.type === "info" ? process + clients : process,
        );
    }
    return processes;
}

function functionOf(call: Call): string {
    return call.kind === "profile" && call.f === "swap" ? "cas" : call.f;
}

function valueOf({ call, result }: Operation, completed: boolean): EDNVal {
    if (call.f === "read") {
        return completed && result.type === "ok" ? ednOf(result.value ?? null) : null;
    }
    switch (call.kind) {
        case "cart":
            return [call.sku, call.quantity];
        case "order":
            return completed && result.type === "ok" ? ednOf(result.value ?? null) : call.body;
        case "stock":
            return call.amount;
        case "profile":
            return call.f === "swap" ? [call.from, call.to] : call.value;
    }
}

function ednOf(value: Value): EDNVal {
    return value !== null && typeof value === "object" ? { map: Object.entries(value) } : value;
}
