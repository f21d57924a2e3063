import type { LoadBalancerHealth, World } from "../world";

/** World milliseconds between two looks at an endpoint. */
const intervalMs = 10_000;
/**
 * Looks in a row that change a state. AWS gives one figure, "about 30 seconds" until traffic is back
 * at a region that recovered; leaving one takes as long here.
 */
const threshold = 3;

interface Watched {
    /** Undefined until the first success. */
    healthy: boolean | undefined;
    /** Looks in a row that say otherwise. */
    against: number;
    readonly stop: () => void;
}

/**
 * What Global Accelerator knows of its load balancers. It takes Elastic Load Balancing's word: an
 * endpoint is healthy while each target group behind it has a healthy target, and the group's own
 * health check settings are for other kinds of endpoints. It asks no Route 53 health check, and
 * nothing that a control plane would have to answer. A region that cannot be reached has no word.
 *
 * @see https://docs.aws.amazon.com/global-accelerator/latest/dg/about-endpoint-groups-health-check-options.html
 */
export class EndpointHealth {
    readonly #watched = new Map<string, Watched>();

    constructor(
        private readonly world: World,
        private readonly loadBalancers: LoadBalancerHealth,
        /** Where a load balancer is, by ARN; undefined when there is none. */
        private readonly find: (arn: string) => { region: string; dnsName: string } | undefined,
    ) {}

    /** An endpoint must pass once to count as healthy. */
    healthy(arn: string): boolean {
        return this.#watched.get(arn)?.healthy === true;
    }

    /** Begins and ends looking, so that just these load balancers are looked at. */
    watch(arns: ReadonlySet<string>): void {
        for (const [arn, watched] of this.#watched) {
            if (!arns.has(arn)) {
                watched.stop();
                this.#watched.delete(arn);
            }
        }
        for (const arn of arns) {
            if (!this.#watched.has(arn)) {
                this.#watched.set(arn, {
                    healthy: undefined,
                    against: 0,
                    stop: this.world.clock.every(intervalMs, () => this.#look(arn), 0),
                });
            }
        }
    }

    #look(arn: string): void {
        const watched = this.#watched.get(arn);
        const balancer = this.find(arn);
        if (watched === undefined) {
            return;
        }
        const well =
            balancer !== undefined &&
            this.world.faults.reachable(undefined, balancer.region) &&
            this.loadBalancers.targetsHealthy(balancer.dnsName);
        if (watched.healthy === undefined) {
            watched.healthy = well || undefined;
            return;
        }
        watched.against = well === watched.healthy ? 0 : watched.against + 1;
        if (watched.against >= threshold) {
            watched.healthy = well;
            watched.against = 0;
        }
    }
}
