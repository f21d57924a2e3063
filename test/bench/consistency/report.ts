import type { BenchFigure } from "../../../automation/commands/bench";
import type { PartReport } from "../../../automation/commands/benchParts";
import { atLeast, atMost, short } from "../figures";
import { measure, type Contender, type MeasureOptions, type Measured } from "../measure";
import {
    compareContenders,
    libraries,
    mergeContender,
    vectorText,
    type Libraries,
    type Mode,
} from "./contenders";
import type { AnyReplicated } from "./library";
import { growth } from "./growth";
import { cartScript, counterScript, replicaNames } from "./workload";

export interface ConsistencyBenchOptions extends MeasureOptions {
    /** Lines of the carts that are compared; the first is the common case. @default 10, 100, 1,000 */
    readonly carts?: readonly number[];
    /** Lines of the carts that show how the cost grows, and numbers of replicas. */
    readonly growth?: { readonly lines: readonly number[]; readonly replicas: readonly number[] };
}

const four = replicaNames(4);

/** Our clocks and replicated types against those of others, on the same payloads. */
export async function consistencyReport(
    options: ConsistencyBenchOptions = {},
): Promise<PartReport> {
    const { carts = [10, 100, 1000] } = options;
    const all = await libraries();
    const comparisons = [
        compareVectors(options),
        ...(["whole", "delta", "stored"] as const).map((mode) =>
            compareMerges("counter", all.counters, counterScript(four), mode, 100_000, options),
        ),
        ...carts.flatMap((lines) =>
            (["whole", "delta", "stored"] as const).map((mode) =>
                compareMerges(
                    `cart of ${lines} lines`,
                    all.carts,
                    cartScript(lines, four),
                    mode,
                    Math.max(1, 200_000 / lines),
                    options,
                ),
            ),
        ),
    ];
    const sizes = sizesOf(all, carts);
    const grown = growth(options, options.growth);
    return {
        figures: [
            ...comparisons.flatMap(({ figures }) => figures),
            ...sizes.map(({ what, bytes: [ours = NaN, ...others] }) =>
                atMost(
                    `${what}: bytes, against the smallest other`,
                    ours / Math.min(...others),
                    1,
                    "x",
                ),
            ),
            ...grown.figures,
        ],
        tables: [
            {
                title: "Microseconds of processor time for an operation (median), and how many times ours",
                head: ["operation, four regions", ...names(all)],
                rows: comparisons.map(({ row }) => [...row]),
            },
            {
                title: "Bytes of a state as it is stored",
                head: ["state", ...names(all)],
                rows: sizes.map(({ what, cells }) => [what, ...cells]),
            },
            ...grown.tables,
        ],
    };
}

interface Comparison {
    readonly row: readonly string[];
    readonly figures: readonly BenchFigure[];
}

/** In the order of the tables' columns. */
function names({ carts }: Libraries): readonly string[] {
    return [...carts.map(({ name }) => name), "vectorclock"];
}

function compareVectors(options: MeasureOptions): Comparison {
    const contenders = compareContenders(four);
    const [ours, theirs] = measure(contenders, { ...options, mostOperations: 1_000_000 });
    const what = "version vectors: compare";
    return {
        row: [what, cell(ours), "", "", "", cell(theirs, ours)],
        figures: [faster(what, theirs, ours, 2)],
    };
}

function compareMerges<Script>(
    subject: string,
    all: readonly AnyReplicated<Script>[],
    script: Script,
    mode: Mode,
    mostOperations: number,
    options: MeasureOptions,
): Comparison {
    // The package has no deltas.
    const able = all.filter(({ name }) => mode !== "delta" || name !== "crdts");
    const contenders: Contender[] = able.map((library) => mergeContender(library, script, mode));
    const measured = measure(contenders, {
        ...options,
        mostOperations: Math.min(mostOperations, options.mostOperations ?? Infinity),
    });
    const [ours, ...others] = measured;
    const what = `${subject}: ${meanings[mode]}`;
    return {
        row: [
            what,
            cell(ours),
            ...all.slice(1).map(({ name }) =>
                cell(
                    others.find((other) => other.name === name),
                    ours,
                ),
            ),
            "",
        ],
        // What the store does with what a stream brings; the rest is to be seen in the table.
        figures:
            mode === "whole" ? others.map((other) => faster(what, other, ours, commonReach)) : [],
    };
}

const commonReach = 2;

const meanings: Readonly<Record<Mode, string>> = {
    whole: "merge",
    delta: "merge of a delta",
    stored: "read both, merge, write",
};

function faster(
    what: string,
    theirs: Measured | undefined,
    ours: Measured | undefined,
    reach: number,
): BenchFigure {
    return atLeast(
        `${what}, against ${theirs?.name}`,
        (theirs?.medianUs ?? NaN) / (ours?.medianUs ?? NaN),
        reach,
    );
}

function cell(one: Measured | undefined, ours?: Measured): string {
    if (one === undefined) {
        return "";
    }
    const ratio = ours === undefined ? "" : ` (${short(one.medianUs / ours.medianUs)} x)`;
    return `${short(one.medianUs)}${ratio}`;
}

interface Size {
    readonly what: string;
    readonly bytes: readonly number[];
    readonly cells: readonly string[];
}

function sizesOf(all: Libraries, carts: readonly number[]): readonly Size[] {
    const sizeOf = <Script>(
        what: string,
        ones: readonly AnyReplicated<Script>[],
        script: Script,
    ): Size => {
        const bytes = ones.map((library) =>
            Buffer.byteLength(library.stored(library.build(script).mine)),
        );
        return { what, bytes, cells: [...bytes.map(String), ""] };
    };
    const vector = vectorText(four);
    const texts = [vector.ours.length, vector.theirs.length];
    return [
        {
            what: "version vector",
            bytes: texts,
            cells: [`${texts[0]}`, "", "", "", `${texts[1]}`],
        },
        sizeOf("counter", all.counters, counterScript(four)),
        ...carts.map((lines) =>
            sizeOf(`cart of ${lines} lines`, all.carts, cartScript(lines, four)),
        ),
    ];
}
