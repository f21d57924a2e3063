/** Thrown for a figure that no window can be computed from. */
export class WindowInputError extends Error {
    override readonly name = "WindowInputError";
}

/** How long a write takes to one other replica. Times are milliseconds. */
export interface LagModel {
    /** What the figures rest on, for people. */
    readonly assumes: string;
    readonly meanMs: number;
    /** Probability, from 0 to 1, that a write has arrived so long after it was acknowledged. */
    arrivedBy(afterMs: number): number;
    /** The time after which a write has arrived with this probability, from 0 to below 1. */
    arrivalMs(probability: number): number;
    /** Mean time to the first of so many replicas whose lags do not depend on each other, */
    meanToFirstMs(replicas: number): number;
    /** and to the last of them. */
    meanToLastMs(replicas: number): number;
}

/**
 * Exponential lag above a floor: P(t) = 1 - e^(-(t - floor) / (mean - floor)), and 0 before the floor.
 *
 * Without a floor it is the textbook P = 1 - e^(-t / L), which says of L = 100 ms that 86.5 % of all writes
 * have arrived after 200 ms. It assumes **one** replica, a lag that may be 0 although light needs 30 ms
 * across the Atlantic, and a network without memory: after a second of waiting, the rest takes as long as
 * it did at first. Real lag has a floor, and a tail that is fatter (a throttled table, a lost region).
 *
 * @param floorMs the least that the network can do. @default 0
 */
export function exponentialLag(meanMs: number, floorMs = 0): LagModel {
    check("the mean lag", meanMs, Number.MIN_VALUE, "above 0 ms");
    check("the lag's floor", floorMs, 0, "0 ms or more");
    const aboveMs = meanMs - floorMs;
    if (aboveMs <= 0) {
        throw new WindowInputError(
            `the lag's floor cannot be ${floorMs} ms: it must be below its mean, ${meanMs} ms`,
        );
    }
    return {
        assumes:
            floorMs === 0
                ? "lag is exponential, without a floor"
                : `lag is ${floorMs} ms, and beyond that exponential`,
        meanMs,
        arrivedBy: (afterMs) =>
            afterMs <= floorMs ? 0 : -Math.expm1(-(afterMs - floorMs) / aboveMs),
        arrivalMs: (probability) => floorMs - aboveMs * Math.log1p(-checkProbability(probability)),
        meanToFirstMs: (replicas) => floorMs + aboveMs / checkReplicas(replicas),
        meanToLastMs: (replicas) => {
            let harmonic = 0;
            for (let i = 1; i <= checkReplicas(replicas); i++) {
                harmonic += 1 / i;
            }
            return floorMs + aboveMs * harmonic;
        },
    };
}

/**
 * Lag as it was measured. Assumes that the future is as the samples are, and knows nothing beyond the
 * largest: of n samples, up to 3/n of all writes may be later than any of them (95 % confidence).
 *
 * @param samplesMs one at least; O(n log n) once, O(log n) for each question
 */
export function measuredLag(samplesMs: readonly number[]): LagModel {
    if (samplesMs.length === 0) {
        throw new WindowInputError("a measured lag needs a sample at least");
    }
    const sorted = samplesMs
        .map((sample) => check("a measured lag", sample, 0, "0 ms or more"))
        .sort((a, b) => a - b);
    const n = sorted.length;
    /** Sum over the samples of each one's value, by the probability that it is the one sought. */
    const mean = (reachedBy: (share: number) => number): number =>
        sorted.reduce(
            (sum, sample, i) => sum + sample * (reachedBy((i + 1) / n) - reachedBy(i / n)),
            0,
        );
    return {
        assumes: `lag stays as it was in ${n} measured ${n === 1 ? "write" : "writes"}`,
        meanMs: mean((share) => share),
        arrivedBy: (afterMs) => countUpTo(sorted, afterMs) / n,
        arrivalMs: (probability) => {
            // A product such as 0.07 * 100 is a little above 7, and is no eighth sample.
            const rank = Math.ceil(checkProbability(probability) * n - 1e-9);
            return sorted[Math.max(0, rank - 1)] as number;
        },
        meanToFirstMs: (replicas) => mean((share) => 1 - (1 - share) ** checkReplicas(replicas)),
        meanToLastMs: (replicas) => mean((share) => share ** checkReplicas(replicas)),
    };
}

