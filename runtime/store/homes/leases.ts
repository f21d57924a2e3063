import type { StoreClock } from "../calls/clock";
import type { OwnerRecord, OwnerRecords } from "./ownerRecord";
import type { LeaseTimes } from "./votes";

/** The right to write what has a home. */
export interface Lease {
    readonly home: string;
    /** The region to write through. */
    readonly region: string;
    /** The epoch to write under. */
    readonly term: number;
    /** Milliseconds since the epoch, by the owner's clock. */
    readonly untilMs: number;
}

export interface LeasesOptions {
    /** Every region's records, the local region's first. */
    readonly records: readonly OwnerRecords[];
    readonly clock: StoreClock;
    readonly times: LeaseTimes;
    /** Whether a region is voted out, as far as is known here: it is not asked then. */
    readonly isEvacuated?: (region: string) => boolean;
}

/**
 * Who may write to which home, for those who write: found in the local replica, and true because it is
 * read at the owner's. A lease is kept for as long as it lasts; then the owner is asked again.
 */
export class Leases {
    readonly #known = new Map<string, Lease>();

    constructor(private readonly options: LeasesOptions) {}

    /**
     * A lease that somebody may begin to write under now; undefined when the home has no owner at present.
     *
     * @throws UnavailableError when the owner cannot be asked
     */
    async of(home: string): Promise<Lease | undefined> {
        const known = this.#known.get(home);
        if (known !== undefined && this.#lasts(known)) {
            return known;
        }
        this.#known.delete(home);
        const found = await this.#find(home);
        if (found !== undefined) {
            this.#known.set(home, found);
        }
        return found;
    }

    /**
     * The region that keeps a home, as far as the local replica has heard: a hint where to ask, and no right to
     * write. Undefined when every lease that was heard of is over: its owner is lost, or far behind.
     *
     * @throws UnavailableError when the local replica cannot be asked
     */
    async heardOwner(home: string): Promise<string | undefined> {
        const [latest] = await this.#heldLatestFirst(home);
        return latest !== undefined && this.#lasts(latest) ? latest.region : undefined;
    }

    /**
     * Whether what was begun under a lease counts: it ended soon enough that no other region can have taken
     * the home over before. What ended later may be in the table, and is not acknowledged.
     */
    coversEnd({ untilMs }: Lease): boolean {
        const { clock, times } = this.options;
        return clock.now() < untilMs - times.skewMs + times.inFlightMs;
    }

    /** Forgets what was known, because a write under it was refused. */
    forget(home: string): void {
        this.#known.delete(home);
    }

    async #find(home: string): Promise<Lease | undefined> {
        for (const { region } of await this.#heldLatestFirst(home)) {
            const records = this.options.records.find((one) => one.region === region);
            const record = await records?.read(home);
            if (record?.state === "held" && this.#lasts(record)) {
                return leaseOf(record);
            }
        }
        return undefined;
    }

    async #heldLatestFirst(home: string): Promise<readonly OwnerRecord[]> {
        const [local] = this.options.records;
        const heard = (await local?.heard(home)) ?? [];
        return heard
            .filter(
                ({ state, region }) =>
                    state === "held" && this.options.isEvacuated?.(region) !== true,
            )
            .sort((a, b) => b.term - a.term);
    }

    #lasts({ untilMs }: Pick<Lease, "untilMs">): boolean {
        const { clock, times } = this.options;
        return clock.now() < untilMs - times.skewMs;
    }
}

function leaseOf({ home, region, term, untilMs }: OwnerRecord): Lease {
    return { home, region, term, untilMs };
}
