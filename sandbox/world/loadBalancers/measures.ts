import type { MetricSink } from "../world";
import type { Balancer, TargetGroup } from "./model";

/** How one request ended. */
export interface Ending {
    readonly balancer: Balancer;
    /** Absent when no target group was chosen. */
    readonly group?: TargetGroup;
    readonly status: number;
    /** Who gave the status. */
    readonly by: "target" | "balancer";
    /** World milliseconds from the request's leaving for the target until the answer's first byte. */
    readonly targetMs?: number;
}

/**
 * Publishes what CloudWatch's `AWS/ApplicationELB` shows of requests and targets, per balancer and
 * per balancer and group
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html).
 */
export class Measures {
    constructor(private readonly metrics: MetricSink) {}

    request(ending: Ending): void {
        const { balancer, group, status, by, targetMs } = ending;
        const hundreds = Math.floor(status / 100);
        // Only requests for which a target could be chosen count as requests.
        if (group !== undefined) {
            this.#put(balancer, group, "RequestCount", 1);
        }
        if (by === "target") {
            this.#put(balancer, group, `HTTPCode_Target_${hundreds}XX_Count`, 1);
        } else if (hundreds >= 3) {
            this.#put(balancer, group, `HTTPCode_ELB_${hundreds}XX_Count`, 1);
        }
        if (targetMs !== undefined) {
            this.#put(balancer, group, "TargetResponseTime", targetMs / 1000);
        }
    }

    hosts(balancer: Balancer, group: TargetGroup, healthy: number, unhealthy: number): void {
        const dimensions = {
            LoadBalancer: balancer.arnSuffix,
            TargetGroup: group.arnSuffix,
        };
        this.#sample(balancer.region, "HealthyHostCount", healthy, dimensions);
        this.#sample(balancer.region, "UnHealthyHostCount", unhealthy, dimensions);
    }

    #put(balancer: Balancer, group: TargetGroup | undefined, metric: string, value: number): void {
        const dimensions = { LoadBalancer: balancer.arnSuffix };
        this.#sample(balancer.region, metric, value, dimensions);
        if (group !== undefined) {
            this.#sample(balancer.region, metric, value, {
                ...dimensions,
                TargetGroup: group.arnSuffix,
            });
        }
    }

    #sample(
        region: string,
        metric: string,
        value: number,
        dimensions: Readonly<Record<string, string>>,
    ): void {
        this.metrics.put({ region, namespace: "AWS/ApplicationELB", metric, dimensions, value });
    }
}
