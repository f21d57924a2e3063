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

interface ListRequest {
    readonly Namespace?: string;
    readonly MetricName?: string;
    readonly Dimensions?: readonly { readonly Name: string; readonly Value?: string }[];
}

/** CloudWatch's API over the world's metrics: which there are, and what one was. */
export class CloudWatchApi implements ApiHandler {
    readonly service = "monitoring";
    readonly protocol = "json";

    constructor(private readonly metrics: Metrics) {}

    async handle(request: ApiRequest): Promise<ApiResponse> {
        const action = actionOf(request);
        const body: unknown = JSON.parse(request.body.toString("utf8"));
        switch (action) {
            case "GetMetricStatistics": {
                const asked = body as StatisticsRequest;
                return jsonResponse({
                    Label: asked.MetricName,
                    Datapoints: this.#points(request.region, asked),
                });
            }
            case "ListMetrics":
                return jsonResponse({ Metrics: this.#list(request.region, body as ListRequest) });
            default:
                throw notImplemented("monitoring", action);
        }
    }

    /** A filter that names a dimension finds it among others: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListMetrics.html */
    #list(region: string, asked: ListRequest): readonly object[] {
        const { Namespace, MetricName, Dimensions = [], ...others } = asked;
        const [other] = Object.keys(others);
        if (Namespace === undefined || MetricName === undefined || other !== undefined) {
            throw notImplemented(
                "monitoring",
                `ListMetrics with ${other ?? "less than Namespace and MetricName"}`,
            );
        }
        return this.metrics
            .dimensionsOf(region, Namespace, MetricName)
            .filter((found) =>
                Dimensions.every(({ Name, Value }) =>
                    Value === undefined ? Name in found : found[Name] === Value,
                ),
            )
            .map((found) => ({
                Namespace,
                MetricName,
                Dimensions: Object.entries(found).map(([Name, Value]) => ({ Name, Value })),
            }));
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
