import type { BenchFigure } from "../../automation/commands/bench";
import type { PartReport } from "../../automation/commands/benchParts";

/** A figure that is to be no less. @param unit as it stands behind the value */
export function atLeast(what: string, value: number, reach: number, unit = "x"): BenchFigure {
    return {
        what,
        measured: withUnit(value, unit),
        reach: `at least ${reach} ${unit}`,
        reached: value >= reach,
    };
}

/** A figure that is to be no more. */
export function atMost(what: string, value: number, reach: number, unit = ""): BenchFigure {
    return {
        what,
        measured: withUnit(value, unit),
        reach: `at most ${withUnit(reach, unit, reach)}`,
        reached: value <= reach,
    };
}

/** A figure with nothing to reach. */
export function plain(what: string, value: number, unit: string): BenchFigure {
    return { what, measured: withUnit(value, unit), reach: "", reached: true };
}

/** Prints the report for `meridian bench`, or says why there is none. */
export function reportPart(make: () => Promise<PartReport>): void {
    make().then(
        (report) => console.log(JSON.stringify(report)),
        (error: unknown) => {
            console.error(error);
            process.exitCode = 1;
        },
    );
}

/** Three digits that count. */
export function short(value: number): string {
    return value >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();
}

function withUnit(value: number, unit: string, shown: number | string = short(value)): string {
    return `${shown} ${unit}`.trim();
}
