import { AwsError } from "../../aws/awsError";
import type { Metrics } from "../metrics";
import { jsonResponse, notImplemented } from "./errors";
import type { ApiHandler, ApiRequest, ApiResponse } from "./handler";
import { actionOf } from "./server";

/** Most data points of one answer: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html */
const mostPoints = 1440;

interface StatisticsRequest {
    readonly Namespace: string;
    readonly MetricName: string;
    readonly Dimensions?: readonly { readonly Name: string; readonly Value: string }[];
    /** Seconds since the epoch. */
    readonly StartTime: number;
    readonly EndTime: number;
    readonly Period: number;
    readonly Statistics?: readonly string[];
}

/** CloudWatch's API over the world's metrics: what a metric was. */
export class CloudWatchApi implements ApiHandler {
    readonly service = "monitoring";
    readonly protocol = "json";

    constructor(private readonly metrics: Metrics) {}

    async handle(request: ApiRequest): Promise<ApiResponse> {
        const action = actionOf(request);
        if (action !== "GetMetricStatistics") {
            throw notImplemented("monitoring", action);
        }
        const asked = JSON.parse(request.body.toString("utf8")) as StatisticsRequest;
        return jsonResponse({
            Label: asked.MetricName,
            Datapoints: this.#points(request.region, asked),
        });
    }

    #points(region: string, asked: StatisticsRequest): readonly object[] {
        const periodMs = asked.Period * 1000;
        const fromMs = Math.floor((asked.StartTime * 1000) / periodMs) * periodMs;
        const toMs = Math.ceil((asked.EndTime * 1000) / periodMs) * periodMs;
        if ((toMs - fromMs) / periodMs > mostPoints) {
            throw new AwsError(
                "InvalidParameterCombination",
                `You have requested up to ${(toMs - fromMs) / periodMs} datapoints, which exceeds the limit of ${mostPoints}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
            );
        }
        const points = new Map<number, Record<string, unknown>>();
        for (const statistic of asked.Statistics ?? []) {
            const series = this.metrics.query({
                region,
                namespace: asked.Namespace,
                metric: asked.MetricName,
                dimensions: Object.fromEntries(
                    (asked.Dimensions ?? []).map(({ Name, Value }) => [Name, Value]),
                ),
                statistic,
                periodMs,
                fromMs,
                toMs,
            });
            for (const [startMs, value] of series) {
                const point = points.get(startMs) ?? { Timestamp: startMs / 1000 };
                points.set(startMs, { ...point, [statistic]: value });
            }
        }
        return [...points.values()];
    }
}
