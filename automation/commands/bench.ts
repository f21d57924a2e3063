import { evacuationToUnchanged, type DrillReport } from "../drill/report";
import type { DeployTimes } from "./benchDeploy";

/** One figure: what, what was measured and what is to be reached. */
export interface BenchFigure {
    readonly what: string;
    readonly measured: string;
    readonly reach: string;
    readonly reached: boolean;
}

/**
 * What a drill took, against what is to be reached on two cores. Pure.
 *
 * @param memoryMiB of all its processes at most; undefined where it cannot be measured.
 */
export function drillFigures(
    report: DrillReport,
    memoryMiB: number | undefined,
): readonly BenchFigure[] {
    const { engine, rto } = report;
    const ratio = evacuationToUnchanged(engine);
    const deployStep = report.steps.find((step) => step.id === "deploy");
    return [
        figure("the drill, real time", report.realSeconds, 240, "s"),
        figure(
            "its deployment of five stacks, real time",
            deployStep?.realSeconds ?? NaN,
            undefined,
            "s",
        ),
        figure(
            "unchanged update of the survivors, in parallel",
            engine.unchangedSeconds ?? NaN,
            undefined,
            "s",
        ),
        figure(
            "evacuation's updates of the survivors, in parallel",
            engine.evacuationSeconds ?? NaN,
            undefined,
            "s",
        ),
        figure("evacuation's updates against unchanged ones", ratio, 1.5, "x"),
        figure(
            "RTO against its bound, world time",
            rto === undefined ? NaN : rto.worldSeconds / rto.boundWorldSeconds,
            1.15,
            "x",
        ),
        figure("RTO, world time", rto?.worldSeconds ?? NaN, undefined, "s"),
        figure("memory of all processes at most", memoryMiB ?? NaN, 4096, "MiB"),
    ];
}

/** What two deployments took, and the gate and the packs after them. Pure. */
export function deployFigures(deploys: DeployTimes): readonly BenchFigure[] {
    return [
        figure("deployment of five stacks", deploys.ownSeconds, undefined, "s"),
        figure(
            "the same, one after the other, types checked by ts-node",
            deploys.plainSeconds,
            undefined,
            "s",
        ),
        atLeast("the latter against the former", deploys.plainSeconds / deploys.ownSeconds, 2.5),
        figure("previews of five stacks under the packs", deploys.ownGateSeconds, 30, "s"),
        figure(
            "the same, one after the other, types checked by ts-node",
            deploys.plainGateSeconds,
            undefined,
            "s",
        ),
        atLeast(
            "the latter against the former",
            deploys.plainGateSeconds / deploys.ownGateSeconds,
            2,
        ),
        ...deploys.rules.flatMap(({ resources, seconds, engineSeconds }) => {
            const what = `the packs on ${resources.toLocaleString("en")} resources`;
            return [
                figure(what, seconds, undefined, "s"),
                figure(
                    `${what}, without what the engine takes when every rule is off`,
                    seconds - engineSeconds,
                    resources === 10_000 ? 10 : undefined,
                    "s",
                ),
            ];
        }),
        ...growth(deploys.rules),
    ];
}

function figure(what: string, value: number, reach: number | undefined, unit: string): BenchFigure {
    return {
        what,
        measured: `${value.toFixed(unit === "x" ? 2 : 1)} ${unit}`,
        reach: reach === undefined ? "" : `${reach} ${unit}`,
        // A figure that was not measured reaches nothing.
        reached: reach === undefined ? !Number.isNaN(value) : value <= reach,
    };
}

/** A ratio that is to be no less than that. */
function atLeast(what: string, ratio: number, reach: number): BenchFigure {
    return {
        what,
        measured: `${ratio.toFixed(2)} x`,
        reach: `at least ${reach} x`,
        reached: ratio >= reach,
    };
}

/** How much longer twice as many resources take, at most: 2 is linear, and room for what a run costs by itself and for noise. */
function growth(rules: DeployTimes["rules"]): readonly BenchFigure[] {
    const ratios = rules.slice(1).map(({ resources, seconds }, index) => {
        const before = rules[index];
        return before === undefined
            ? NaN
            : (seconds / before.seconds) * (2 / (resources / before.resources));
    });
    return ratios.length === 0
        ? []
        : [figure("the packs on twice as many resources, at most", Math.max(...ratios), 2.2, "x")];
}
