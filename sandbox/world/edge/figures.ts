/** How an edge came by what it answered. */
export type Outcome =
    /** From its cache, which was fresh. */
    | "hit"
    /** From the origin that it asks first. */
    | "fetched"
    /** From the second origin, as the first one failed. */
    | "retried"
    /** From its cache in place of an error of every origin. */
    | "stale"
    /** With an error of every origin. */
    | "failed"
    /** Not at all: a method or a protocol that the distribution does not take. */
    | "refused"
    /** Not at all: the web ACL blocks it. */
    | "blocked";

export interface EdgeAnswer {
    /** World milliseconds: when the request came, and when its answer left. */
    readonly askedMs: number;
    readonly answeredMs: number;
    readonly outcome: Outcome;
}

/** What the edges did for their viewers, over some time. */
export interface EdgeFigures {
    readonly requests: number;
    readonly byOutcome: Readonly<Record<Outcome, number>>;
    /** Longest that a viewer waited for an answer that was not an error, world milliseconds. */
    readonly longestMs: number;
    /** When the last error left, world milliseconds; undefined when none did. */
    readonly lastFailureMs: number | undefined;
}

export function figuresOf(answers: readonly EdgeAnswer[]): EdgeFigures {
    const byOutcome: Record<Outcome, number> = {
        hit: 0,
        fetched: 0,
        retried: 0,
        stale: 0,
        failed: 0,
        refused: 0,
        blocked: 0,
    };
    let longestMs = 0;
    let lastFailureMs: number | undefined;
    for (const { outcome, askedMs, answeredMs } of answers) {
        byOutcome[outcome]++;
        if (outcome === "failed") {
            lastFailureMs = Math.max(lastFailureMs ?? answeredMs, answeredMs);
        } else {
            longestMs = Math.max(longestMs, answeredMs - askedMs);
        }
    }
    return { requests: answers.length, byOutcome, longestMs, lastFailureMs };
}
