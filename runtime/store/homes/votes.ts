/** What the votes say of a region. */
export type ServiceWord = "in-service" | "evacuated";

/** Asks what the survivors' votes say, such as the TXT record of each region's state. */
export interface Votes {
    /** By region. Those that there is no answer for are missing: silence is no vote. Never throws. */
    read(): Promise<ReadonlyMap<string, ServiceWord>>;
}

/**
 * The times that make a lease safe, milliseconds. All machines must keep to them.
 */
export interface LeaseTimes {
    /** How long a region may write after it asked and heard that it is in service. */
    readonly leaseMs: number;
    /** How much later than the votes any answer about them may be: propagation, and the record's TTL. */
    readonly staleMs: number;
    /** How long a write may take from the look at the lease until it is in the table, a pause included. */
    readonly inFlightMs: number;
    /** Most that two machines' clocks may differ. */
    readonly skewMs: number;
}

/** The record's TTL is 10 s; the rest is Route 53's time to tell its name servers. */
export const defaultLeaseTimes: LeaseTimes = {
    leaseMs: 15_000,
    staleMs: 25_000,
    inFlightMs: 5000,
    skewMs: 1000,
};

/** How long a region must have been seen voted out before what it holds is nobody's, milliseconds. */
export function holdOffMs({ leaseMs, staleMs, inFlightMs, skewMs }: LeaseTimes): number {
    return leaseMs + staleMs + inFlightMs + skewMs;
}

/** After so long a write under a lease is in the table, or is not acknowledged, whoever's clock it is stamped by. */
export function settledMs({ leaseMs, inFlightMs, skewMs }: LeaseTimes): number {
    return leaseMs + inFlightMs + 2 * skewMs;
}

/**
 * Since when each region has been seen voted out, without a word to the contrary. In a longer silence than votes
 * are latched for it may have been in service again, and have a new lease: its time starts anew then.
 */
export class VoteHistory {
    readonly #evacuatedSinceMs = new Map<string, number>();
    readonly #heardMs = new Map<string, number>();
    readonly #words = new Map<string, ServiceWord>();

    constructor(private readonly times: Pick<LeaseTimes, "staleMs">) {}

    /** @param nowMs when the answer was there: the vote is older */
    note(words: ReadonlyMap<string, ServiceWord>, nowMs: number): void {
        this.#words.clear();
        for (const [region, word] of words) {
            const silentMs = nowMs - (this.#heardMs.get(region) ?? nowMs);
            this.#words.set(region, word);
            this.#heardMs.set(region, nowMs);
            if (word === "in-service") {
                this.#evacuatedSinceMs.delete(region);
            } else if (silentMs > this.times.staleMs || !this.#evacuatedSinceMs.has(region)) {
                this.#evacuatedSinceMs.set(region, nowMs);
            }
        }
    }

    /** What the last answer says; undefined when it says nothing. */
    word(region: string): ServiceWord | undefined {
        return this.#words.get(region);
    }

    /** For how long a region has been voted out at least; undefined when it is not, or not known to be now. */
    evacuatedForMs(region: string, nowMs: number): number | undefined {
        const since = this.#evacuatedSinceMs.get(region);
        return since === undefined || this.word(region) !== "evacuated" ? undefined : nowMs - since;
    }
}
