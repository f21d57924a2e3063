import { VersionVector } from "../../consistency/versionVector";
import { batchGet, mostBatchKeys } from "../calls/batchGet";
import type { Caller } from "../calls/caller";
import type { StoreClock } from "../calls/clock";
import type { Replica } from "../calls/replica";
import { textOf } from "../codec/fields";
import type { AttributeMap } from "../codec/itemSize";
import { AwayLog, awayShards, endOfLog, startAt, type AwayEntry } from "./awayLog";
import { Progress } from "./progress";

/** Whether a region has what another one wrote. */
export interface CatchUp {
    /**
     * @param from the region that wrote, to a home that is not its own
     * @param sinceMs what was written from then on, milliseconds since the epoch
     * @param beforeMs and before this: nothing older may be on its way to the other region's table any more
     * @returns false when something has not arrived, or was not looked at yet: the next call goes on from there
     * @throws UnavailableError when one of the two does not answer; CorruptItemError
     */
    has(home: string, from: string, sinceMs: number, beforeMs: number): Promise<boolean>;
}

/** A call looks for so long, milliseconds, so that the leases of other homes are renewed meanwhile. */
const defaultStepMs = 2500;

/**
 * Compares item by item: every version that the other region wrote down when it wrote to the home must be here,
 * or one that comes after it. A replication lag of zero would not say so, because a global table replicates
 * every item on its own.
 *
 * It reads the other region's list, strongly, and the items here: its work is what was written while the home
 * was away, and not the table. How far it got is kept in the table, so that every entry is looked at once,
 * however many rounds and processes that takes.
 */
export class LogCatchUp implements CatchUp {
    /** @param replicas of all regions */
    constructor(
        private readonly local: Replica,
        private readonly replicas: readonly Replica[],
        private readonly caller: Caller,
        private readonly clock: StoreClock,
        private readonly stepMs = defaultStepMs,
    ) {}

    async has(home: string, from: string, sinceMs: number, beforeMs: number): Promise<boolean> {
        const source = this.replicas.find(({ region }) => region === from);
        if (source === undefined) {
            throw new RangeError(`${from} is none of the store's regions`);
        }
        const stopMs = this.clock.now() + this.stepMs;
        const log = new AwayLog(source, this.caller, home);
        const progress = await Progress.read(this.local, this.caller, home, from);
        const until = Number.isFinite(beforeMs) ? startAt(beforeMs) : endOfLog;
        const done = await Promise.all(
            awayShards.map(async (shard): Promise<boolean> => {
                for (;;) {
                    const after = later(startAt(sinceMs), progress.after(shard));
                    if (after >= until) {
                        return true;
                    }
                    const page = await log.read(shard, after, until, mostBatchKeys);
                    const arrived = await this.#arrived(source, page.entries);
                    progress.note(shard, page.entries[arrived - 1]?.sortKey);
                    if (arrived < page.entries.length) {
                        return false;
                    }
                    if (page.isLast) {
                        return true;
                    }
                    if (this.clock.now() >= stopMs) {
                        return false;
                    }
                }
            }),
        );
        await progress.write();
        return done.every(Boolean);
    }

    /** How many of these have arrived, up to the first that has not. */
    async #arrived(source: Replica, entries: readonly AwayEntry[]): Promise<number> {
        const here = await batchGet(
            this.caller,
            this.clock,
            this.local,
            entries.map(({ key }) => key),
        );
        for (const [at, { key, version }] of entries.entries()) {
            if (here.isMissing(key)) {
                return at;
            }
            // What was noted and then not written is not in the other region either.
            if (
                !covers(here.item(key), version) &&
                covers(
                    await this.caller.call(source.region, (signal) =>
                        source.get(key, true, signal),
                    ),
                    version,
                )
            ) {
                return at;
            }
        }
        return entries.length;
    }
}

function covers(item: AttributeMap | undefined, version: VersionVector): boolean {
    return item !== undefined && VersionVector.parse(textOf(item, "version")).covers(version);
}

function later(a: string, b: string): string {
    return a > b ? a : b;
}
