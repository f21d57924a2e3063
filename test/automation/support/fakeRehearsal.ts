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
    ShopperSample,
    SecretReading,
    StreamReading,
    UsedNames,
} from "../../../automation/rehearsal";

interface Timer {
    readonly atMs: number;
    readonly fire: () => void;
}

/** A world that is a list of timers: time passes only while somebody sleeps. */
export class FakeRehearsal implements Rehearsal {
    readonly events = new EventEmitter<RehearsalEvents>();
    readonly calls: RecordedCall[] = [];
    readonly faults = new Set<string>();
    readonly alarms = new Map<string, AlarmState>();
    readonly unhealthy = new Set<string>();
    readonly samples: ShopperSample[] = [];
    readonly payments: ShopperSample[] = [];
    readonly profiles: ShopperSample[] = [];
    /** What traffic was started with. */
    readonly used: UsedNames[] = [];
    /** What becomes of a request at this moment. */
    answer: (atMs: number) => Pick<ShopperSample, "region" | "ok"> = () => ({
        region: "us-east-1",
        ok: true,
    });
    onInject: (fault: RehearsalFault) => void = () => undefined;
    onHeal: (fault: RehearsalFault) => void = () => undefined;
    lostWrites = 0;
    lostProfiles = 0;
    /** What becomes of a payment. */
    paid: (atMs: number) => boolean = () => true;
    held = 0;
    stopped = false;
    #nowMs = 1_000_000;
    #timers: Timer[] = [];

    now(): number {
        return this.#nowMs;
    }

    after(worldMs: number, fire: () => void): void {
        this.#timers.push({ atMs: this.#nowMs + worldMs, fire });
    }

    async sleep(worldMs: number, signal?: AbortSignal): Promise<void> {
        const endMs = this.#nowMs + worldMs;
        for (;;) {
            signal?.throwIfAborted();
            const next = this.#timers
                .filter((timer) => timer.atMs <= endMs)
                .sort((a, b) => a.atMs - b.atMs)[0];
            if (next === undefined) {
                break;
            }
            this.#timers = this.#timers.filter((timer) => timer !== next);
            this.#nowMs = Math.max(this.#nowMs, next.atMs);
            next.fire();
        }
        this.#nowMs = endMs;
    }

    hold(): () => void {
        this.held++;
        return () => {
            this.held--;
        };
    }

    inject(fault: RehearsalFault): void {
        this.faults.add(fault.kind);
        this.onInject(fault);
    }

    heal(fault: RehearsalFault): void {
        this.faults.delete(fault.kind);
        this.onHeal(fault);
    }

    mark(): number {
        return this.calls.length;
    }

    callsSince(mark: number): readonly RecordedCall[] {
        return this.calls.slice(mark);
    }

    alarmState(region: string, name: string): AlarmState | undefined {
        return this.alarms.get(`${region}/${name}`) ?? "OK";
    }

    setAlarm(region: string, name: string, state: AlarmState): void {
        this.alarms.set(`${region}/${name}`, state);
        this.events.emit("alarm", { region, name, state, atMs: this.now() });
    }

    healthy(id: string): boolean {
        return !this.unhealthy.has(id);
    }

    setHealth(id: string, healthy: boolean): void {
        if (healthy === this.healthy(id)) {
            return;
        }
        if (healthy) {
            this.unhealthy.delete(id);
        } else {
            this.unhealthy.add(id);
        }
        this.events.emit("health", { id, healthy, atMs: this.now() });
    }

    worstLagSeconds(): number {
        return 0.7;
    }

    objectCopies(): ObjectCopies {
        return { replicated: 12, missedThreshold: 0, worstLagSeconds: 1.2, lost: 0 };
    }

    objectsOnlyIn(): number {
        return 1;
    }

    streams(): StreamReading {
        return { emitted: 20, received: 60, pending: 0, givenUp: 0, lagSeconds: 12 };
    }

    conflicts(): ConflictReading {
        return { conflicts: 0, valuesLost: 0, takesReturned: 0 };
    }

    secrets(): SecretReading {
        return { replicas: 3, behind: 0, worstLagSeconds: 1.5 };
    }

    cacheHitPercent(): number {
        return 90;
    }

    databaseLagSeconds(): number {
        return 0.4;
    }

    database(): DatabaseReading {
        return { changes: [], lostTransactions: 0 };
    }

    edges(): EdgeReading {
        return { requests: 80, byOutcome: { retried: 3, stale: 1, failed: 0 } };
    }

    async startTraffic(names: UsedNames): Promise<RehearsalTraffic> {
        this.used.push(names);
        let going = true;
        const visit = (): void => {
            if (going) {
                const sample = {
                    atMs: this.now(),
                    geography: "us",
                    latencyMs: 100,
                    stale: false,
                    receipt: { issuedBy: "us-east-1", honoured: true },
                    ...this.answer(this.now()),
                };
                this.samples.push(sample);
                if (names.write !== undefined) {
                    this.payments.push({ ...sample, ok: this.paid(this.now()) });
                }
                if ((names.regions ?? []).length > 0) {
                    this.profiles.push(sample);
                }
                this.after(500, visit);
            }
        };
        visit();
        return {
            samples: this.samples,
            looks: this.samples,
            payments: this.payments,
            profiles: this.profiles,
            stop: async () => {
                going = false;
            },
            verify: async () => ({
                acknowledged: 50,
                lost: this.lostWrites,
                unverified: 0,
            }),
            verifyProfiles: async () => ({
                acknowledged: 8,
                lost: this.lostProfiles,
                unverified: 0,
            }),
            verifyPayments: async () => ({
                acknowledged: this.payments.length,
                lost: 0,
                unverified: 0,
            }),
        };
    }

    async steady(): Promise<void> {}

    environment(): Readonly<Record<string, string>> {
        return {};
    }

    addresses(): readonly { readonly what: string; readonly address: string }[] {
        return [];
    }

    async stop(): Promise<void> {
        this.stopped = true;
    }
}