/**
 * Probability that all of so many replicas have a write, so long after it was acknowledged. Assumes that
 * their lags do not depend on each other; a cause that slows all of them makes it better than this, and
 * less sure.
 */
export function consistentAfter(model: LagModel, afterMs: number, replicas = 1): number {
    return model.arrivedBy(check("a time", afterMs, 0, "0 ms or more")) ** checkReplicas(replicas);
}

/** The consistency window: milliseconds until all replicas have a write with this probability. */
export function windowMs(model: LagModel, probability: number, replicas = 1): number {
    return model.arrivalMs(checkProbability(probability) ** (1 / checkReplicas(replicas)));
}

/** What is under way at any moment, and with it what a sudden loss of the region takes along. */
export interface AtRisk {
    /** Writes that no other replica has yet: lost, if the region never comes back. */
    readonly nowhereElse: number;
    /** Writes that some other replica does not have yet: stale there until the region is back. */
    readonly notEverywhere: number;
    /** Probability that there is one at least that no other replica has. */
    readonly probabilityOfLoss: number;
}

/**
 * By Little's law, rate times mean time under way, whatever the distribution. The probability is that of
 * the M/G/infinity queue: writes arrive independently of each other (Poisson), and do not wait in line.
 *
 * @param writesPerSecond acknowledged in the region
 * @see Little, "A Proof for the Queuing Formula L = lambda W", Operations Research 9(3), 1961
 */
export function writesAtRisk(model: LagModel, writesPerSecond: number, replicas = 1): AtRisk {
    check("the rate", writesPerSecond, 0, "0 writes a second or more");
    const nowhereElse = (writesPerSecond * model.meanToFirstMs(replicas)) / 1000;
    return {
        nowhereElse,
        notEverywhere: (writesPerSecond * model.meanToLastMs(replicas)) / 1000,
        probabilityOfLoss: -Math.expm1(-nowhereElse),
    };
}

/**
 * Probability that a write meets a concurrent one of the same key in another region: one that it has not
 * seen, and that has not seen it. That is one within the lag before it or the lag after it,
 * 1 - e^(-2 * rate * lag) for writes that come independently of each other. Lag is taken at its mean, which
 * makes this an upper bound for one that varies (Jensen).
 *
 * @param writesPerSecond of the one key, in all other regions together
 */
export function conflictProbability(model: LagModel, writesPerSecond: number): number {
    check("the rate", writesPerSecond, 0, "0 writes a second or more");
    return -Math.expm1((-2 * writesPerSecond * model.meanMs) / 1000);
}

/** How many of the sorted samples are at most `limit`. */
function countUpTo(sorted: readonly number[], limit: number): number {
    let [low, high] = [0, sorted.length];
    while (low < high) {
        const middle = (low + high) >>> 1;
        if ((sorted[middle] as number) <= limit) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

function check(what: string, value: number, least: number, allowed: string): number {
    if (!Number.isFinite(value) || value < least) {
        throw new WindowInputError(`${what} cannot be ${value}: it must be ${allowed}`);
    }
    return value;
}

function checkProbability(probability: number): number {
    if (!(probability >= 0 && probability < 1)) {
        throw new WindowInputError(
            `a probability of ${probability} has no time: it must be from 0 to below 1`,
        );
    }
    return probability;
}

function checkReplicas(replicas: number): number {
    if (!Number.isSafeInteger(replicas) || replicas < 1) {
        throw new WindowInputError(
            `there cannot be ${replicas} other replicas: it must be an integer, 1 or more`,
        );
    }
    return replicas;
}
