import { callsOf, groupBy, textOf, type History } from "../history/operation";
import type { Violation } from "./violation";

/** One order for each key, however often and wherever it was placed; none that was acknowledged is gone. */
export function checkOrders(history: History): readonly Violation[] {
    const lost = new Set(
        history.reported.filter(({ kind }) => kind === "order").map(({ key }) => key),
    );
    return [...groupBy(callsOf(history.operations, "order", "place"), ({ key }) => key)].flatMap(
        ([key, placed]): Violation[] => {
            const acknowledged = placed.flatMap(({ result, index }) =>
                result.type === "ok" ? [{ order: textOf(result.value), index }] : [],
            );
            const orders = new Set(acknowledged.map(({ order }) => order));
            const operations = acknowledged.map(({ index }) => index);
            const violation = (check: "one-order" | "order-lost", message: string): Violation => ({
                check,
                kind: "order",
                key,
                message,
                operations,
            });
            if (orders.size > 1) {
                return [
                    violation(
                        "one-order",
                        `one key was answered with ${[...orders].join(" and ")}`,
                    ),
                ];
            }
            const [order] = orders;
            return Object.entries(history.final).flatMap(([region, state]) => {
                const found = state.orders[key] ?? null;
                const same = found !== null && textOf(found) === order;
                return order === undefined || same || lost.has(key)
                    ? []
                    : found === null
                      ? [violation("order-lost", `acknowledged as ${order}, and not in ${region}`)]
                      : [
                            violation(
                                "one-order",
                                `acknowledged as ${order}, and ${found} in ${region}`,
                            ),
                        ];
            });
        },
    );
}
