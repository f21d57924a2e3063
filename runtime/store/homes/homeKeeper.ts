import type { StoreClock } from "../calls/clock";
import { succession } from "../keys";
import type { CatchUp } from "./catchUp";
import type { OwnerRecord, OwnerRecords } from "./ownerRecord";
import { othersWord } from "./othersWord";
import { settledMs, VoteHistory, type LeaseTimes, type Votes } from "./votes";

/** A change in who keeps a home. */
export interface HomeEvent {
    readonly kind: "taken" | "released" | "waiting";
    readonly home: string;
    readonly region: string;
    readonly term: number;
    /** Milliseconds since the epoch. */
    readonly atMs: number;
    readonly reason: string;
    /** Taken from a region that could not be asked: writes that it acknowledged may not have arrived. */
    readonly takenFrom?: { readonly region: string; readonly term: number };
}

export interface HomeKeeperOptions {
    /** The region that this is part of. */
    readonly region: string;
    /** Every region's records, this one's among them. */
    readonly records: readonly OwnerRecords[];
    readonly homes: readonly string[];
    readonly votes: Votes;
    readonly clock: StoreClock;
    readonly times: LeaseTimes;
    /** Whether this region has what another one wrote. */
    readonly catchUp: CatchUp;
    readonly onEvent?: (event: HomeEvent) => void;
}

/**
 * Keeps a region's leases on homes: renews, takes over, gives back. Every process of a region may run one;
 * they agree by the conditions on the region's records. `docs/homes.md` has the argument in full.
 *
 * A region **renews** while the votes say that it is in service, and its lease has not run out. It **takes**
 * a home when it is the first in the home's succession that is not voted out, and every other region has
 * provably stopped:
 *
 * - one in service by its own word: the region writes its claim first and reads the others' records then,
 *   so that of two that claim at once at least one sees the other (Dekker), and the one that comes later in
 *   the succession gives way;
 * - one that is voted out by the votes and by time, because it may not be there to be asked: its last lease
 *   began at most `staleMs` after the vote, and has run out, with all writes under it, `holdOffMs` later.
 *
 * A region that is neither, in service and not to be reached, blocks the takeover: that is for the votes to
 * decide. Whoever returns takes its home back once it has everything that was written meanwhile.
 *
 * @see Gray and Cheriton, "Leases: An Efficient Fault-Tolerant Mechanism for Distributed File Cache
 *   Consistency", SOSP 1989; Dijkstra, "Cooperating Sequential Processes" (EWD 123), 1965, for Dekker
 */
export class HomeKeeper {
    readonly #history: VoteHistory;
    readonly #own: OwnerRecords;
    /** Homes that may have been taken: whether they were, an answer that is late says, or the next round. */
    readonly #untold = new Map<string, HomeEvent>();

    constructor(private readonly options: HomeKeeperOptions) {
        const own = options.records.find(({ region }) => region === options.region);
        if (own === undefined) {
            throw new RangeError(`the records of ${options.region} are not among those given`);
        }
        this.#own = own;
        this.#history = new VoteHistory(options.times);
    }

    /**
     * One round over all homes: call it every third of a lease. Homes fail one by one.
     *
     * @returns what could not be done, by home
     */
    async tick(): Promise<ReadonlyMap<string, Error>> {
        const { votes, clock, homes, region } = this.options;
        const askedMs = clock.now();
        const words = await votes.read();
        this.#history.note(words, clock.now());
        const problems = new Map<string, Error>();
        await Promise.all(
            homes.map(async (home) => {
                try {
                    switch (this.#history.word(region)) {
                        case "in-service":
                            await this.#keep(home, askedMs);
                            break;
                        case "evacuated":
                            await this.#release(home, await this.#own.read(home), "voted out");
                            break;
                        case undefined:
                            // Silence renews nothing.
                            break;
                    }
                } catch (error) {
                    problems.set(home, error as Error);
                }
            }),
        );
        return problems;
    }

