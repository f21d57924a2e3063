import type { Registration, Targets } from "../targets";
import type { World } from "../world";
import type { TargetCheck } from "./model";

/** What is needed to probe the targets of one group. */
export interface ProbedGroup {
    readonly check: TargetCheck;
    /** Address of the balancer that probes. */
    readonly from: string;
}

interface Probe {
    readonly intervalMs: number;
    readonly stop: () => void;
    successes: number;
    failures: number;
}

/**
 * A balancer's health checks of its targets: a new target is healthy after one success, a judged
 * one changes after as many results in a row as its group says
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html).
 */
export class Probes {
    readonly #probes = new Map<Registration, Probe>();
    readonly #onChange = (groupArn: string): void => this.#follow(groupArn);

    constructor(
        private readonly world: World,
        private readonly targets: Targets,
        /** The group's check, when a balancer uses it. */
        private readonly probed: (groupArn: string) => ProbedGroup | undefined,
    ) {
        targets.on("change", this.#onChange);
    }

    /** Begins and ends probes after listeners, groups or checks have changed. */
    refresh(): void {
        for (const groupArn of this.targets.groups()) {
            this.#follow(groupArn);
        }
    }

    stop(): void {
        this.targets.off("change", this.#onChange);
        for (const probe of this.#probes.values()) {
            probe.stop();
        }
        this.#probes.clear();
    }

    #follow(groupArn: string): void {
        const group = this.probed(groupArn);
        const wanted = new Set(group === undefined ? [] : this.targets.registered(groupArn));
        for (const [registration, probe] of this.#probes) {
            const same = wanted.has(registration) && probe.intervalMs === group?.check.intervalMs;
            if (registration.groupArn === groupArn && !same) {
                probe.stop();
                this.#probes.delete(registration);
            }
        }
        for (const registration of wanted) {
            if (group !== undefined && !this.#probes.has(registration)) {
                this.#begin(registration, group);
            }
        }
    }

    #begin(registration: Registration, first: ProbedGroup): void {
        const probe: Probe = {
            intervalMs: first.check.intervalMs,
            successes: 0,
            failures: 0,
            stop: this.world.clock.every(
                first.check.intervalMs,
                () => {
                    const group = this.probed(registration.groupArn);
                    if (group !== undefined) {
                        void this.#probe(registration, group, probe);
                    }
                },
                0,
            ),
        };
        this.#probes.set(registration, probe);
    }

    async #probe(registration: Registration, group: ProbedGroup, probe: Probe): Promise<void> {
        const { check, from } = group;
        const { address, portFor = (same) => same } = registration.target;
        const port = check.port === undefined ? registration.target.port : portFor(check.port);
        const healthy = await this.world.network
            .request({
                from,
                to: address,
                port,
                tls: check.tls,
                host: `${address}:${port}`,
                method: "GET",
                path: check.path,
                headers: { "user-agent": "ELB-HealthChecker/2.0" },
                timeoutMs: check.timeoutMs,
            })
            .then(
                (response) => check.matches(response.status),
                () => false,
            );
        probe.successes = healthy ? probe.successes + 1 : 0;
        probe.failures = healthy ? 0 : probe.failures + 1;
        if (this.#probes.get(registration) !== probe) {
            return;
        }
        const enough = registration.state === "initial" ? 1 : check.healthyThreshold;
        if (probe.successes >= enough) {
            this.targets.setState(registration, "healthy");
        } else if (probe.failures >= check.unhealthyThreshold) {
            this.targets.setState(registration, "unhealthy");
        }
    }
}
