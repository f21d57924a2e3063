import { z } from "zod";

import { extendedStatistic, statistics } from "./alarmMetric";

const stat = z
    .string()
    .refine((name) => statistics.includes(name) || extendedStatistic.test(name), {
        error: `must be one of ${statistics.join(", ")} or a percentile such as p99`,
    });
const period = z.int().refine((each) => [1, 5, 10, 20, 30].includes(each) || each % 60 === 0, {
    error: "must be 1, 5, 10, 20, 30 or a multiple of 60 seconds",
});

const rendering = z.looseObject({
    id: z
        .string()
        .regex(/^[a-z]\w{0,254}$/, { error: "must begin with a lower-case letter" })
        .optional(),
    expression: z.string().optional(),
    stat: stat.optional(),
    period: period.optional(),
    yAxis: z.enum(["left", "right"]).optional(),
});

/**
 * `[namespace, name, dimension, value, ..., options]`, or `[{ expression }]`; a `.` repeats what the
 * metric above has, a `...` all of it but the end.
 */
const metric = z
    .array(z.union([z.string(), rendering], { error: "must be text, or options at the end" }))
    .min(1)
    .superRefine((parts, context) => {
        const texts = parts.filter((part) => typeof part === "string");
        const options = parts.find((part) => typeof part !== "string");
        const misplaced = parts.slice(0, -1).some((part) => typeof part !== "string");
        const short = texts[0] === "...";
        if (misplaced) {
            context.addIssue("options must come last");
        }
        if (texts.length === 0 && options?.expression === undefined) {
            context.addIssue("must name a metric or have an expression");
        }
        if (!short && texts.length > 0 && (texts.length < 2 || texts.length % 2 !== 0)) {
            context.addIssue("must be a namespace, a name, and pairs of dimension and value");
        }
    });

const line = z.looseObject({ value: z.union([z.number(), z.string()]) });

const metricProperties = z
    .looseObject({
        region: z.string({ error: "must be set" }),
        metrics: z.array(metric).min(1).max(500).optional(),
        annotations: z
            .looseObject({
                horizontal: z.array(z.union([line, z.array(line)])).optional(),
                vertical: z.array(z.union([line, z.array(line)])).optional(),
                alarms: z.array(z.string().regex(/^arn:/, { error: "must be ARNs" })).optional(),
            })
            .optional(),
        view: z.enum(["timeSeries", "singleValue", "gauge", "bar", "pie", "table"]).optional(),
        stat: stat.optional(),
        period: period.optional(),
        stacked: z.boolean().optional(),
        title: z.string().optional(),
    })
    .refine(({ metrics, annotations }) => metrics !== undefined || annotations !== undefined, {
        error: "must have metrics or an alarm's annotation",
    });

const place = {
    x: z.int().min(0).max(23).optional(),
    y: z.int().min(0).optional(),
    width: z.int().min(1).max(24).optional(),
    height: z.int().min(1).max(1000).optional(),
};

const widget = z
    .discriminatedUnion(
        "type",
        [
            z.strictObject({ ...place, type: z.literal("metric"), properties: metricProperties }),
            z.strictObject({
                ...place,
                type: z.literal("text"),
                properties: z.looseObject({ markdown: z.string({ error: "must be set" }) }),
            }),
            z.strictObject({
                ...place,
                type: z.literal("alarm"),
                properties: z.looseObject({
                    alarms: z
                        .array(
                            z.string().regex(/^arn:aws[\w-]*:cloudwatch:/, {
                                error: "must be ARNs of alarms",
                            }),
                        )
                        .min(1)
                        .max(100),
                }),
            }),
            z.strictObject({
                ...place,
                type: z.literal("log"),
                properties: z.looseObject({ query: z.string(), region: z.string() }),
            }),
            ...(["explorer", "custom"] as const).map((type) =>
                z.strictObject({
                    ...place,
                    type: z.literal(type),
                    properties: z.looseObject({}),
                }),
            ),
        ],
        { error: "must have the type alarm, custom, explorer, log, metric or text" },
    )
    .refine(({ x, width }) => (x ?? 0) + (width ?? 6) <= 24, {
        error: "must end within the 24 columns",
    });

const body = z.looseObject({
    widgets: z.array(widget, { error: "must be a list" }).max(500),
    start: z.string().optional(),
    end: z.string().optional(),
    periodOverride: z.enum(["auto", "inherit"]).optional(),
});

/**
 * What CloudWatch would refuse of a dashboard's body, each as `path: reason`; empty when it takes it.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export function bodyProblems(text: string): readonly string[] {
    let value: unknown;
    try {
        value = JSON.parse(text);
    } catch {
        return ["The field DashboardBody must be a valid JSON object"];
    }
    const result = body.safeParse(value);
    return result.success
        ? []
        : result.error.issues.map((issue) => `/${issue.path.join("/")}: ${issue.message}`);
}
