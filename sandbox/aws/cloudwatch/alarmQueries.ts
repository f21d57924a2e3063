import { FillError, parseExpression } from "../../world/alarms/expression";
import type { Props } from "../../world/store";
import { flag, given, record, records, text } from "../support/known";
import type { Problems } from "../support/problems";
import { checkDimensions, checkPeriod, extendedStatistic, statistics } from "./alarmMetric";

/** Metrics in one alarm's expression: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html */
const metricsPerAlarm = 10;

const alone = [
    "dimensions",
    "extendedStatistic",
    "metricName",
    "namespace",
    "period",
    "statistic",
    "unit",
];

/**
 * Metric math in an alarm: ids that are used once and exist, one query that returns data, and nothing
 * of a plain metric beside it.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html
 */
export function checkQueries(problems: Problems, inputs: Props): void {
    for (const property of alone.filter((name) => given(inputs, name))) {
        problems.add(property, "must not be set beside metricQueries");
    }
    const queries = records(inputs, "metricQueries");
    const ids = queries.map((query) => text(query, "id") ?? "");
    if (new Set(ids).size !== ids.length) {
        problems.add("metricQueries", `ids must be unique, got ${ids.join(", ")}`);
    }
    const band = text(inputs, "thresholdMetricId");
    if (band !== undefined && !ids.includes(band)) {
        problems.add("thresholdMetricId", `must be the id of a query, got "${band}"`);
    }
    const returning = queries.filter((query) => flag(query, "returnData") === true).length;
    if (queries.length > 0 && band === undefined && returning !== 1) {
        problems.add(
            "metricQueries",
            `exactly one query must have returnData true, got ${returning}`,
        );
    }
    const metrics = queries.filter((query) => given(query, "metric")).length;
    if (queries.length > 0 && (metrics < 1 || metrics > metricsPerAlarm)) {
        problems.add(
            "metricQueries",
            `an alarm's expression takes 1 to ${metricsPerAlarm} metrics, got ${metrics}`,
        );
    }
    queries.forEach((query, index) => {
        checkQuery(problems, query, ids, `metricQueries[${index}].`);
    });
}

function checkQuery(problems: Problems, query: Props, ids: readonly string[], path: string): void {
    problems.matches(
        query,
        "id",
        /^[a-z]\w{0,254}$/,
        "must begin with a lower-case letter and hold letters, digits and underscores",
        path,
    );
    if (given(query, "metric") === given(query, "expression")) {
        problems.add(`${path}expression`, "a query has either a metric or an expression");
    }
    checkPeriod(problems, query, path);
    const metric = record(query, "metric");
    if (metric !== undefined) {
        for (const property of ["metricName", "period", "stat"]) {
            if (!given(metric, property)) {
                problems.add(`${path}metric.${property}`, "must be set");
            }
        }
        checkPeriod(problems, metric, `${path}metric.`);
        checkDimensions(problems, metric, `${path}metric.`);
        const stat = text(metric, "stat");
        if (stat !== undefined && !statistics.includes(stat) && !extendedStatistic.test(stat)) {
            problems.add(
                `${path}metric.stat`,
                `must be one of ${statistics.join(", ")} or a percentile, got "${stat}"`,
            );
        }
    }
    const expression = text(query, "expression");
    if (expression !== undefined) {
        for (const name of namesIn(expression).filter((candidate) => !ids.includes(candidate))) {
            problems.add(
                `${path}expression`,
                `"${name}" in "${expression}" is the id of no query; there are ${ids.join(", ")}`,
            );
        }
        // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html#metric-math-syntax-functions-list
        const fill = fillProblem(expression);
        if (fill !== undefined) {
            problems.add(`${path}expression`, fill);
        }
        if (/^\s*(SEARCH|METRICS)\s*\(/.test(expression)) {
            problems.add(
                `${path}expression`,
                "an alarm's expression must give one time series; SEARCH and METRICS give many",
            );
        }
    }
}

function fillProblem(expression: string): string | undefined {
    try {
        parseExpression(expression);
        return undefined;
    } catch (error) {
        // All else may be what only the sandbox cannot read.
        return error instanceof FillError ? error.message : undefined;
    }
}

/** The query ids an expression mentions: function names are upper case, ids begin in lower case. */
function namesIn(expression: string): readonly string[] {
    const withoutText = expression.replace(/"[^"]*"|'[^']*'/g, "");
    return [...new Set(withoutText.match(/(?<![\w.])[a-z]\w*/g) ?? [])];
}
