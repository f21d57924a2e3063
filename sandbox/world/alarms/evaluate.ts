/** State of a CloudWatch alarm. */
export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

export interface EvaluationRules {
    /** N: how many data points are looked at. */
    readonly evaluationPeriods: number;
    /** M: how many of them have to breach. */
    readonly datapointsToAlarm: number;
    readonly treatMissingData: "missing" | "ignore" | "breaching" | "notBreaching";
}

/** How many periods more than N are looked at, so that a late data point is not taken for a missing one. */
export const extraPeriods = 2;

/**
 * The alarm's next state.
 *
 * While at least N data points exist in the range, the latest N of them decide, and the missing
 * ones are skipped over. With fewer, the missing ones count as `treatMissingData` says.
 *
 * @param breaches for each period of the evaluation range, oldest first: whether its data point breaches; undefined without one
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export function nextState(
    breaches: readonly (boolean | undefined)[],
    rules: EvaluationRules,
    current: AlarmState,
): AlarmState {
    const { evaluationPeriods: n, datapointsToAlarm: m } = rules;
    const existing = breaches.filter((breach) => breach !== undefined).slice(-n);
    const breaching = existing.filter(Boolean).length;
    const missing = n - existing.length;
    if (missing === 0) {
        return breaching >= m ? "ALARM" : "OK";
    }
    switch (rules.treatMissingData) {
        case "breaching":
            return breaching + missing >= m ? "ALARM" : "OK";
        case "notBreaching":
            return breaching >= m ? "ALARM" : "OK";
        case "ignore":
            if (breaching >= m) {
                return "ALARM";
            }
            return existing.length - breaching > n - m ? "OK" : current;
        case "missing":
            if (existing.length === 0) {
                return "INSUFFICIENT_DATA";
            }
            return breaching >= Math.min(m, existing.length) ? "ALARM" : "OK";
    }
}

const comparisons: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
    GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
    GreaterThanThreshold: (value, threshold) => value > threshold,
    LessThanThreshold: (value, threshold) => value < threshold,
    LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

/** @throws RangeError for a comparison operator the sandbox does not evaluate */
export function breachesThreshold(operator: string, value: number, threshold: number): boolean {
    const compare = comparisons[operator];
    if (compare === undefined) {
        throw new RangeError(
            `comparison operator ${JSON.stringify(operator)} is not evaluated here; use one of ${Object.keys(comparisons).join(", ")}`,
        );
    }
    return compare(value, threshold);
}
