import type { Props } from "../../world/store";
import { given, number, record } from "../support/known";
import type { Problems } from "../support/problems";

const comparisons = [
    "GreaterThanOrEqualToThreshold",
    "GreaterThanThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
];

const bandComparisons = [
    "GreaterThanUpperThreshold",
    "LessThanLowerOrGreaterThanUpperThreshold",
    "LessThanLowerThreshold",
];

export const statistics = ["Average", "Maximum", "Minimum", "SampleCount", "Sum"];

/** Percentiles and trimmed statistics, such as `p99`, `tm90`, `TM(10%:90%)` or `PR(:300)`. */
export const extendedStatistic =
    /^((p|tm|tc|ts|wm)(\d{1,2}(\.\d{1,10})?|100)|IQM|(TM|TC|TS|WM|PR)\([\d.%]*:[\d.%]*\))$/;

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html */
export function checkEvaluation(problems: Problems, inputs: Props): void {
    if (given(inputs, "evaluationCriteria")) {
        return;
    }
    for (const property of ["comparisonOperator", "evaluationPeriods"]) {
        if (!given(inputs, property)) {
            problems.add(property, "must be set");
        }
    }
    const band = given(inputs, "thresholdMetricId");
    problems.oneOf(inputs, "comparisonOperator", band ? bandComparisons : comparisons);
    problems.exactlyOne(inputs, ["threshold", "thresholdMetricId"]);
    problems.range(inputs, "evaluationPeriods", 1, 8640);
    problems.range(inputs, "datapointsToAlarm", 1, 8640);
    const all = number(inputs, "evaluationPeriods");
    const some = number(inputs, "datapointsToAlarm");
    if (all !== undefined && some !== undefined && some > all) {
        problems.add(
            "datapointsToAlarm",
            `must not be above evaluationPeriods ${all}, got ${some}`,
        );
    }
    const period = number(inputs, "period");
    if (period !== undefined && all !== undefined) {
        const limit = period < 3600 ? 86_400 : 604_800;
        if (period * all > limit) {
            problems.add(
                "evaluationPeriods",
                `Metrics cannot be checked across more than ${limit === 86_400 ? "a day" : "seven days"} (EvaluationPeriods * Period must be <= ${limit}), got ${period * all}`,
            );
        }
    }
}

/** 10, 20 or 30 seconds, or a multiple of 60. */
export function checkPeriod(problems: Problems, props: Props, path: string): void {
    const period = number(props, "period");
    const valid =
        period === undefined ||
        [10, 20, 30].includes(period) ||
        (Number.isInteger(period) && period > 0 && period % 60 === 0);
    if (!valid) {
        problems.add(
            `${path}period`,
            `must be 10, 20, 30 or a multiple of 60 seconds, got ${period}`,
        );
    }
}

/** An alarm on one metric names it, its statistic and its period. */
export function checkMetric(problems: Problems, inputs: Props): void {
    for (const property of ["metricName", "namespace", "period"]) {
        if (!given(inputs, property)) {
            problems.add(property, "must be set, unless metricQueries is");
        }
    }
    problems.exactlyOne(inputs, ["statistic", "extendedStatistic"]);
    problems.oneOf(inputs, "statistic", statistics);
    problems.matches(
        inputs,
        "extendedStatistic",
        extendedStatistic,
        "must be a percentile such as p99, or a trimmed statistic such as tm90",
    );
    problems.oneOf(inputs, "evaluateLowSampleCountPercentiles", ["evaluate", "ignore"]);
    checkDimensions(problems, inputs, "");
}

export function checkDimensions(problems: Problems, props: Props, path: string): void {
    const count = Object.keys(record(props, "dimensions") ?? {}).length;
    if (count > 30) {
        problems.add(`${path}dimensions`, `a metric has at most 30 dimensions, got ${count}`);
    }
}
