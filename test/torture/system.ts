import type { Call, FinalState, Kind, Reported, Value } from "./history/operation";
import type { Cloud } from "./cloud";

/** What a client keeps between its calls and takes along from region to region; the system says what it is. */
export interface Caller {
    readonly session: string;
    state?: unknown;
}

/** A call that certainly had no effect. Whatever else is thrown leaves that open. */
export class Refusal extends Error {
    constructor(reason: string) {
        super(reason);
        this.name = "Refusal";
    }
}

/** What clients use, by kind and key. */
export type Keys = Readonly<Record<Kind, readonly string[]>>;

export interface Conditions {
    readonly cloud: Cloud;
    readonly keys: Keys;
    readonly initialStock: Readonly<Record<string, number>>;
    /** The region's clock, milliseconds since the epoch: not always right. */
    readonly clock: (region: string) => number;
    readonly random: () => number;
}

/** A way to build a storefront, put to the test: one process in each region, over one global table. */
export interface System {
    /**
     * A client's call to the storefront of a region.
     *
     * @returns what was read, or of an order its identity and body
     * @throws Refusal when it certainly had no effect
     */
    call(region: string, caller: Caller, key: string, call: Call): Promise<Value | undefined>;
    kill(region: string): void;
    restart(region: string): Promise<void>;
    /** The votes have taken the region out; its clients go elsewhere from now on. */
    evacuate(region: string): Promise<void>;
    /** The operator wants the region back. Resolves when clients may come; gives up when stopped. */
    failBack(region: string): Promise<void>;
    /** After the last fault: whatever the system does by itself, until it has nothing left to do. */
    settle(): Promise<void>;
    /** Losses that the system itself tells of. */
    reported(): Promise<readonly Reported[]>;
    /** What a region holds, read there by a client that has never been anywhere. */
    finalState(region: string): Promise<FinalState>;
    stop(): Promise<void>;
}

export type StartSystem = (conditions: Conditions) => Promise<System>;
