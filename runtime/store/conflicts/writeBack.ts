import type { HybridClock } from "../../consistency/hybridClock";
import { UnavailableError, type Caller } from "../calls/caller";
import { sleep, type StoreClock } from "../calls/clock";
import { failureKind } from "../calls/failure";
import type { Replica } from "../calls/replica";
import type { AttributeMap } from "../codec/itemSize";
import { CorruptItemError } from "../errors";
import { noteAway } from "../homes/awayLog";
import type { Lease, Leases } from "../homes/leases";
import { unchanged } from "../items/mergeableItems";
import { describeKey } from "../keys";
import type { Kind } from "../kinds";
import { parseHome, parseRegional, serialiseHome, serialiseRegional, storedKey } from "../stored";
import { joinItems, regionOfItem, stampOf } from "./join";

export interface WriteBackOptions {
    /** Of every region. */
    readonly replicas: ReadonlyMap<string, Replica>;
    readonly leases: Pick<Leases, "of" | "coversEnd" | "forget">;
    readonly caller: Caller;
    readonly clock: StoreClock;
    readonly hybrid: HybridClock;
}

export interface WriteOptions {
    readonly again?: boolean;
    /** In the form they are stored in; what it throws ends the write. */
    readonly onLost?: (lost: AttributeMap, kept: AttributeMap) => Promise<void>;
}

/** Thrown while nobody may write an item with a home: its value is recorded, and written when somebody may. */
export class NoOwnerError extends Error {
    override readonly name = "NoOwnerError";
    constructor(home: string) {
        super(`the home ${home} has no owner at present`);
    }
}

/**
 * Writes an item that comes after two others, through the one region that writes it: a second writer, even
 * one that means well, would be the next conflict, and could overwrite what the item's owner is
 * acknowledging at this moment.
 */
export class WriteBack {
    constructor(private readonly options: WriteBackOptions) {}

    /**
     * Has the item come after the one given, and after whatever is there by now; writes nothing when it does
     * already, nor when it has expired.
     *
     * @param again writes all the same, as a version of its own: for copies that replication has not reached
     * @param onLost told, before anything is written, of a value that will be neither in the item nor in a
     *   version before it: the item went on meanwhile, and of two values with a home one remains
     * @returns whether it wrote
     * @throws NoOwnerError, UnavailableError when it cannot be done now; CorruptItemError
     */
    async write(
        joined: AttributeMap,
        { again = false, onLost }: WriteOptions = {},
    ): Promise<boolean> {
        const { caller, clock } = this.options;
        const key = storedKey(joined);
        const deadlineMs = caller.deadline();
        for (let made = 1; ; made++) {
            const { region, replica, lease } = await this.#writer(joined);
            const current = await caller.call(
                region,
                (signal) => replica.get(key, true, signal),
                deadlineMs,
            );
            if (!again && this.#isDone(joined, current)) {
                return false;
            }
            let item = joined;
            if (current !== undefined) {
                const both = joinItems(current, joined);
                item = both.item;
                if (both.lost !== undefined) {
                    const [lost, kept] = both.lost === "a" ? [current, joined] : [joined, current];
                    await onLost?.(lost, kept);
                }
            }
            const target =
                lease !== undefined
                    ? this.#underLease(item, lease)
                    : again
                      ? this.#anew(item, region)
                      : item;
            try {
                if (lease !== undefined) {
                    await noteAway(caller, replica, lease, target, deadlineMs);
                }
                await caller.call(
                    region,
                    (signal) => replica.put(target, condition(current, lease), signal),
                    deadlineMs,
                );
            } catch (error) {
                const waitMs = caller.backoffMs(made);
                if (failureKind(error) !== "condition") {
                    throw error;
                }
                if (clock.now() + waitMs >= deadlineMs) {
                    throw new UnavailableError(region, false, error);
                }
                if (lease !== undefined) {
                    this.options.leases.forget(lease.home);
                }
                await sleep(clock, waitMs);
                continue;
            }
            if (lease !== undefined && !this.options.leases.coversEnd(lease)) {
                throw new NoOwnerError(lease.home);
            }
            return true;
        }
    }

    #isDone(joined: AttributeMap, current: AttributeMap | undefined): boolean {
        const stamp = stampOf(joined);
        if (current !== undefined) {
            const there = stampOf(current);
            if (there === undefined || stamp === undefined) {
                throw new CorruptItemError(
                    describeKey(joined["kind"]?.S ?? "item", storedKey(joined)),
                    "it has no version any more",
                );
            }
            return there.version.covers(stamp.version);
        }
        const expiresAt = Number(joined["expiresAt"]?.N ?? Number.POSITIVE_INFINITY);
        return expiresAt * 1000 <= this.options.clock.now();
    }

    async #writer(
        item: AttributeMap,
    ): Promise<{ region: string; replica: Replica; lease: Lease | undefined }> {
        const { leases, replicas } = this.options;
        const own = regionOfItem((item["kind"]?.S ?? "") as Kind, item);
        let lease: Lease | undefined;
        if (own === undefined) {
            const { home } = parseHome(item);
            lease = await leases.of(home);
            if (lease === undefined) {
                throw new NoOwnerError(home);
            }
        }
        const region = own ?? lease?.region ?? "";
        const replica = replicas.get(region);
        if (replica === undefined) {
            throw new CorruptItemError(
                describeKey(item["kind"]?.S ?? "item", storedKey(item)),
                `${region} writes it, which is none of ${[...replicas.keys()].join(", ")}`,
            );
        }
        return { region, replica, lease };
    }

    /** A write like any other of the item's region. */
    #anew(target: AttributeMap, region: string): AttributeMap {
        const item = parseRegional(target);
        return serialiseRegional(storedKey(target), {
            ...item,
            version: item.version.increment(region),
            at: this.options.hybrid.update(item.at),
            origin: region,
        });
    }

    /** A write like any other of the owner's. */
    #underLease(target: AttributeMap, lease: Lease): AttributeMap {
        const item = parseHome(target);
        return serialiseHome(storedKey(target), {
            ...item,
            version: item.version.increment(lease.region),
            at: this.options.hybrid.update(item.at),
            origin: lease.region,
            epoch: lease.term,
        });
    }
}

/** That the item is as it was read and, under a lease, that no later epoch has begun. */
function condition(current: AttributeMap | undefined, lease: Lease | undefined) {
    const same = unchanged(current && stampOf(current));
    return current === undefined || lease === undefined || !("ExpressionAttributeNames" in same)
        ? same
        : {
              ...same,
              ConditionExpression: `${same.ConditionExpression} AND home = :home AND epoch <= :epoch`,
              ExpressionAttributeValues: {
                  ...same.ExpressionAttributeValues,
                  ":home": { S: lease.home },
                  ":epoch": { N: String(lease.term) },
              },
          };
}
