/** Share of the checkers that must say healthy, exclusive: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html */
const healthyShare = 0.18;

/** What one checker thinks: it changes its mind after `threshold` results in a row that say otherwise. */
export class Opinion {
    #healthy: boolean | undefined;
    #streak = 0;
    #last: boolean | undefined;

    constructor(
        private readonly threshold: number,
        before?: boolean,
    ) {
        this.#healthy = before;
    }

    /** Undefined while the checker has not seen enough. */
    get healthy(): boolean | undefined {
        return this.#healthy;
    }

    /** Takes in one result; says whether the opinion changed. */
    add(passed: boolean): boolean {
        this.#streak = passed === this.#last ? this.#streak + 1 : 1;
        this.#last = passed;
        if (passed === this.#healthy || this.#streak < this.threshold) {
            return false;
        }
        this.#healthy = passed;
        return true;
    }
}

/** Whether an endpoint is healthy by its checkers' opinions. One without an opinion does not object. */
export function endpointHealthy(opinions: readonly (boolean | undefined)[]): boolean {
    const healthy = opinions.filter((opinion) => opinion !== false).length;
    return opinions.length === 0 || healthy / opinions.length > healthyShare;
}

/**
 * Whether a calculated check is healthy: a threshold of 0 always is, one above the number of children
 * never is.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html#health-checks-creating-values-calculated
 */
export function calculatedHealthy(children: readonly boolean[], threshold: number): boolean {
    return children.filter((healthy) => healthy).length >= threshold;
}
