export interface MetricLine {
    /** Milliseconds since the epoch. */
    readonly atMs: number;
    readonly namespace: string;
    readonly metric: string;
    readonly unit: "Percent" | "Count" | "Seconds";
    readonly value: number;
    readonly dimensions: Readonly<Record<string, string>>;
    /** Searchable in the log, not part of the metric. */
    readonly properties?: Readonly<Record<string, unknown>>;
}

/**
 * One line of CloudWatch's embedded metric format. A handler that prints it needs no permission to
 * write metrics and makes no call that could fail.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function embeddedMetric(line: MetricLine): string {
    return JSON.stringify({
        _aws: {
            Timestamp: line.atMs,
            CloudWatchMetrics: [
                {
                    Namespace: line.namespace,
                    Dimensions: [Object.keys(line.dimensions)],
                    Metrics: [{ Name: line.metric, Unit: line.unit }],
                },
            ],
        },
        ...line.properties,
        ...line.dimensions,
        [line.metric]: line.value,
    });
}
