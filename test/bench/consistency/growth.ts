import type { PartReport } from "../../../automation/commands/benchParts";
import { atMost, short } from "../figures";
import { exponent, measure, type Contender, type MeasureOptions } from "../measure";
import { compareContenders, mergeContender, ourMerge } from "./contenders";
import { ourCounters } from "./ours";
import { cartScript, counterScript, replicaNames } from "./workload";

export interface Growth {
    readonly lines: readonly number[];
    readonly replicas: readonly number[];
}

const usual: Growth = {
    lines: [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000],
    replicas: [2, 4, 8, 16, 32],
};

/** Linear, with what caches add when a state no longer fits into them. */
const mostExponent = 1.2;

/** What our own merges cost as carts and the number of replicas grow. */
export function growth(options: MeasureOptions, { lines, replicas }: Growth = usual): PartReport {
    const series = [
        {
            what: "merge of carts, by lines (four replicas, a contribution each line)",
            unit: "lines",
            points: lines.map((size) => point(size, ourMerge(cartScript(size, replicaNames(4))))),
        },
        {
            what: "merge of carts, by replicas (ten lines, a contribution of each replica)",
            unit: "replicas",
            points: replicas.map((size) =>
                point(size, ourMerge(cartScript(10, replicaNames(size), 1, "all"))),
            ),
        },
        {
            what: "merge of counters, by replicas",
            unit: "replicas",
            points: replicas.map((size) =>
                point(
                    size,
                    mergeContender(ourCounters, counterScript(replicaNames(size)), "whole"),
                ),
            ),
        },
        {
            what: "compare of version vectors, by replicas",
            unit: "replicas",
            points: replicas.map((size) =>
                point(size, compareContenders(replicaNames(size))[0] as Contender),
            ),
        },
    ];
    const measured = series.map(({ what, unit, points }) => {
        const times = measure(
            points.map(({ contender }) => contender),
            { mostOperations: 100_000, ...options },
        );
        return {
            what,
            unit,
            costs: points.map(({ size }, i) => [size, times[i]?.medianUs ?? NaN] as const),
        };
    });
    return {
        figures: measured.map(({ what, costs }) =>
            atMost(`${what}: cost grows to the power of`, exponent(costs), mostExponent),
        ),
        tables: measured.map(({ what, unit, costs }) => ({
            title: `${what}: microseconds`,
            head: [unit, "us", `ns for each of the ${unit}`, "for a doubling"],
            rows: costs.map(([size, us], i) => [
                String(size),
                short(us),
                short((us / size) * 1000),
                i === 0 ? "" : `${short(perDoubling(costs[i - 1] as Point, [size, us]))} x`,
            ]),
        })),
    };
}

type Point = readonly [size: number, us: number];

function perDoubling([size, us]: Point, [nextSize, nextUs]: Point): number {
    return 2 ** (Math.log(nextUs / us) / Math.log(nextSize / size));
}

function point(
    size: number,
    contender: Contender,
): { readonly size: number; readonly contender: Contender } {
    return { size, contender };
}
