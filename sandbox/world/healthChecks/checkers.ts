import { EventEmitter } from "node:events";
import { isDeepStrictEqual } from "node:util";

import { healthCheckType } from "../../aws/route53/recordSet";
import type { StoreChange, StoredResource } from "../store";
import type { HealthStatuses, MetricSink, Part, World } from "../world";
import { type AlarmDefinition, type CheckDefinition, checkDefinition } from "./definition";
import { EndpointCheck, type Observation } from "./endpointCheck";
import { Prober, type ResolveAddresses } from "./probe";
import { calculatedHealthy } from "./tally";

/**
 * World time from a checker's change of mind until DNS answers by it. AWS gives no figure; seconds are
 * what is seen.
 */
export const propagationMs = 2000;
/** How often checks that follow an alarm look at it, at least. */
const alarmPollMs = 10_000;
const minuteMs = 60_000;
/** Where the metrics of health checks live: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-health-checks.html */
const metricsRegion = "us-east-1";

export interface HealthCheckersOptions {
    /** Resolves names through the world's own DNS. */
    readonly resolve: ResolveAddresses;
    readonly metrics: MetricSink;
    /**
     * State of a CloudWatch alarm (`OK`, `ALARM`, `INSUFFICIENT_DATA`); undefined when there is none.
     * Route 53 itself evaluates the alarm's metric by the alarm's criteria; here the alarm's state
     * stands for that.
     */
    readonly alarmState?: (region: string, alarmName: string) => string | undefined;
    /** Checkers in each of a check's regions. @default 1 */
    readonly checkersPerRegion?: number;
}

/** Status of a check as DNS sees it. */
export interface CheckStatus {
    readonly id: string;
    readonly healthy: boolean;
    /** World time from which it holds, milliseconds since the epoch. */
    readonly sinceMs: number;
    readonly observations: readonly Observation[];
}

export interface StatusChange {
    readonly id: string;
    readonly healthy: boolean;
    readonly atMs: number;
}

interface Check {
    readonly definition: CheckDefinition;
    readonly endpoint: EndpointCheck | undefined;
    /** Status before inversion that an alarm had when it last had data. */
    lastKnown: boolean;
    /** Status that is on its way to DNS, or there. */
    decided: boolean;
    published: boolean;
    sinceMs: number;
}

/**
 * Route 53's health checks: probes endpoints from the checker regions, tallies what they see, derives
 * the calculated checks, and tells DNS a little later. It belongs to the data plane: no fault of a
 * control plane stops it. `change` says that DNS goes by another status from now on.
 */
