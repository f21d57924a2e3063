import { EventEmitter } from "node:events";

import type { Metrics, Series } from "../metrics";
import type { StoreChange, StoredResource } from "../store";
import type { EventBuses, Part, TopicPublisher, World } from "../world";
import { Announcer, type AlarmChange, type AlarmStatus } from "./announcer";
import { Composites } from "./composites";
import { type AlarmDefinition, alarmDefinition, periodSeconds } from "./definition";
import { breachesThreshold, extraPeriods, nextState } from "./evaluate";
import { evaluate, parseExpression, type Value } from "./expression";

const alarmType = "aws:cloudwatch/metricAlarm:MetricAlarm";

/** Alarms on periods of a minute and more are evaluated once a minute, this long after it is over. */
const evaluationDelayMs = 5000;
const minuteMs = 60_000;

export type { AlarmChange, AlarmStatus };

/**
 * CloudWatch alarms: every metric alarm of the account, evaluated on world time in its own region, and
 * the composite alarms that ask them. A change goes to the region's event bus and to the alarm's actions. A lost region evaluates nothing.
 */
export class Alarms extends EventEmitter<{ change: [AlarmChange] }> implements Part {
    readonly composites: Composites;
    readonly #status = new Map<string, AlarmStatus>();
    readonly #announcer: Announcer;
    #stopTicking: (() => void) | undefined;

    constructor(
        private readonly world: World,
        private readonly metrics: Metrics,
        buses: EventBuses,
        topics: TopicPublisher,
    ) {
        super();
        this.setMaxListeners(0);
        this.#announcer = new Announcer(world, buses, topics);
        this.composites = new Composites(world, {
            announcer: this.#announcer,
            stateOf: (region, name) => this.status(region, name)?.state,
            onChange: (change) => this.emit("change", change),
        });
        this.on("change", (change) => this.composites.hear(change));
    }

    async start(): Promise<void> {
        const { clock, store } = this.world;
        const intoMinute = clock.now() % minuteMs;
        this.#stopTicking = clock.every(
            minuteMs,
            () => this.evaluateAll(),
            minuteMs - intoMinute + evaluationDelayMs,
        );
        store.on("change", this.#forget);
    }

    async stop(): Promise<void> {
        this.#stopTicking?.();
        this.world.store.off("change", this.#forget);
    }

    /** Status by region and name; undefined when there is no such alarm. A new alarm has no data yet. */
    status(region: string, name: string): AlarmStatus | undefined {
        const resource = this.world.store.get(alarmType, region, name);
        return resource === undefined
            ? this.composites.status(region, name)
            : this.#statusOf(resource);
    }

    /** The metric alarms. */
    list(region?: string): readonly AlarmStatus[] {
        return this.world.store.list(alarmType, region).map((resource) => this.#statusOf(resource));
    }

    /** Evaluates every alarm now, on the periods that are over. */
    evaluateAll(): void {
        for (const resource of this.world.store.list(alarmType)) {
            if (!this.world.faults.blackedOut(resource.region)) {
                this.#evaluate(resource);
            }
        }
        this.composites.evaluate();
    }

    readonly #forget = (storeChange: StoreChange): void => {
        const { kind, resource } = storeChange;
        this.composites.forget(storeChange);
        if (kind === "delete" && resource.type === alarmType) {
            this.#status.delete(keyOf(resource));
        }
    };

    #evaluate(resource: StoredResource): void {
        const alarm = alarmDefinition(resource);
        const periodMs = periodSeconds(alarm) * 1000;
        const toMs = Math.floor(this.world.clock.now() / periodMs) * periodMs;
        const starts = Array.from(
            { length: alarm.evaluationPeriods + extraPeriods },
            (_, index) => toMs - (alarm.evaluationPeriods + extraPeriods - index) * periodMs,
        );
        const values = this.#values(resource.region, alarm, starts, periodMs);
        const points = starts.map((start) => values.get(start));
        const before = this.#statusOf(resource);
        const state = nextState(
            points.map((value) =>
                value === undefined
                    ? undefined
                    : breachesThreshold(alarm.comparisonOperator, value, alarm.threshold),
            ),
            {
                evaluationPeriods: alarm.evaluationPeriods,
                datapointsToAlarm: alarm.datapointsToAlarm ?? alarm.evaluationPeriods,
                treatMissingData: alarm.treatMissingData,
            },
            before.state,
        );
        if (state !== before.state) {
            const shown = points.map((value) =>
                value === undefined ? "-" : String(Math.round(value * 1000) / 1000),
            );
            this.#change(resource, alarm, before, {
                ...before,
                state,
                sinceMs: this.world.clock.now(),
                reason: `${alarm.comparisonOperator} ${alarm.threshold}, data points [${shown.join(", ")}], missing data ${alarm.treatMissingData}`,
            });
        }
    }

    #values(
        region: string,
        alarm: AlarmDefinition,
        starts: readonly number[],
        periodMs: number,
    ): Series {
        const queries = new Map(alarm.metricQueries.map((query) => [query.id, query]));
        const fromMs = starts[0] as number;
        const read = (id: string): Value => {
            const query = queries.get(id);
            if (query?.metric !== undefined) {
                return this.metrics.query({
                    region,
                    namespace: query.metric.namespace,
                    metric: query.metric.metricName,
                    dimensions: query.metric.dimensions,
                    statistic: query.metric.stat,
                    periodMs,
                    fromMs,
                    toMs: fromMs + starts.length * periodMs,
                });
            }
            if (query?.expression === undefined) {
                throw new RangeError(`alarm ${alarm.name} reads ${id}, which it does not define`);
            }
            return evaluate(parseExpression(query.expression), read, starts);
        };
        const returned = alarm.metricQueries.find((query) => query.returnData);
        const value = read(returned?.id ?? "m");
        return typeof value === "number" ? new Map(starts.map((start) => [start, value])) : value;
    }

    #change(
        resource: StoredResource,
        alarm: AlarmDefinition,
        before: AlarmStatus,
        after: AlarmStatus,
    ): void {
        const change = { ...after, previous: before.state };
        this.#status.set(keyOf(resource), after);
        this.#announcer.putEvent(alarm, change, { metrics: alarm.metricQueries });
        this.#announcer.act(alarm, change);
        this.emit("change", change);
    }

    #statusOf(resource: StoredResource): AlarmStatus {
        return (
            this.#status.get(keyOf(resource)) ?? {
                region: resource.region,
                name: resource.id,
                state: "INSUFFICIENT_DATA",
                sinceMs: 0,
                reason: "no data yet",
            }
        );
    }
}

function keyOf(resource: StoredResource): string {
    return `${resource.region}|${resource.id}`;
}
