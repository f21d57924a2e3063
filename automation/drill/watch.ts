import type { AlarmChange, HealthChange, Rehearsal } from "../rehearsal";
import { NotRecovered } from "./context";

/** Remembers every change of every alarm and health check, with the world time at which it came. */
export class Watch {
    readonly #alarms: AlarmChange[] = [];
    readonly #checks = new Map<string, HealthChange>();

    constructor(rehearsal: Pick<Rehearsal, "events">) {
        rehearsal.events.on("alarm", (change) => this.#alarms.push(change));
        rehearsal.events.on("health", (change) => this.#checks.set(change.id, change));
    }

    /** World time since which the check is unhealthy; undefined while it is healthy or never changed. */
    unhealthySince(id: string): number | undefined {
        const last = this.#checks.get(id);
        return last === undefined || last.healthy ? undefined : last.atMs;
    }

    /**
     * When the last of a region's alarms that rang was back for good, and not before `fromMs`. One that
     * rings at `untilMs` still is what it was until then.
     *
     * @param still what to do about an alarm that rings at the end: `throw`, or take it as ended there,
     *   because the region has no users any more and whatever it still says is of probes, or frozen.
     * @throws NotRecovered
     */
    lastBack(
        region: string,
        names: readonly string[],
        span: { readonly fromMs: number; readonly untilMs: number },
        still: "throw" | "end",
    ): number {
        let lastMs = span.fromMs;
        for (const name of names) {
            const changes = this.#alarms.filter(
                (change) =>
                    change.region === region && change.name === name && change.atMs <= span.untilMs,
            );
            if (changes.at(-1)?.state === "ALARM") {
                if (still === "throw") {
                    throw new NotRecovered(`alarm ${region}/${name} still rings`);
                }
                lastMs = Math.max(lastMs, span.untilMs);
            }
            changes.forEach((change, i) => {
                if (changes[i - 1]?.state === "ALARM") {
                    lastMs = Math.max(lastMs, change.atMs);
                }
            });
        }
        return lastMs;
    }
}
