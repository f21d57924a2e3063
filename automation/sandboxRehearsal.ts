import { EventEmitter } from "node:events";

import type {
    AlarmState,
    ConflictReading,
    DatabaseReading,
    EdgeReading,
    ObjectCopies,
    RecordedCall,
    Rehearsal,
    RehearsalEvents,
    RehearsalFault,
    RehearsalTraffic,
    SecretReading,
    StreamReading,
    TrafficOptions,
    UsedNames,
} from "./rehearsal";

/**
 * What the rehearsal needs of the sandbox. The sandbox fits by its shape: this folder must not know
 * it, and it must not know this folder.
 */
export interface SandboxShape {
    readonly clock: Pick<Rehearsal, "now" | "sleep" | "hold">;
    readonly faults: {
        inject(fault: RehearsalFault): void;
        heal(fault: RehearsalFault): void;
    };
    readonly journal: { mark(): number; since(mark: number): readonly RecordedCall[] };
    readonly health: {
        healthy(id: string): boolean;
        on(event: "change", listener: (change: RehearsalEvents["health"][0]) => void): unknown;
    };
    readonly alarms: {
        status(region: string, name: string): { readonly state: AlarmState } | undefined;
        on(
            event: "change",
            listener: (change: {
                readonly region: string;
                readonly name: string;
                readonly state: AlarmState;
                readonly sinceMs: number;
            }) => void,
        ): unknown;
    };
    readonly topics: {
        on(event: "publish", listener: (published: RehearsalEvents["message"][0]) => void): unknown;
    };
    readonly tables: { worstLagSeconds(sinceMs?: number): number };
    readonly objectReplication: {
        pairs(sinceMs?: number): readonly (Omit<ObjectCopies, "lost"> & {
            readonly lost: readonly unknown[];
        })[];
        onlyIn(region: string): number;
    };
    streamFlows(
        name: string,
        regions: readonly string[],
    ): readonly {
        readonly emitted: number;
        readonly received: Readonly<Record<string, number>>;
        readonly readers: Readonly<
            Record<
                string,
                { readonly lagMs: number; readonly pending: number; readonly givenUp: number }
            >
        >;
    }[];
    readonly databases: {
        worstLagSeconds(sinceMs: number): number;
        gaps(): DatabaseReading["changes"];
        losses(): readonly { readonly atMs: number; readonly lostTransactions: number }[];
    };
    readonly secrets: { reading(): SecretReading };
    readonly metrics: {
        total(
            region: string,
            namespace: string,
            metric: string,
            dimensions: Readonly<Record<string, string>>,
        ): number;
    };
    readonly caches: {
        hits(
            region: string,
            fromMs: number,
            untilMs: number,
        ): { readonly rate: number | undefined };
    };
    readonly edges: { figures(sinceMs?: number): EdgeReading };
    traffic(options: UsedNames & TrafficOptions): Promise<RehearsalTraffic>;
    steady(): Promise<void>;
    environment(): Readonly<Record<string, string>>;
    addresses(): readonly { readonly what: string; readonly address: string }[];
    stop(): Promise<void>;
}

/** The sandbox as the automation sees it. */
export function rehearsalOf(sandbox: SandboxShape): Rehearsal {
    const { clock, faults, journal, health, alarms, topics, tables } = sandbox;
    const events = new EventEmitter<RehearsalEvents>();
    events.setMaxListeners(0);
    alarms.on("change", ({ region, name, state, sinceMs }) =>
        events.emit("alarm", { region, name, state, atMs: sinceMs }),
    );
    health.on("change", (change) => events.emit("health", change));
    topics.on("publish", ({ topicArn, message, atMs }) =>
        events.emit("message", { topicArn, message, atMs }),
    );
    return {
        events,
        now: () => clock.now(),
        sleep: (worldMs, signal) => clock.sleep(worldMs, signal),
        hold: () => clock.hold(),
        inject: (fault) => faults.inject(fault),
        heal: (fault) => faults.heal(fault),
        mark: () => journal.mark(),
        callsSince: (mark) => journal.since(mark),
        alarmState: (region, name) => alarms.status(region, name)?.state,
        healthy: (id) => health.healthy(id),
        worstLagSeconds: (sinceMs) => tables.worstLagSeconds(sinceMs),
        objectCopies: (sinceMs) => copiesOf(sandbox.objectReplication.pairs(sinceMs)),
        objectsOnlyIn: (region) => sandbox.objectReplication.onlyIn(region),
        streams: (name, regions) => streamReading(sandbox.streamFlows(name, regions)),
        databaseLagSeconds: (sinceMs) => sandbox.databases.worstLagSeconds(sinceMs),
        database: (sinceMs) => databaseReading(sandbox.databases, sinceMs),
        secrets: () => sandbox.secrets.reading(),
        conflicts: (regions) => conflictReading(sandbox.metrics, regions),
        cacheHitPercent: (region, fromMs, untilMs) => {
            const { rate } = sandbox.caches.hits(region, fromMs, untilMs);
            return rate === undefined ? undefined : 100 * rate;
        },
        edges: (sinceMs) => sandbox.edges.figures(sinceMs),
        startTraffic: (names, options) => sandbox.traffic({ ...names, ...options }),
        steady: () => sandbox.steady(),
        environment: () => sandbox.environment(),
        addresses: () => sandbox.addresses(),
        stop: () => sandbox.stop(),
    };
}

function databaseReading(databases: SandboxShape["databases"], sinceMs: number): DatabaseReading {
    return {
        changes: databases.gaps().filter(({ toMs }) => toMs >= sinceMs),
        lostTransactions: databases
            .losses()
            .filter(({ atMs }) => atMs >= sinceMs)
            .reduce((sum, { lostTransactions }) => sum + lostTransactions, 0),
    };
}

function copiesOf(pairs: ReturnType<SandboxShape["objectReplication"]["pairs"]>): ObjectCopies {
    const sum = (of: (pair: (typeof pairs)[number]) => number): number =>
        pairs.reduce((total, pair) => total + of(pair), 0);
    return {
        replicated: sum(({ replicated }) => replicated),
        missedThreshold: sum(({ missedThreshold }) => missedThreshold),
        worstLagSeconds: Math.max(0, ...pairs.map(({ worstLagSeconds }) => worstLagSeconds)),
        lost: sum(({ lost }) => lost.length),
    };
}

function streamReading(flows: ReturnType<SandboxShape["streamFlows"]>): StreamReading {
    const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
    const readers = flows.flatMap((flow) => Object.values(flow.readers));
    return {
        emitted: sum(flows.map(({ emitted }) => emitted)),
        received: sum(flows.flatMap(({ received }) => Object.values(received))),
        pending: sum(readers.map(({ pending }) => pending)),
        givenUp: sum(readers.map(({ givenUp }) => givenUp)),
        lagSeconds: Math.max(0, ...readers.map(({ lagMs }) => lagMs / 1000)),
    };
}

function conflictReading(
    metrics: SandboxShape["metrics"],
    regions: readonly string[],
): ConflictReading {
    const total = (metric: string): number =>
        regions.reduce(
            (sum, region) =>
                sum + metrics.total(region, "Meridian/Conflicts", metric, { Region: region }),
            0,
        );
    return {
        conflicts: total("Conflicts"),
        valuesLost: total("ValuesLost"),
        takesReturned: total("TakesReturned"),
    };
}
