import type { EventEmitter } from "node:events";

/** Something the drill breaks. */
export type RehearsalFault =
    | {
          readonly kind: "gray";
          readonly region: string;
          readonly errorRate: number;
          readonly latencyMs: number;
      }
    | { readonly kind: "blackout"; readonly region: string }
    | { readonly kind: "control-planes"; readonly region: string };

/** One call, as the rehearsal cloud recorded it. */
export interface RecordedCall {
    /** World time, milliseconds since the epoch. */
    readonly atMs: number;
    readonly caller: string;
    readonly plane: "control" | "data";
    readonly service: string;
    readonly action: string;
    /** Region that has to be alive for the call to work. */
    readonly region: string;
    readonly outcome: string;
}

/** One request of a shopper, as the shopper saw it. */
export interface ShopperSample {
    readonly atMs: number;
    readonly geography: string;
    /** Region that answered; undefined when none did. */
    readonly region: string | undefined;
    readonly ok: boolean;
    readonly latencyMs: number;
    /** From a client that keeps addresses longer than their time to live. */
    readonly stale: boolean;
    /** Of a cart or a profile, told that what its shopper had seen was still on its way to the region. */
    readonly arriving?: true;
    /** Of an order, shown to the region that answered; absent where none was, or it was not judged. */
    readonly receipt?: { readonly issuedBy: string | undefined; readonly honoured: boolean };
}

/** Host names that people use. */
export interface UsedNames {
    readonly application: string;
    /** Of the edge; nobody looks around without it. */
    readonly browse?: string | undefined;
    /** Where orders are paid; nobody pays without it. */
    readonly write?: string | undefined;
    /** Each leads to one region alone; nobody has a profile without them. */
    readonly regions?: readonly string[];
}

export interface RehearsalTraffic {
    stop(): Promise<void>;
    readonly samples: readonly ShopperSample[];
    /** What those got who only look around, at the edge. */
    readonly looks: readonly ShopperSample[];
    /** Payments, which are apart from `samples`: one region alone takes them. */
    readonly payments: readonly ShopperSample[];
    /** Changes of profiles, apart as well: the region that keeps the home alone takes them. */
    readonly profiles: readonly ShopperSample[];
    /** Reads every acknowledged write back, from everywhere, payments and profiles apart. */
    verify(): Promise<WriteVerification>;
    verifyPayments(): Promise<WriteVerification>;
    /** Looks for every acknowledged change of a profile, or a later one over it, in every region. */
    verifyProfiles(): Promise<WriteVerification>;
}

export interface TrafficOptions {
    /** Things done per world second, over all shoppers. @default the rehearsal cloud's own */
    readonly requestsPerSecond?: number;
    /** People of the same geographies whom nobody else sends. @default the first */
    readonly crowd?: number;
}

export interface WriteVerification {
    readonly acknowledged: number;
    /** Writes that the application does not know any more, or knows otherwise. */
    readonly lost: number;
    /** Writes that could not be asked for. */
    readonly unverified: number;
}

export interface AlarmChange {
    readonly region: string;
    readonly name: string;
    readonly state: AlarmState;
    readonly atMs: number;
}

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

export interface HealthChange {
    readonly id: string;
    readonly healthy: boolean;
    readonly atMs: number;
}

export interface RehearsalEvents {
    alarm: [AlarmChange];
    health: [HealthChange];
    /** A message that a topic was given. */
    message: [{ readonly topicArn: string; readonly message: string; readonly atMs: number }];
}

/** What became of objects that one region's bucket sends to another's. */
export interface ObjectCopies {
    readonly replicated: number;
    /** Said to have missed their time, whether or not they arrived since. */
    readonly missedThreshold: number;
    /** World seconds that a copy took at most, or has been on its way. */
    readonly worstLagSeconds: number;
    /** Acknowledged writes that never reach a bucket that was to have them. */
    readonly lost: number;
}

/** What the edges did for those who look around. */
export interface EdgeReading {
    readonly requests: number;
    readonly byOutcome: {
        /** Answered by the second origin, as the first one failed. */
        readonly retried: number;
        /** Answered from the cache in place of an error. */
        readonly stale: number;
        readonly failed: number;
    };
}

