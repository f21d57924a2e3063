import type { PartReport } from "../../../automation/commands/benchParts";
import { atMost, plain, short } from "../figures";
import { quantile } from "../measure";
import type { PairSamples, Sample, StoreBenchOptions } from "./measurePairs";
import { runStore } from "./run";

const usual: StoreBenchOptions = { rounds: 240, operations: 5, warmUps: 40 };

/** Most that an operation may take longer than by hand, percent of the time that its client waits. */
const reachPercent = 10;

/** The store against the bare SDK, on the same tables. */
export async function storeReport(options: StoreBenchOptions = usual): Promise<PartReport> {
    return reportOf(await runStore(options));
}

/** Pure. */
export function reportOf(all: readonly PairSamples[]): PartReport {
    // The last pair is no operation of the store: it tells what the others' differences are worth.
    const [operations, comparison] = [all.slice(0, -1), all.slice(-1)];
    return {
        figures: [
            ...operations.map((pair) =>
                atMost(
                    `store: ${pair.name}, more time than the bare SDK`,
                    percentMore(ratios(pair, "wallMs")),
                    reachPercent,
                    "%",
                ),
            ),
            ...comparison.map((pair) =>
                plain(`store: ${pair.name}`, percentMore(ratios(pair, "wallMs")), "%"),
            ),
        ],
        tables: [
            {
                title: "The store and the bare SDK: medians of the rounds, and quartiles of their ratios",
                head: [
                    "operation",
                    "requests",
                    "bare ms",
                    "store ms",
                    "time",
                    "bare CPU us",
                    "store CPU us",
                    "CPU",
                ],
                rows: all.map((pair) => [
                    pair.name,
                    pair.requests,
                    middle(pair.bare, "wallMs"),
                    middle(pair.ours, "wallMs"),
                    spread(ratios(pair, "wallMs")),
                    middle(pair.bare, "cpuUs"),
                    middle(pair.ours, "cpuUs"),
                    spread(ratios(pair, "cpuUs")),
                ]),
            },
        ],
    };
}

/** Of each round: whatever slowed the machine then slowed both. */
function ratios({ ours, bare }: PairSamples, what: keyof Sample): readonly number[] {
    return ours.map((sample, round) => sample[what] / (bare[round]?.[what] ?? NaN));
}

function percentMore(all: readonly number[]): number {
    return (quantile(all, 0.5) - 1) * 100;
}

function middle(samples: readonly Sample[], what: keyof Sample): string {
    return short(
        quantile(
            samples.map((sample) => sample[what]),
            0.5,
        ),
    );
}

function spread(all: readonly number[]): string {
    const [low = NaN, median = NaN, high = NaN] = [0.25, 0.5, 0.75].map((share) =>
        quantile(all, share),
    );
    return `${median.toFixed(2)} x (${low.toFixed(2)} to ${high.toFixed(2)})`;
}