export class HealthCheckers
    extends EventEmitter<{ change: [StatusChange] }>
    implements Part, HealthStatuses
{
    readonly #prober: Prober;
    readonly #checks = new Map<string, Check>();
    readonly #stops: (() => void)[] = [];
    #stopped = false;

    constructor(
        private readonly world: World,
        private readonly options: HealthCheckersOptions,
    ) {
        super();
        this.setMaxListeners(0);
        this.#prober = new Prober(world, options.resolve);
    }

    async start(): Promise<void> {
        const { store, clock } = this.world;
        for (const resource of store.list(healthCheckType)) {
            this.#put(resource);
        }
        // Only now is every child there that a calculated check counts.
        for (const [id, check] of this.#checks) {
            check.decided = check.published = this.#observed(id);
        }
        store.on("change", this.#onChange);
        this.#stops.push(
            () => store.off("change", this.#onChange),
            clock.every(minuteMs, () => this.#publishMetrics()),
            clock.every(alarmPollMs, () => this.#settle()),
        );
    }

    async stop(): Promise<void> {
        this.#stopped = true;
        this.#stops.forEach((stop) => stop());
        for (const { endpoint } of this.#checks.values()) {
            endpoint?.stop();
        }
        this.#prober.stop();
    }

    /** Whether DNS takes the check for healthy. A check that does not exist has nothing against anybody. */
    healthy(id: string): boolean {
        return this.#checks.get(id)?.published ?? true;
    }

    /** Undefined when there is no such check. */
    status(id: string): CheckStatus | undefined {
        const check = this.#checks.get(id);
        return check === undefined
            ? undefined
            : {
                  id,
                  healthy: check.published,
                  sinceMs: check.sinceMs,
                  observations: check.endpoint?.observations ?? [],
              };
    }

    readonly #onChange = ({ kind, resource }: StoreChange): void => {
        if (resource.type !== healthCheckType) {
            return;
        }
        if (kind === "put") {
            this.#put(resource);
        } else {
            this.#checks.get(resource.id)?.endpoint?.stop();
            this.#checks.delete(resource.id);
        }
        this.#settle();
    };

    #put(resource: StoredResource): void {
        const { id } = resource;
        const definition = checkDefinition(resource);
        const before = this.#checks.get(id);
        if (before !== undefined && isDeepStrictEqual(before.definition, definition)) {
            return;
        }
        before?.endpoint?.stop();
        const check: Check = {
            definition,
            endpoint:
                definition.kind === "endpoint"
                    ? new EndpointCheck(this.world, definition, {
                          prober: this.#prober,
                          checkersPerRegion: this.options.checkersPerRegion ?? 1,
                          before: before?.endpoint,
                          changed: () => this.#settle(),
                      })
                    : undefined,
            lastKnown: before?.lastKnown ?? true,
            decided: before?.decided ?? true,
            published: before?.published ?? true,
            sinceMs: before?.sinceMs ?? this.world.clock.now(),
        };
        this.#checks.set(id, check);
        if (before === undefined) {
            // What a check says at its creation, DNS has from the start.
            check.decided = check.published = this.#observed(id);
        }
    }

    /** Tells DNS what changed. The delay is the same however many checks a change goes through. */
    #settle(): void {
        for (const [id, check] of this.#checks) {
            const healthy = this.#observed(id);
            if (healthy !== check.decided) {
                check.decided = healthy;
                this.world.clock.after(propagationMs, () => this.#publish(id, healthy));
            }
        }
    }

    #publish(id: string, healthy: boolean): void {
        const check = this.#checks.get(id);
        if (check === undefined || this.#stopped || check.published === healthy) {
            return;
        }
        check.published = healthy;
        check.sinceMs = this.world.clock.now();
        this.emit("change", { id, healthy, atMs: check.sinceMs });
    }

    /**
     * Status by what the checkers know now. A disabled check counts as healthy, so an inverted one
     * that is disabled is unhealthy:
     * https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
     */
    #observed(id: string): boolean {
        const check = this.#checks.get(id);
        if (check === undefined) {
            return true;
        }
        const { disabled, inverted } = check.definition;
        const found = disabled || this.#found(check);
        return found !== inverted;
    }

    #found(check: Check): boolean {
        const { definition, endpoint } = check;
        switch (definition.kind) {
            case "endpoint":
                return endpoint?.healthy ?? true;
            case "calculated":
                return calculatedHealthy(
                    definition.children.map((child) => this.#observed(child)),
                    definition.threshold,
                );
            case "alarm":
                return this.#alarmHealthy(check, definition);
            case "routingControl":
                return false;
        }
    }

    #alarmHealthy(check: Check, { region, alarmName, insufficientData }: AlarmDefinition): boolean {
        const state = this.options.alarmState?.(region, alarmName);
        if (state === "OK" || state === "ALARM") {
            check.lastKnown = state === "OK";
            return check.lastKnown;
        }
        return insufficientData === "LastKnownStatus"
            ? check.lastKnown
            : insufficientData === "Healthy";
    }

    #publishMetrics(): void {
        if (this.world.faults.blackedOut(metricsRegion)) {
            return;
        }
        for (const [id, { published, endpoint, definition }] of this.#checks) {
            const put = (metric: string, value: number): void =>
                this.options.metrics.put({
                    region: metricsRegion,
                    namespace: "AWS/Route53",
                    metric,
                    dimensions: { HealthCheckId: id },
                    value,
                });
            put("HealthCheckStatus", published ? 1 : 0);
            if (endpoint !== undefined) {
                put("HealthCheckPercentageHealthy", endpoint.percentageHealthy);
            }
            if (definition.kind === "calculated") {
                const { children } = definition;
                put(
                    "ChildHealthCheckHealthyCount",
                    children.filter((child) => this.#observed(child)).length,
                );
            }
        }
    }
}
