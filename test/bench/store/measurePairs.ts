import { quantile } from "../measure";

/** The same operation twice: by the store, and by hand with the bare SDK. */
export interface Pair {
    readonly name: string;
    /** What each of the two sends. */
    readonly requests: string;
    readonly ours: () => Promise<unknown>;
    readonly bare: () => Promise<unknown>;
}

export interface StoreBenchOptions {
    /** Of each operation: as many by the store and by the bare SDK, which take turns in going first. */
    readonly rounds: number;
    /** In a round, by each of the two, one after the other. */
    readonly operations: number;
    /** Rounds before, that are not measured. */
    readonly warmUps: number;
}

/** A round of one of the two. */
export interface Sample {
    /** Milliseconds from the call to the answer, median of the round. */
    readonly wallMs: number;
    /** Microseconds of the client's processor time for an operation, mean of the round: with what is cleared up after it. */
    readonly cpuUs: number;
}

export interface PairSamples {
    readonly name: string;
    readonly requests: string;
    readonly ours: readonly Sample[];
    readonly bare: readonly Sample[];
}

/** @param beforeRound outside of what is measured */
export async function measurePairs(
    pairs: readonly Pair[],
    { rounds, operations, warmUps }: StoreBenchOptions,
    beforeRound: () => Promise<void>,
): Promise<readonly PairSamples[]> {
    const results: PairSamples[] = [];
    for (const { name, requests, ours, bare } of pairs) {
        const samples = { ours: [] as Sample[], bare: [] as Sample[] };
        for (let round = -warmUps; round < rounds; round++) {
            await beforeRound();
            const turns = [["ours", ours] as const, ["bare", bare] as const];
            for (const [who, operation] of round % 2 === 0 ? turns : turns.reverse()) {
                const sample = await sampleOf(operation, operations);
                if (round >= 0) {
                    samples[who].push(sample);
                }
            }
        }
        results.push({ name, requests, ...samples });
    }
    return results;
}

async function sampleOf(operation: () => Promise<unknown>, count: number): Promise<Sample> {
    const walls: number[] = [];
    const before = process.cpuUsage();
    for (let i = 0; i < count; i++) {
        const startedMs = performance.now();
        await operation();
        walls.push(performance.now() - startedMs);
    }
    const { user, system } = process.cpuUsage(before);
    return { wallMs: quantile(walls, 0.5), cpuUs: (user + system) / count };
}
