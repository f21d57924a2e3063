import type { MetricSink } from "../world";
import { figuresOf, type EdgeAnswer, type EdgeFigures } from "./figures";

/** How a viewer's request ended. */
export interface Ending extends EdgeAnswer {
    readonly distributionId: string;
    readonly status: number;
    /** Whether the distribution has its additional metrics. */
    readonly more: boolean;
}

/**
 * Publishes what CloudWatch's `AWS/CloudFront` shows, in us-east-1 whatever the edge. A rate is the
 * average of 0 and 100 over the requests
 * (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/programming-cloudwatch-metrics.html).
 */
export class EdgeMeasures {
    readonly #answers: EdgeAnswer[] = [];

    constructor(private readonly metrics: MetricSink) {}

    /** Of the requests that came since then. */
    figures(sinceMs: number): EdgeFigures {
        return figuresOf(this.#answers.filter(({ askedMs }) => askedMs >= sinceMs));
    }

    request({ distributionId, status, more, ...answer }: Ending): void {
        this.#answers.push(answer);
        const percent = (is: boolean): number => (is ? 100 : 0);
        const put = (metric: string, value: number): void =>
            this.metrics.put({
                region: "us-east-1",
                namespace: "AWS/CloudFront",
                metric,
                dimensions: { DistributionId: distributionId, Region: "Global" },
                value,
            });
        put("Requests", 1);
        put("4xxErrorRate", percent(status >= 400 && status < 500));
        put("5xxErrorRate", percent(status >= 500));
        put("TotalErrorRate", percent(status >= 400));
        if (more && answer.outcome !== "refused" && answer.outcome !== "blocked") {
            put("CacheHitRate", percent(answer.outcome === "hit" || answer.outcome === "stale"));
        }
    }
}
