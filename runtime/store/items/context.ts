import type { HybridClock } from "../../consistency/hybridClock";
import type { Caller } from "../calls/caller";
import type { StoreClock } from "../calls/clock";
import type { Replica } from "../calls/replica";
import type { Leases } from "../homes/leases";

/** What the items' readers and writers share. */
export interface StoreContext {
    /** By region, the local one first. */
    readonly replicas: ReadonlyMap<string, Replica>;
    readonly homes: readonly string[];
    /** Every region that writes the table, whether it can be asked from here or not. */
    readonly writers: readonly string[];
    readonly leases: Leases;
    readonly caller: Caller;
    /** Measures waits; of the day it need not know. */
    readonly clock: StoreClock;
    readonly hybrid: HybridClock;
    /** A name that no other operation has. */
    readonly newOperation: () => string;
}

/** @throws RangeError for a region that is none of the store's */
export function replicaOf({ replicas }: Pick<StoreContext, "replicas">, region: string): Replica {
    const replica = replicas.get(region);
    if (replica === undefined) {
        throw new RangeError(
            `${region} is none of the store's regions: they are ${[...replicas.keys()].join(", ")}`,
        );
    }
    return replica;
}
