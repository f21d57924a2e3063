import { z } from "zod";

import type { MetricSample } from "../world";

const document = z.object({
    _aws: z.object({
        CloudWatchMetrics: z.array(
            z.object({
                Namespace: z.string(),
                Dimensions: z.array(z.array(z.string())),
                Metrics: z.array(z.object({ Name: z.string() })),
            }),
        ),
    }),
});

/**
 * The metrics in a line of a function's output, when the line is in the embedded metric format.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 *
 * @param region region of the function, which is the region of its metrics
 */
export function embeddedMetrics(line: string, region: string): readonly MetricSample[] {
    const fields = parse(line);
    const parsed = document.safeParse(fields);
    if (fields === undefined || !parsed.success) {
        return [];
    }
    return parsed.data._aws.CloudWatchMetrics.flatMap(({ Namespace, Dimensions, Metrics }) =>
        Dimensions.flatMap((names) =>
            Metrics.flatMap(({ Name }) => {
                const value = fields[Name];
                const values: readonly unknown[] = Array.isArray(value) ? value : [value];
                return values
                    .filter((one) => typeof one === "number")
                    .map((one) => ({
                        region,
                        namespace: Namespace,
                        metric: Name,
                        dimensions: Object.fromEntries(
                            names.map((name) => [name, String(fields[name])]),
                        ),
                        value: one,
                    }));
            }),
        ),
    );
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
    if (!line.startsWith("{") || !line.includes('"_aws"')) {
        return undefined;
    }
    try {
        return JSON.parse(line) as Readonly<Record<string, unknown>>;
    } catch {
        return undefined;
    }
}
