import Table from "cli-table3";

import type { Check, Violation } from "./checker/violation";
import type { Operation } from "./history/operation";
import type { Run } from "./run";

/** What one design came to, over all runs. */
export interface Column {
    readonly name: string;
    readonly runs: number;
    readonly operations: number;
    readonly acknowledged: number;
    readonly unanswered: number;
    readonly refused: number;
    /** Writes that the tables overwrote with concurrent ones, whether or not a client lost anything by it. */
    readonly overwritten: number;
    /** Losses that the design tells of itself. */
    readonly reported: number;
    readonly violations: Readonly<Partial<Record<Check, number>>>;
}

/** What is said of each check, in the order of the table. */
const meanings: readonly (readonly [Check, string])[] = [
    ["cart-intent", "cart lines that lost an acknowledged write"],
    ["order-lost", "acknowledged orders lost"],
    ["one-order", "keys with more than one order"],
    ["profile-lost", "acknowledged profile writes lost"],
    ["oversold", "products oversold"],
    ["stock-lost", "products with stock lost or made up"],
    ["linearizable", "profiles that are not linearizable"],
    ["read-your-writes", "reads behind the session's own writes"],
    ["monotonic-reads", "reads behind an earlier read"],
    ["converged", "keys in which regions differ after healing"],
];

export function columnOf(
    name: string,
    runs: readonly { readonly run: Run; readonly violations: readonly Violation[] }[],
): Column {
    const operations = runs.flatMap(({ run }) => run.history.operations);
    const count = (type: Operation["result"]["type"]): number =>
        operations.filter(({ result }) => result.type === type).length;
    const violations: Partial<Record<Check, number>> = {};
    for (const { check } of distinct(runs.map((one) => one.violations))) {
        violations[check] = (violations[check] ?? 0) + 1;
    }
    return {
        name,
        runs: runs.length,
        operations: operations.length,
        acknowledged: operations.filter(
            ({ call, result }) => call.f !== "read" && result.type === "ok",
        ).length,
        unanswered: count("info"),
        refused: count("fail"),
        overwritten: runs.reduce((sum, { run }) => sum + run.overwritten, 0),
        reported: runs.reduce((sum, { run }) => sum + run.history.reported.length, 0),
        violations,
    };
}

/** A thing that is wrong in four regions is one; a read is one for each. */
function distinct(runs: readonly (readonly Violation[])[]): readonly Violation[] {
    return runs.flatMap((violations) => [
        ...new Map(
            violations.map((one) => [
                one.check.endsWith("reads") || one.check === "read-your-writes"
                    ? `${one.check} ${one.operations.join()}`
                    : `${one.check} ${one.kind} ${one.key}`,
                one,
            ]),
        ).values(),
    ]);
}

export function violationCount({ violations }: Column): number {
    return Object.values(violations).reduce((sum, count) => sum + count, 0);
}

/** The designs side by side. */
export function reportText(columns: readonly Column[]): string {
    const table = new Table({
        head: ["", ...columns.map(({ name }) => name)],
        style: { head: [], border: [] },
        chars: { mid: "", "left-mid": "", "mid-mid": "", "right-mid": "" },
        colAligns: ["left", ...columns.map(() => "right" as const)],
    });
    const row = (title: string, of: (column: Column) => number): void => {
        table.push([title, ...columns.map((column) => of(column).toLocaleString("en"))]);
    };
    row("runs", ({ runs }) => runs);
    row("operations", ({ operations }) => operations);
    row("writes acknowledged", ({ acknowledged }) => acknowledged);
    row("calls whose end nobody saw", ({ unanswered }) => unanswered);
    row("calls refused", ({ refused }) => refused);
    row("writes that a table overwrote with concurrent ones", ({ overwritten }) => overwritten);
    row("losses that the design tells of itself", ({ reported }) => reported);
    for (const [check, meaning] of meanings) {
        row(meaning, ({ violations }) => violations[check] ?? 0);
    }
    return table.toString();
}

/** A shrunk history, an operation a line. */
export function historyText(operations: readonly Operation[]): string {
    const ms = (time: number): string => (time === Infinity ? "…" : (time / 1000).toFixed(3));
    return operations
        .map(
            ({ index, session, region, call, invokedMs, completedMs, result }) =>
                `  ${String(index).padStart(5)}  ${ms(invokedMs)} to ${ms(completedMs)} s  ${session} in ${region}: ${callText(call)} -> ${result.type === "ok" ? `ok ${JSON.stringify(result.value) ?? ""}` : `${result.type} (${result.reason})`}`,
        )
        .join("\n");
}

function callText(call: Operation["call"]): string {
    const { kind, f, ...rest } = call;
    const values = Object.values(rest).map((value) => JSON.stringify(value));
    return `${kind} ${f}${values.length > 0 ? ` ${values.join(" ")}` : ""}`;
}
