/** One operation on an object that is to look as if each operation happened at one moment. */
export interface Step<S> {
    readonly index: number;
    readonly invokedMs: number;
    /** Infinite when it may take effect at any later time, or never. */
    readonly completedMs: number;
    /** Whether it may as well not have happened: nobody saw its end. */
    readonly optional: boolean;
    /** The state after it, or undefined if it cannot happen in this state. */
    readonly apply: (state: S) => S | undefined;
}

export interface Verdict {
    readonly linearizable: boolean;
    /** Of a history that is not: the longest beginning that could be put in an order, and what could not follow it. */
    readonly reached: readonly number[];
    readonly stuckAt: readonly number[];
}

/** More states than a sane history has; beyond it nothing is proven, and that is an error of its own. */
const defaultMostStates = 500_000;

export class HistoryTooWideError extends Error {
    constructor(readonly states: number) {
        super(
            `gave up after ${states} states: too many operations of one key overlap; use more keys or fewer clients`,
        );
        this.name = "HistoryTooWideError";
    }
}

/**
 * Whether there is an order of the operations that keeps to real time and in which each one can happen.
 * Depth first over what may come next, remembering every (set of operations, state) that led nowhere.
 * Exponential in the operations that overlap, linear in those that do not.
 *
 * @param keyOf tells states apart
 * @see Wing and Gong, "Testing and Verifying Concurrent Objects", JPDC 17, 1993; Lowe, "Testing for
 *   Linearizability", Concurrency and Computation 29(4), 2017
 */
export function linearize<S>(
    steps: readonly Step<S>[],
    initial: S,
    keyOf: (state: S) => string,
    mostStates = defaultMostStates,
): Verdict {
    const sorted = [...steps].sort((a, b) => a.invokedMs - b.invokedMs || a.index - b.index);
    const needed = sorted.filter(({ optional }) => !optional).length;
    const dead = new Set<string>();
    // Ascending places of what has happened beyond `from`, before which everything has.
    interface Frame {
        readonly state: S;
        readonly done: ReadonlySet<number>;
        readonly neededDone: number;
        readonly order: readonly number[];
    }
    const stack: Frame[] = [{ state: initial, done: new Set(), neededDone: 0, order: [] }];
    let best: Frame = stack[0] as Frame;
    while (stack.length > 0) {
        const frame = stack.pop() as Frame;
        if (frame.neededDone === needed) {
            return { linearizable: true, reached: frame.order, stuckAt: [] };
        }
        if (frame.neededDone > best.neededDone) {
            best = frame;
        }
        for (const next of candidates(sorted, frame.done).reverse()) {
            const step = sorted[next] as Step<S>;
            const state = step.apply(frame.state);
            if (state === undefined) {
                continue;
            }
            const done = new Set(frame.done).add(next);
            const key = `${signature(done, sorted.length)}|${keyOf(state)}`;
            if (dead.has(key)) {
                continue;
            }
            dead.add(key);
            if (dead.size > mostStates) {
                throw new HistoryTooWideError(dead.size);
            }
            stack.push({
                state,
                done,
                neededDone: frame.neededDone + (step.optional ? 0 : 1),
                order: [...frame.order, step.index],
            });
        }
    }
    return {
        linearizable: false,
        reached: best.order,
        stuckAt: candidates(sorted, best.done).map((at) => (sorted[at] as Step<S>).index),
    };
}

/** What may come next: begun before anything that has not happened yet, and had to, was over. */
function candidates<S>(sorted: readonly Step<S>[], done: ReadonlySet<number>): number[] {
    const open: number[] = [];
    let firstEnd = Infinity;
    for (let at = 0; at < sorted.length; at++) {
        const step = sorted[at] as Step<S>;
        if (step.invokedMs > firstEnd) {
            break;
        }
        if (!done.has(at)) {
            open.push(at);
            if (!step.optional) {
                firstEnd = Math.min(firstEnd, step.completedMs);
            }
        }
    }
    return open;
}

/** The set as text: how many from the start, then those beyond. Short, as operations happen nearly in order. */
function signature(done: ReadonlySet<number>, length: number): string {
    let from = 0;
    while (from < length && done.has(from)) {
        from++;
    }
    return `${from}:${[...done]
        .filter((at) => at > from)
        .sort((a, b) => a - b)
        .join(",")}`;
}
