import { EventEmitter } from "node:events";

import type {
    AlarmState,
    RecordedCall,
    Rehearsal,
    RehearsalEvents,
    RehearsalFault,
    RehearsalTraffic,
    TrafficOptions,
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
    traffic(options: { readonly application: string } & TrafficOptions): Promise<RehearsalTraffic>;
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
        startTraffic: (application, options) => sandbox.traffic({ application, ...options }),
        steady: () => sandbox.steady(),
        environment: () => sandbox.environment(),
        addresses: () => sandbox.addresses(),
        stop: () => sandbox.stop(),
    };
}
