import { callsOf, groupBy, type History, type Operation } from "../history/operation";
import type { Violation } from "./violation";

interface Range {
    readonly least: number;
    readonly most: number;
}

/** What was moved: at least what was acknowledged, at most what was not refused. */
function moved(
    operations: readonly (Operation & { readonly call: { readonly amount: number } })[],
): Range {
    const sum = (types: readonly string[]): number =>
        operations
            .filter(({ result }) => types.includes(result.type))
            .reduce((total, { call }) => total + call.amount, 0);
    return { least: sum(["ok"]), most: sum(["ok", "info"]) };
}

/** Never sold more than there was, and nothing lost on the way: what is left is what the calls say. */
export function checkStock(history: History): readonly Violation[] {
    const takes = groupBy(callsOf(history.operations, "stock", "take"), ({ key }) => key);
    const adds = groupBy(callsOf(history.operations, "stock", "add"), ({ key }) => key);
    return Object.entries(history.initialStock).flatMap(([key, initial]): Violation[] => {
        const taken = moved(takes.get(key) ?? []);
        const added = moved(adds.get(key) ?? []);
        const operations = [...(takes.get(key) ?? []), ...(adds.get(key) ?? [])].map(
            ({ index }) => index,
        );
        const violation = (check: "oversold" | "stock-lost", message: string): Violation => ({
            check,
            kind: "stock",
            key,
            message,
            operations,
        });
        if (taken.least > initial + added.most) {
            return [
                violation(
                    "oversold",
                    `${taken.least} sold of ${initial} and at most ${added.most} more`,
                ),
            ];
        }
        const range = {
            least: Math.max(0, initial + added.least - taken.most),
            most: initial + added.most - taken.least,
        };
        return Object.entries(history.final).flatMap(([region, state]) => {
            const left = state.stock[key] ?? null;
            return left === null || left < range.least || left > range.most
                ? [
                      violation(
                          left !== null && left < 0 ? "oversold" : "stock-lost",
                          `${left ?? "nothing known"} left in ${region}, and it must be from ${range.least} to ${range.most}`,
                      ),
                  ]
                : [];
        });
    });
}
