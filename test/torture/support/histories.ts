import type { Call, FinalState, History, Operation, Result } from "../history/operation";

type Written = Partial<Omit<Operation, "call" | "result">> & {
    readonly call: Call;
    readonly result?: Result;
    /** Invoked and completed, in milliseconds. */
    readonly at: readonly [number, number];
};

const nothing: FinalState = { carts: {}, orders: {}, stock: {}, profiles: {} };

/** A history out of what matters of it: one client, session, region and key unless said otherwise. */
export function historyOf(
    operations: readonly Written[],
    rest: Partial<Omit<History, "operations" | "final">> & {
        readonly final?: Readonly<Record<string, Partial<FinalState>>>;
    } = {},
): History {
    return {
        operations: operations.map(({ at: [invokedMs, completedMs], ...operation }, index) => ({
            index,
            process: 0,
            session: "s0",
            region: "us",
            key: "k",
            invokedMs,
            completedMs,
            result: { type: "ok" },
            ...operation,
        })),
        initialStock: rest.initialStock ?? {},
        reported: rest.reported ?? [],
        final: Object.fromEntries(
            Object.entries(rest.final ?? {}).map(([region, state]) => [
                region,
                { ...nothing, ...state },
            ]),
        ),
    };
}

export const ok = (value: Exclude<Result, { type: "fail" | "info" }>["value"]): Result => ({
    type: "ok",
    ...(value === undefined ? {} : { value }),
});

export const info: Result = { type: "info", reason: "no answer" };
export const fail: Result = { type: "fail", reason: "refused" };
