import type { HybridClock } from "../consistency/hybridClock";
import { Caller, defaultLimits, type CallLimits } from "./calls/caller";
import { sleep, systemClock, type StoreClock } from "./calls/clock";
import { HedgedReads } from "./calls/hedged";
import { Nearest } from "./calls/nearest";
import { Replica, type ReplicaClient } from "./calls/replica";
import { Leases, type Lease } from "./homes/leases";
import { OwnerRecords } from "./homes/ownerRecord";
import { defaultLeaseTimes, type LeaseTimes } from "./homes/votes";
import { batchRead, type BatchKey } from "./items/batches";
import { replicaOf, type StoreContext } from "./items/context";
import { freshRead, type ReadOptions } from "./items/freshRead";
import { HomeItems, type Expected } from "./items/homeItems";
import { MergeableItems, sightOf } from "./items/mergeableItems";
import { queryHome, queryMergeable, type QueryOptions } from "./items/queries";
import { Takes, type Taking } from "./items/takes";
import type { JsonObject } from "./json";
import { checkKey, checkRegions, homeOf, type Key } from "./keys";
import {
    homeKind,
    mergeableKind,
    modeOf,
    type HomeKind,
    type Kind,
    type MergeableKind,
    type Operations,
    type Values,
} from "./kinds";
import type { Deletion, Page, Read, Sight, Unavailable, Write } from "./results";
import type { SessionToken } from "./sessionToken";

export interface StoreOptions {
    readonly table: string;
    /** An SDK client for every region that may be asked, each of which tries once; the local region's first. */
    readonly clients: ReadonlyMap<string, ReplicaClient>;
    /** Every region that writes the table. @default those of the clients */
    readonly writers?: readonly string[];
    /** Names of the homes; they never change. @default the clients' regions */
    readonly homes?: readonly string[];
    /** Of the day, for leases. @default the machine's */
    readonly clock?: StoreClock;
    /** Measures what may be waited for. @default `clock` */
    readonly timer?: StoreClock;
    /** From 0 to below 1. */
    readonly random: () => number;
    /** The process's clock of versions. */
    readonly hybrid: HybridClock;
    /** @default `defaultLimits` */
    readonly limits?: CallLimits;
    /** @default `defaultLeaseTimes` */
    readonly leaseTimes?: LeaseTimes;
    /** Whether a region is voted out: it is not asked for its leases then. @default nobody knows of any */
    readonly isEvacuated?: (region: string) => boolean;
    /** How long the nearest region may take before a second one is asked, until that is measured. @default 100 */
    readonly hedgeAfterMs?: number;
}

export interface WriteOptions {
    /** Name of the operation: a retry with the same one is no second operation. @default a new one */
    readonly operation?: string;
    /** The session's token; the answer then has one to go on with. */
    readonly token?: SessionToken;
}

export interface BatchWrite {
    /** Runs one write of the batch on the store. */
    (store: GlobalDataStore): Promise<Write<unknown>>;
}

/** Writes of a batch that are under way at once. */
const batchWidth = 8;

/**
 * Data in a DynamoDB global table that keeps its promises through partitions and failovers. How each kind of
 * item is written is stated in `kinds.ts`, how homes move in `homes/homeKeeper.ts`.
 *
 * Reads are local by default. Every recoverable outcome is a result; what is thrown is bad input, damage in
 * the table, or a clock that is wrong, and then nothing was written.
 *
 * @example
 * const added = await store.apply("cart", key, { op: "change", line: "mug", by: 1 }, { token });
 * const order = await store.put("order", orderKey, { cartId, items }, "absent");
 */
export class GlobalDataStore {
    readonly nearest: Nearest;
    readonly #context: StoreContext;
    readonly #hedged: HedgedReads;
    readonly #mergeable: MergeableItems;
    readonly #home: HomeItems;
    readonly #takes: Takes;