    async #keep(home: string, askedMs: number): Promise<void> {
        const { clock, times } = this.options;
        const heard = await this.#own.heard(home);
        const own = heard.find((one) => one.region === this.options.region);
        const heir = this.#claimedBefore(home, heard);
        if (own?.state === "held") {
            this.#tellOfTaking(own);
        }
        if (own?.state === "held" && clock.now() < own.untilMs) {
            if (heir !== undefined) {
                await this.#release(home, own, `${heir} is back and has caught up`);
                return;
            }
            await this.#own.replace(own, {
                ...own,
                untilMs: Math.max(own.untilMs, Math.floor(askedMs) + times.leaseMs),
            });
            return;
        }
        const isFirst = this.#predecessors(home).every(
            (one) => this.#history.word(one) === "evacuated",
        );
        // Whoever had it last goes on for those who come first, until one of them has caught up.
        const hadItLast =
            heir === undefined &&
            own !== undefined &&
            own.heldTerm > 0 &&
            heard.every(({ heldTerm }) => heldTerm <= own.heldTerm);
        if (isFirst || hadItLast) {
            await this.#claim(home, own, heard, askedMs);
        } else {
            await this.#release(home, own, "another region comes first");
        }
    }

    async #claim(
        home: string,
        own: OwnerRecord | undefined,
        allHeard: readonly OwnerRecord[],
        askedMs: number,
    ): Promise<void> {
        const { region, clock, times, records } = this.options;
        const heldTerm = own?.heldTerm ?? 0;
        const heard = allHeard.filter((one) => one.region !== region);
        const others = records.filter((one) => one.region !== region);
        // Asked before the claim, which makes the present owner stop: it goes on while this one catches up,
        // but for what is on its way at any moment.
        const present = await Promise.all(
            others
                .filter((one) => this.#history.word(one.region) !== "evacuated")
                .map((one) => one.read(home)),
        );
        const there = present.filter((one) => one !== undefined);
        if (!(await this.#hasCaughtUp(own, there, askedMs - settledMs(times)))) {
            await this.#release(home, own, "it has not caught up");
            return;
        }
        const known = Math.max(heldTerm, ...[...heard, ...there].map(({ term }) => term));
        const claim =
            own?.state === "claiming" && own.term > known
                ? own
                : await this.#own.replace(own, {
                      home,
                      region,
                      // Above every term that was heard of. One that was not is older than this moment,
                      // because leases do not overlap and clocks differ by less than one lasts.
                      term: Math.max(known + 1, Math.ceil(clock.now())),
                      heldTerm,
                      state: "claiming",
                      untilMs: own?.untilMs ?? 0,
                  });
        if (claim === undefined) {
            return;
        }
        const asking = { region, history: this.#history, clock, times };
        const words = await Promise.all(others.map((one) => othersWord(home, one, asking)));
        const asked: OwnerRecord[] = [];
        for (const other of words) {
            if (other.kind === "blocked") {
                if (other.comesFirst) {
                    await this.#release(home, claim, other.reason);
                }
                this.#tell("waiting", claim, other.reason);
                return;
            }
            asked.push(...other.records);
        }
        if (!(await this.#hasCaughtUp(own, asked, Infinity))) {
            this.#tell("waiting", claim, "it has not caught up");
            return;
        }
        const term = Math.max(claim.term, ...asked.map((one) => one.heldTerm + 1));
        const next = {
            ...claim,
            term,
            heldTerm: term,
            state: "held",
            untilMs: Math.floor(askedMs) + times.leaseMs,
        } as const;
        const lastTerm = Math.max(heldTerm, ...asked.map((one) => one.heldTerm));
        const lost = heard.find(
            (one) => this.#history.word(one.region) === "evacuated" && one.heldTerm > lastTerm,
        );
        this.#untold.set(home, {
            ...this.#event("taken", next, lost ? `${lost.region} was voted out` : "it is free"),
            ...(lost ? { takenFrom: { region: lost.region, term: lost.heldTerm } } : {}),
        });
        const held = await this.#own.replace(claim, next);
        if (held !== undefined) {
            this.#tellOfTaking(held);
        }
    }

    async #release(home: string, own: OwnerRecord | undefined, reason: string): Promise<void> {
        if (own === undefined || own.state === "released" || own.home !== home) {
            return;
        }
        const released = await this.#own.replace(own, { ...own, state: "released" });
        if (released !== undefined && own.state === "held") {
            this.#tell("released", released, reason);
        }
    }

    /** A region that comes first, is in service and claims the home. */
    #claimedBefore(home: string, heard: readonly OwnerRecord[]): string | undefined {
        const claims = heard.filter(({ state }) => state === "claiming").map((one) => one.region);
        return this.#predecessors(home).find(
            (one) => claims.includes(one) && this.#history.word(one) === "in-service",
        );
    }

    #predecessors(home: string): readonly string[] {
        const { records, region } = this.options;
        const order = succession(
            home,
            records.map((one) => one.region),
        );
        return order.slice(0, order.indexOf(region));
    }

    /**
     * Whether everything is here that others wrote after this region held the home. One that is voted out is
     * not asked: what it has beyond this is reported as a conflict when it is back.
     */
    async #hasCaughtUp(
        own: OwnerRecord | undefined,
        others: readonly OwnerRecord[],
        beforeMs: number,
    ): Promise<boolean> {
        const { catchUp, times } = this.options;
        for (const { home, region, heldTerm } of others) {
            if (heldTerm <= (own?.heldTerm ?? 0) || this.#history.word(region) === "evacuated") {
                continue;
            }
            // The home's own region writes down nothing. But while it is in service, it comes first.
            if (region === home) {
                return false;
            }
            // Another owner begins when this region's last lease is over, and its clock may be behind by so much.
            const sinceMs = (own?.untilMs ?? 0) - times.skewMs;
            if (!(await catchUp.has(home, region, sinceMs, beforeMs))) {
                return false;
            }
        }
        return true;
    }

    #tell(kind: HomeEvent["kind"], record: OwnerRecord, reason: string): void {
        this.options.onEvent?.(this.#event(kind, record, reason));
    }

    #tellOfTaking({ home, term }: OwnerRecord): void {
        const event = this.#untold.get(home);
        if (event?.term === term) {
            this.#untold.delete(home);
            this.options.onEvent?.(event);
        }
    }

    #event(
        kind: HomeEvent["kind"],
        { home, region, term }: OwnerRecord,
        reason: string,
    ): HomeEvent {
        return { kind, home, region, term, atMs: this.options.clock.now(), reason };
    }
}
