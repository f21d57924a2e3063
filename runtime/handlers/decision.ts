/** What one region's observer says of another region. */
export interface Signal {
    /** Region that looks. */
    readonly observer: string;
    readonly inAlarm: boolean;
    /** When it last changed its mind, milliseconds since the epoch. */
    readonly sinceMs: number;
}

/** What was last decided about a region. Absent until something was. */
export interface Decided {
    readonly phase: "evacuate" | "recovered";
    readonly atMs: number;
}

export interface DecisionRules {
    /** How many observers must agree. */
    readonly quorum: number;
    /** How long each of them must have been in alarm, milliseconds. */
    readonly dwellMs: number;
    /** How long the quorum must have been gone before the region counts as recovered, milliseconds. */
    readonly clearMs: number;
}

export interface Decision {
    readonly phase: "evacuate" | "recovered";
    /** Observers in alarm when it was taken, sorted. */
    readonly observers: readonly string[];
    /** When the quorum formed (evacuate) or was last lost (recovered), milliseconds since the epoch. */
    readonly sinceMs: number;
}

/**
 * Turns what the observers say into a decision, or none. Pure, so that the same inputs decide the
 * same in every region and in every rerun.
 *
 * - Quorum: one observer may be wrong, or cut off itself; `quorum` of them are not.
 * - Dwell: each has to have been in alarm for `dwellMs`, so that a blip decides nothing.
 * - Latch: what was decided stays decided. A flapping signal never takes an evacuation back, and
 *   `recovered` is news for people, not a failback.
 */
export function decide(
    signals: readonly Signal[],
    decided: Decided | undefined,
    rules: DecisionRules,
    nowMs: number,
): Decision | undefined {
    const alarmed = signals.filter((signal) => signal.inAlarm);
    const observers = alarmed.map((signal) => signal.observer).sort();

    if (decided?.phase !== "evacuate") {
        const dwelled = alarmed
            .filter((signal) => nowMs - signal.sinceMs >= rules.dwellMs)
            .sort((a, b) => a.sinceMs - b.sinceMs);
        // The quorum exists since its last member joined.
        const last = dwelled[rules.quorum - 1];
        return last === undefined
            ? undefined
            : { phase: "evacuate", observers, sinceMs: last.sinceMs };
    }

    if (alarmed.length >= rules.quorum) {
        return undefined;
    }
    const lostMs = Math.max(
        decided.atMs,
        ...signals.filter((signal) => !signal.inAlarm).map((signal) => signal.sinceMs),
    );
    return nowMs - lostMs >= rules.clearMs
        ? { phase: "recovered", observers, sinceMs: lostMs }
        : undefined;
}
