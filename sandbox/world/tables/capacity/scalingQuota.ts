import type { Metered } from "./meter";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Decreases a day that need no wait. */
const freeDecreases = 4;

/**
 * How often a table's units may be lowered: four times a day, and then once an hour without one.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html#default-limits-throughput
 */
export class ScalingQuota {
    readonly #decreases = new Map<string, readonly number[]>();

    /** Whether the table, or the index, may be lowered now; counts as a decrease when it may. */
    take({ region, table, index }: Metered, nowMs: number): boolean {
        const key = `${region}|${table}|${index ?? ""}`;
        const day = Math.floor(nowMs / dayMs);
        const today = (this.#decreases.get(key) ?? []).filter(
            (atMs) => Math.floor(atMs / dayMs) === day,
        );
        const last = today.at(-1);
        if (today.length >= freeDecreases && last !== undefined && nowMs - last < hourMs) {
            return false;
        }
        this.#decreases.set(key, [...today, nowMs]);
        return true;
    }
}
