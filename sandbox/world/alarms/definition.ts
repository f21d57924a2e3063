import { z } from "zod";

import type { StoredResource } from "../store";

const dimensions = z.record(z.string(), z.string()).default({});

const metricQuery = z.object({
    id: z.string(),
    expression: z.string().optional(),
    returnData: z.boolean().default(false),
    metric: z
        .object({
            metricName: z.string(),
            namespace: z.string(),
            period: z.number(),
            stat: z.string(),
            dimensions,
        })
        .optional(),
});

const schema = z.object({
    name: z.string(),
    arn: z.string(),
    alarmDescription: z.string().optional(),
    actionsEnabled: z.boolean().default(true),
    alarmActions: z.array(z.string()).default([]),
    okActions: z.array(z.string()).default([]),
    insufficientDataActions: z.array(z.string()).default([]),
    comparisonOperator: z.string(),
    evaluationPeriods: z.number().int(),
    datapointsToAlarm: z.number().int().optional(),
    threshold: z.number(),
    treatMissingData: z.enum(["missing", "ignore", "breaching", "notBreaching"]).default("missing"),
    metricName: z.string().optional(),
    namespace: z.string().optional(),
    period: z.number().optional(),
    statistic: z.string().optional(),
    extendedStatistic: z.string().optional(),
    dimensions,
    metricQueries: z.array(metricQuery).default([]),
});

export type AlarmDefinition = z.infer<typeof schema>;
export type AlarmQuery = z.infer<typeof metricQuery>;

/** The alarm as the account holds it; its queries include the single metric of a plain alarm. */
export function alarmDefinition(resource: StoredResource): AlarmDefinition {
    const alarm = schema.parse(resource.outputs);
    if (alarm.metricName === undefined) {
        return alarm;
    }
    return {
        ...alarm,
        metricQueries: [
            {
                id: "m",
                returnData: true,
                metric: {
                    metricName: alarm.metricName,
                    namespace: alarm.namespace ?? "",
                    period: alarm.period ?? 60,
                    stat: alarm.statistic ?? alarm.extendedStatistic ?? "Average",
                    dimensions: alarm.dimensions,
                },
            },
        ],
    };
}

/** Seconds of the alarm's data points: the longest period among its metrics. */
export function periodSeconds(alarm: AlarmDefinition): number {
    return Math.max(10, ...alarm.metricQueries.map((query) => query.metric?.period ?? 0));
}
