import {
    callsOf,
    groupBy,
    precedes,
    textOf,
    type History,
    type Operation,
} from "../history/operation";
import { linearize, type Step } from "./linearizability";
import type { Violation } from "./violation";

/** What a profile holds, and what of it a takeover keeps. */
interface Register {
    readonly value: number | null;
    readonly kept: number | null;
}

const empty: Register = { value: null, kept: null };

/**
 * Profiles have a home: their writes and strong reads look as if each happened at one moment. Writes that
 * the system reports as lost were visible until their home was taken over, and not afterwards; they may
 * arrive when their region is back.
 */
export function checkProfiles(history: History): readonly Violation[] {
    const operations = history.operations.filter(({ call }) => call.kind === "profile");
    return [...groupBy(operations, ({ key }) => key)].flatMap(([key, own]) => {
        const lost = new Set(
            history.reported
                .filter((one) => one.kind === "profile" && one.key === key)
                .map(({ value }) => Number(value)),
        );
        return [
            ...checkRegister(key, own, lost),
            ...checkFinal(key, own, lost, history),
            ...checkSessions(key, own, lost),
        ];
    });
}

/** The value that an operation writes, if it is a write. */
function written({ call }: Operation): number | undefined {
    return call.kind !== "profile"
        ? undefined
        : call.f === "write"
          ? call.value
          : call.f === "swap"
            ? call.to
            : undefined;
}

function checkRegister(
    key: string,
    operations: readonly Operation[],
    lost: ReadonlySet<number>,
): readonly Violation[] {
    const seen = new Set(
        operations.flatMap(({ call, result }) => [
            ...(call.kind === "profile" && call.f === "swap" ? [call.from] : []),
            ...(call.f === "read" && result.type === "ok" ? [result.value] : []),
        ]),
    );
    const steps = operations.flatMap((operation): Step<Register>[] => {
        const step = stepOf(operation, lost);
        const value = written(operation);
        // What nobody saw the end of, nor the value of, may as well not have happened.
        return step === undefined || (step.optional && value !== undefined && !seen.has(value))
            ? []
            : [step];
    });
    const lostWrites = operations.flatMap((operation) => {
        const value = written(operation);
        return value !== undefined && lost.has(value) ? [{ ...operation, value }] : [];
    });
    /** Something that a lost write makes possible, once, at any time after it. */
    const possibly = (
        { index, invokedMs }: Operation,
        apply: Step<Register>["apply"],
    ): Step<Register> => ({ index, invokedMs, completedMs: Infinity, optional: true, apply });
    const aftermath = lostWrites.flatMap((write) => [
        // Its home was taken over without it.
        possibly(write, ({ kept, value }) => (kept === value ? undefined : { value: kept, kept })),
        // And it arrived when its region was back.
        possibly(write, () => ({ value: write.value, kept: write.value })),
    ]);
    const { linearizable, reached, stuckAt } = linearize(
        [...steps, ...aftermath],
        empty,
        ({ value, kept }) => `${value}/${kept}`,
    );
    return linearizable
        ? []
        : [
              {
                  check: "linearizable",
                  kind: "profile",
                  key,
                  message: `no order of its operations explains their results: after ${reached.at(-1) ?? "nothing"} none of ${stuckAt.join(", ")} could come`,
                  operations: operations.map(({ index }) => index),
              },
          ];
}

function stepOf(operation: Operation, lost: ReadonlySet<number>): Step<Register> | undefined {
    const { call, result, index, invokedMs, completedMs } = operation;
    if (call.kind !== "profile" || result.type === "fail") {
        return undefined;
    }
    const optional = result.type === "info";
    const times = { index, invokedMs, completedMs: optional ? Infinity : completedMs, optional };
    const write = (value: number, { kept }: Register): Register => ({
        value,
        kept: lost.has(value) ? kept : value,
    });
    switch (call.f) {
        case "write":
            return { ...times, apply: (state) => write(call.value, state) };
        case "swap":
            return {
                ...times,
                apply: (state) => (state.value === call.from ? write(call.to, state) : undefined),
            };
        case "read":
            return !call.strong || result.type !== "ok"
                ? undefined
                : {
                      ...times,
                      apply: (state) => (state.value === result.value ? state : undefined),
                  };
    }
}

/** After healing the profile is one that may be the last: no acknowledged write came after it for certain. */
function checkFinal(
    key: string,
    operations: readonly Operation[],
    lost: ReadonlySet<number>,
    { final }: History,
): readonly Violation[] {
    const acknowledged = operations.filter((operation) => {
        const value = written(operation);
        return value !== undefined && !lost.has(value) && operation.result.type === "ok";
    });
    return Object.entries(final).flatMap(([region, state]): Violation[] => {
        const found = state.profiles[key] ?? null;
        const by = operations.find((operation) => written(operation) === found);
        const after = acknowledged.filter((write) =>
            by === undefined ? true : write !== by && precedes(by, write),
        );
        return after.length === 0 || (by !== undefined && by.result.type === "info")
            ? []
            : [
                  {
                      check: "profile-lost",
                      kind: "profile",
                      key,
                      message: `${region} holds ${found} after healing, and later writes were acknowledged: ${after.map((write) => written(write)).join(", ")}`,
                      operations: after.map(({ index }) => index),
                  },
              ];
    });
}

/** A session's reads never go back: not behind its own writes, and not behind what it has read. */
function checkSessions(
    key: string,
    operations: readonly Operation[],
    lost: ReadonlySet<number>,
): readonly Violation[] {
    const writeOf = new Map(
        operations.flatMap((operation) => {
            const value = written(operation);
            return value === undefined || operation.result.type === "fail"
                ? []
                : [[value, operation] as const];
        }),
    );
    /** Whether the second value certainly is of an earlier time than the first. */
    const isOlder = (than: number, value: number | null): boolean => {
        const [newer, older] = [writeOf.get(than), value === null ? undefined : writeOf.get(value)];
        return (
            !lost.has(than) &&
            newer !== undefined &&
            (value === null || (older?.result.type === "ok" && precedes(older, newer)))
        );
    };
    return [...groupBy(operations, ({ session }) => session)].flatMap(([session, own]) => {
        const reads = callsOf(own, "profile", "read").filter(({ result }) => result.type === "ok");
        return reads.flatMap((read): Violation[] => {
            const value = read.result.type === "ok" ? (read.result.value as number | null) : null;
            const write = own.find((each) => {
                const own = written(each);
                return (
                    own !== undefined &&
                    each.result.type === "ok" &&
                    precedes(each, read) &&
                    isOlder(own, value)
                );
            });
            const earlier = reads.find(
                (each) =>
                    precedes(each, read) &&
                    each.result.type === "ok" &&
                    each.result.value !== null &&
                    isOlder(Number(each.result.value), value),
            );
            const violation = (
                check: "read-your-writes" | "monotonic-reads",
                what: string,
                by: Operation,
            ): Violation => ({
                check,
                kind: "profile",
                key,
                message: `session ${session} read ${value} in ${read.region}, after it had ${what}`,
                operations: [by.index, read.index],
            });
            return [
                ...(write === undefined
                    ? []
                    : [violation("read-your-writes", `written ${written(write)}`, write)]),
                ...(earlier === undefined || earlier.result.type !== "ok"
                    ? []
                    : [
                          violation(
                              "monotonic-reads",
                              `read ${textOf(earlier.result.value)}`,
                              earlier,
                          ),
                      ]),
            ];
        });
    });
}
