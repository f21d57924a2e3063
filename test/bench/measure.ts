/** One of those that do the same work. */
export interface Contender {
    readonly name: string;
    /**
     * Makes ready for so many operations, outside the measurement: what they change must be theirs alone.
     *
     * @returns what does them all, and something that depends on their results
     */
    prepare(operations: number): () => unknown;
}

export interface Measured {
    readonly name: string;
    /** Microseconds of processor time for an operation, median of the rounds. */
    readonly medianUs: number;
    /** The rounds' lower and upper quartile. */
    readonly quartilesUs: readonly [number, number];
}

export interface MeasureOptions {
    /** Each measures every contender once, one after the other. @default 15 */
    readonly rounds?: number;
    /** A round measures a contender for so long, milliseconds, about. @default 20 */
    readonly roundMs?: number;
    /** Most operations that a round makes ready for at once. @default 10,000 */
    readonly mostOperations?: number;
}

/**
 * Processor time of the same operation by each contender, in one process and in rounds that take turns, so
 * that whatever slows the machine slows them all. Processor time and not the clock's: another process on
 * the machine would count as ours. Garbage collection counts, on whatever thread.
 */
export function measure(
    contenders: readonly Contender[],
    { rounds = 15, roundMs = 20, mostOperations = 10_000 }: MeasureOptions = {},
): readonly Measured[] {
    const runs = contenders.map((contender) => ({
        contender,
        operations: operationsFor(contender, roundMs, mostOperations),
        samplesUs: [] as number[],
    }));
    for (let round = 0; round < rounds; round++) {
        for (const { contender, operations, samplesUs } of runs) {
            samplesUs.push(timeUs(contender, operations) / operations);
        }
    }
    return runs.map(({ contender, samplesUs }) => ({
        name: contender.name,
        medianUs: quantile(samplesUs, 0.5),
        quartilesUs: [quantile(samplesUs, 0.25), quantile(samplesUs, 0.75)],
    }));
}

/** As many as fill a round once the compiler has seen them: the first of them may take as long as a round. */
function operationsFor(contender: Contender, roundMs: number, most: number): number {
    let operations = 1;
    for (;;) {
        const full =
            timeUs(contender, operations) >= roundMs * 1000 &&
            timeUs(contender, operations) >= roundMs * 500;
        if (full || operations >= most) {
            return operations;
        }
        operations = Math.min(most, operations * 2);
    }
}

/** What the operations came to, so that none can be left out as unused. */
export const sink: { last: unknown } = { last: undefined };

function timeUs(contender: Contender, operations: number): number {
    const run = contender.prepare(operations);
    const before = process.cpuUsage();
    sink.last = run();
    const { user, system } = process.cpuUsage(before);
    return user + system;
}

/** @param share from 0 to 1; linear between the samples next to it */
export function quantile(samples: readonly number[], share: number): number {
    const sorted = [...samples].sort((a, b) => a - b);
    const at = share * (sorted.length - 1);
    const [below, above] = [Math.floor(at), Math.ceil(at)].map((i) => sorted[i] ?? NaN) as [
        number,
        number,
    ];
    return below + (above - below) * (at - Math.floor(at));
}

/** The `e` of the `cost = c * size^e` that fits best: 1 is linear. Least squares of the logarithms. */
export function exponent(points: readonly (readonly [size: number, cost: number])[]): number {
    const logs = points.map(([size, cost]) => [Math.log(size), Math.log(cost)] as const);
    const mean = (of: (point: readonly [number, number]) => number): number =>
        logs.reduce((sum, point) => sum + of(point), 0) / logs.length;
    const [x, y] = [mean(([size]) => size), mean(([, cost]) => cost)];
    return (
        logs.reduce((sum, [size, cost]) => sum + (size - x) * (cost - y), 0) /
        logs.reduce((sum, [size]) => sum + (size - x) ** 2, 0)
    );
}