/** What streams carried, and how far their readers are. */
export interface StreamReading {
    /** Records written by their own regions. */
    readonly emitted: number;
    /** Records that came from other regions; repetitions are counted as well. */
    readonly received: number;
    /** Records that a reader has yet to be given. */
    readonly pending: number;
    /** Records that a reader gave up. */
    readonly givenUp: number;
    /** World seconds that a reader is behind at most. */
    readonly lagSeconds: number;
}

/** A stretch in which the database had no writer, or another region got it. */
export interface WriterChange {
    readonly from: string;
    readonly to: string;
    readonly fromMs: number;
    readonly toMs: number;
}

/** What became of the database's writer. */
export interface DatabaseReading {
    readonly changes: readonly WriterChange[];
    /** Transactions that were committed in a region which lost the writer, and nowhere else. */
    readonly lostTransactions: number;
}

/** How the replicas of secrets stand to their primaries. */
export interface SecretReading {
    readonly replicas: number;
    /** Replicas that are not as their primary is. */
    readonly behind: number;
    /** World seconds that a change took at most, or has been on its way. */
    readonly worstLagSeconds: number;
}

/** What the regions' conflict detectors have found, since the world began. */
export interface ConflictReading {
    /** Writes that crossed, whatever became of them. */
    readonly conflicts: number;
    /** Those of them whose value could not be merged, and is on record. */
    readonly valuesLost: number;
    /** Reservations that two regions took stock for: one has given it back. */
    readonly takesReturned: number;
}

/** The rehearsal cloud, as the automation sees it. World times in milliseconds since the epoch. */
export interface Rehearsal {
    now(): number;
    sleep(worldMs: number, signal?: AbortSignal): Promise<void>;
    /** Keeps world time at real time until the returned function is called. */
    hold(): () => void;
    inject(fault: RehearsalFault): void;
    heal(fault: RehearsalFault): void;
    /** Position in the record of calls, for `callsSince`. */
    mark(): number;
    callsSince(mark: number): readonly RecordedCall[];
    readonly events: EventEmitter<RehearsalEvents>;
    alarmState(region: string, name: string): AlarmState | undefined;
    healthy(healthCheckId: string): boolean;
    /** Seconds that writes were behind at worst since then. */
    worstLagSeconds(sinceMs: number): number;
    /** Over all pairs of buckets, of what was known since then. */
    objectCopies(sinceMs: number): ObjectCopies;
    /** Objects of a region that no other one has yet: lost with it. */
    objectsOnlyIn(region: string): number;
    /** The streams of this name in these regions, since the world began. */
    streams(name: string, regions: readonly string[]): StreamReading;
    /** Seconds that the database's copies were behind its writer at worst since then. */
    databaseLagSeconds(sinceMs: number): number;
    /** What became of the database's writer since then. */
    database(sinceMs: number): DatabaseReading;
    /** Of every secret, now; the lag since the world began. */
    secrets(): SecretReading;
    conflicts(regions: readonly string[]): ConflictReading;
    /** Of the lookups in a region's caches, the percent that found something; undefined without any. */
    cacheHitPercent(region: string, fromMs: number, untilMs: number): number | undefined;
    /** What the edges did for the requests that came since then. */
    edges(sinceMs: number): EdgeReading;
    /** Shoppers from everywhere start to use the application, and others to look around at the edge. */
    startTraffic(names: UsedNames, options?: TrafficOptions): Promise<RehearsalTraffic>;
    /** Resolves once what the stacks registered really runs. */
    steady(): Promise<void>;
    /** For `pulumi`, the AWS SDKs, the AWS CLI and `dig`. */
    environment(): Readonly<Record<string, string>>;
    /** What a person may want to reach: a title and an address each. */
    addresses(): readonly { readonly what: string; readonly address: string }[];
    stop(): Promise<void>;
}

/** Ports of the rehearsal cloud's addresses. */
export const portNames = ["https", "http", "dns", "api"] as const;
export type RehearsalPorts = { readonly [name in (typeof portNames)[number]]?: number };

export interface RehearsalRequest {
    /** Folder for the account and the stacks' state. */
    readonly home: string;
    readonly accountId: string;
    readonly zone: { readonly id: string; readonly name: string };
    /** Entry file of the program that the storefront's container image runs. */
    readonly storefront: string;
    /** SQL that the operator runs once on a new database, as its master user. */
    readonly databaseSetUp: string;
    /** @default the rehearsal cloud's own */
    readonly ports?: RehearsalPorts;
}