    /** @throws StoreInputError, ReplicaNameError */
    constructor(options: StoreOptions) {
        const { table, clients, random, hybrid, clock = systemClock } = options;
        const { timer = clock } = options;
        const regions = [...clients.keys()];
        const homes = options.homes ?? [...regions].sort();
        checkRegions(regions, homes);
        const caller = new Caller(timer, random, options.limits ?? defaultLimits);
        const replicas = new Map(
            [...clients].map(([region, client]): [string, Replica] => [
                region,
                new Replica(region, table, client),
            ]),
        );
        const leases = new Leases({
            records: [...replicas.values()].map((replica) => new OwnerRecords(replica, caller)),
            clock,
            times: options.leaseTimes ?? defaultLeaseTimes,
            ...(options.isEvacuated === undefined ? {} : { isEvacuated: options.isEvacuated }),
        });
        this.nearest = new Nearest(regions);
        this.#hedged = new HedgedReads({
            caller,
            clock: timer,
            nearest: this.nearest,
            firstDelayMs: options.hedgeAfterMs ?? 100,
        });
        this.#context = {
            replicas,
            homes,
            writers: options.writers ?? regions,
            leases,
            caller,
            clock: timer,
            hybrid,
            newOperation: () => random().toString(36).slice(2, 14).padEnd(12, "0"),
        };
        this.#mergeable = new MergeableItems(this.#context);
        this.#home = new HomeItems(this.#context);
        this.#takes = new Takes(this.#context, regions[0] ?? "");
    }

    /**
     * Reads an item, by default where it is fastest. With a token the answer has at least what the session
     * has seen, or says that it is behind; see `items/freshRead.ts` for what is tried before.
     *
     * @throws StoreInputError, UnknownKindError, NoHomeError, CorruptItemError
     */
    async get<K extends Kind>(
        kind: K,
        key: Key,
        options: ReadOptions = {},
    ): Promise<Read<Values[K]>> {
        checkKey(kind, key);
        const readIn = (
            region: string,
            strong: boolean,
            signal: AbortSignal,
        ): Promise<Sight<Values[K]>> => this.#readIn(kind, key, region, strong, signal);
        const atHome =
            modeOf(kind) === "home-region" && options.consistency === "home"
                ? async () =>
                      (await this.#home.readAtHome(kind as HomeKind, key)) as
                          Sight<Values[K]> | Unavailable
                : undefined;
        return freshRead(
            { context: this.#context, hedged: this.#hedged, key, readIn, atHome },
            options,
        );
    }

    /**
     * Carries out an operation on an item that merges, in the nearest region. It does not go on to another
     * region by itself: one that may have been carried out here would be carried out twice.
     *
     * @throws StoreInputError, UnknownKindError, CorruptItemError, OversizedItemError,
     *   RemoteClockAheadError, and the type's own for an operation that cannot be; nothing was written then
     */
    async apply<K extends MergeableKind>(
        kind: K,
        key: Key,
        operation: Operations[K],
        options: WriteOptions & { /** @default the nearest */ readonly region?: string } = {},
    ): Promise<Write<Values[K]>> {
        mergeableKind(kind);
        checkKey(kind, key);
        const region = options.region ?? this.nearest.current;
        const id = options.operation ?? this.#context.newOperation();
        return inSession(
            key,
            options.token,
            await this.#mergeable.apply(kind, key, operation, region, id, options.token?.of(key)),
        );
    }

    /**
     * Takes stock out of the local region's share under a name, once, however often and late it is repeated
     * here; see `items/takes.ts` for repetitions elsewhere.
     *
     * @param amount an integer of at least 1
     * @throws StoreInputError, AmountError, CorruptItemError, RemoteClockAheadError; nothing was written then
     */
    async take(key: Key, amount: number, name: string): Promise<Taking> {
        checkKey("stock", key);
        return this.#takes.take(key, amount, name);
    }

    /**
     * Writes an item at its home, if it is there as expected.
     *
     * @param expected the version that was read, or `absent` for a new one: of all that create an item with
     *   one key, one does
     * @throws StoreInputError, UnknownKindError, NoHomeError, CorruptItemError, OversizedItemError,
     *   StaleEpochError, RemoteClockAheadError; nothing was written then
     */
    async put<K extends HomeKind>(
        kind: K,
        key: Key,
        value: Values[K],
        expected: Expected,
        options: WriteOptions = {},
    ): Promise<Write<Values[K]>> {
        return (await this.#write(kind, key, value, expected, options)) as Write<Values[K]>;
    }

    /** Deletes an item at its home. Its version is kept for 30 days. @throws as `put` */
    async delete(
        kind: HomeKind,
        key: Key,
        expected: Expected,
        options: WriteOptions = {},
    ): Promise<Deletion> {
        return (await this.#write(kind, key, undefined, expected, options)) as Deletion;
    }

    /**
     * Reads an item at its home, changes it, and writes it if nobody did meanwhile; and again, until it is
     * written or time is up. A retry with the same operation is known for 15 updates; `put` and `delete` have
     * not read what was known before them, and begin anew.
     *
     * @param change is given undefined when there is no item, and leaves it as it is by returning undefined
     * @throws as `put`, and what `change` throws
     */
    async update<K extends HomeKind>(
        kind: K,
        key: Key,
        change: (value: Values[K] | undefined) => Values[K] | undefined,
        options: WriteOptions = {},
    ): Promise<Write<Values[K] | undefined>> {
        homeKind(kind);
        checkKey(kind, key);
        const { caller, clock, newOperation } = this.#context;
        const deadlineMs = caller.deadline();
        const operation = options.operation ?? newOperation();
        for (let made = 1; ; made++) {
            const there = await this.#home.readAtHome(kind, key);
            if ("kind" in there) {
                return there;
            }
            const { operations, ...sight } = there;
            // Written by an earlier call, over what was there then: it would be carried out on its own result.
            const value = operations.includes(operation) ? undefined : change(sight.value);
            if (value === undefined) {
                return inSession(key, options.token, { kind: "written", ...sight, repeated: true });
            }
            const expected = sight.value === undefined ? "absent" : sight.version;
            const written = inSession(
                key,
                options.token,
                await this.#home.write(kind, key, value, expected, operation, operations),
            ) as Write<Values[K]>;
            const waitMs = caller.backoffMs(made);
            if (written.kind !== "conflict" || clock.now() + waitMs >= deadlineMs) {
                return written;
            }
            await sleep(clock, waitMs);
        }
    }

    /**
     * A page of the items under a partition, in the nearest region, sorted by key.
     *
     * @throws StoreInputError, UnknownKindError, CorruptItemError, UnavailableError
     */
    async query<K extends Kind>(
        kind: K,
        pk: string,
        options: QueryOptions = {},
    ): Promise<Page<Values[K]>> {
        const page =
            modeOf(kind) === "home-region"
                ? await queryHome(this.#context, this.#hedged, kind as HomeKind, pk, options)
                : await queryMergeable(
                      this.#context,
                      this.#hedged,
                      kind as MergeableKind,
                      pk,
                      options,
                  );
        return page as Page<Values[K]>;
    }

    /**
     * Reads many items in the nearest region. Each has an answer of its own, in their order: what the region
     * has no capacity for within the limits is unavailable, and the others are there.
     *
     * @throws StoreInputError, UnknownKindError
     */
    async getMany<K extends Kind>(
        keys: readonly BatchKey<K>[],
    ): Promise<readonly Read<Values[K]>[]> {
        return batchRead(this.#context, this.nearest, keys) as Promise<readonly Read<Values[K]>[]>;
    }

    /**
     * Runs many writes, a few at a time. Each has an answer of its own, in their order; one that was thrown
     * for is an Error. They are single writes, because DynamoDB's batches know no conditions.
     */
    async writeMany(writes: readonly BatchWrite[]): Promise<readonly (Write<unknown> | Error)[]> {
        const results: (Write<unknown> | Error)[] = [];
        let next = 0;
        const work = async (): Promise<void> => {
            for (let at = next++; at < writes.length; at = next++) {
                results[at] = await (writes[at] as BatchWrite)(this).catch((error: unknown) =>
                    error instanceof Error ? error : new Error(String(error)),
                );
            }
        };
        await Promise.all(Array.from({ length: batchWidth }, work));
        return results;
    }

    /** Measures every region, so that the nearest is known and a lost one is not waited for. Call it now and then. */
    async measure(): Promise<void> {
        const { replicas, caller, clock, homes } = this.#context;
        const key = { pk: `HOME#${homes[0]}`, sk: "OWNER#" };
        await Promise.all(
            [...replicas.values()].map(async (replica) => {
                const startedMs = clock.now();
                try {
                    await caller.once(
                        replica.region,
                        (signal) => replica.get(key, false, signal),
                        startedMs + caller.limits.attemptMs,
                    );
                    this.nearest.record(replica.region, clock.now() - startedMs);
                } catch {
                    this.nearest.record(replica.region, caller.limits.attemptMs);
                }
            }),
        );
    }

    /** Who may write an item that has a home now; undefined when nobody may. @throws NoHomeError, UnavailableError */
    async leaseOf(key: Key): Promise<Lease | undefined> {
        return this.#context.leases.of(homeOf(key, this.#context.homes));
    }

    /**
     * The region that keeps an item's home, as far as the local region has heard: where to write it.
     *
     * @throws NoHomeError, UnavailableError
     */
    async heardOwner(key: Key): Promise<string | undefined> {
        return this.#context.leases.heardOwner(homeOf(key, this.#context.homes));
    }

    async #write(
        kind: HomeKind,
        key: Key,
        value: JsonObject | undefined,
        expected: Expected,
        options: WriteOptions,
    ): Promise<Write<JsonObject | undefined>> {
        homeKind(kind);
        checkKey(kind, key);
        const id = options.operation ?? this.#context.newOperation();
        const written = await this.#home.write(kind, key, value, expected, id);
        return inSession(key, options.token, written);
    }

    async #readIn<K extends Kind>(
        kind: K,
        key: Key,
        region: string,
        strong: boolean,
        signal: AbortSignal,
    ): Promise<Sight<Values[K]>> {
        const replica = replicaOf(this.#context, region);
        if (modeOf(kind) === "home-region") {
            const sight = await this.#home.read(kind as HomeKind, key, replica, strong, signal);
            return sight as Sight<Values[K]>;
        }
        const mergeable = kind as MergeableKind;
        const merged = await this.#mergeable.read(mergeable, key, replica, strong, signal);
        return sightOf(mergeable, merged, region) as Sight<Values[K]>;
    }
}

function inSession<V>(key: Key, token: SessionToken | undefined, write: Write<V>): Write<V> {
    return token === undefined || write.kind !== "written"
        ? write
        : { ...write, token: token.saw(key, write.version) };
}
