import { measurePairs, type StoreBenchOptions } from "./measurePairs";
import { openBench } from "./operations";

/** The process whose time is measured. It is told how much to do, and tells what came of it. */
process.once("message", (options: StoreBenchOptions) => void run(options));

async function run(options: StoreBenchOptions): Promise<void> {
    const bench = await openBench();
    try {
        const samples = await measurePairs(bench.pairs, options, bench.renew);
        await bench.check();
        process.send?.(samples);
    } finally {
        bench.close();
        process.disconnect();
    }
}
