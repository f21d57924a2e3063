import { VersionVector } from "../../consistency/versionVector";
import { failedItem, failureKind } from "../calls/failure";
import type { Replica } from "../calls/replica";
import { textsOf } from "../codec/fields";
import type { AttributeMap } from "../codec/itemSize";
import { CorruptItemError, NoHomeError, StaleEpochError } from "../errors";
import { noteAway } from "../homes/awayLog";
import type { Lease } from "../homes/leases";
import { decodeJson, encodeJson, type JsonObject } from "../json";
import { describeKey, homeOf, type Key } from "../keys";
import { homeKind, type HomeKind } from "../kinds";
import type { Sight, Unavailable, Write } from "../results";
import { parseHome, rememberedSeconds, serialiseHome, type HomeItem } from "../stored";
import { replicaOf, type StoreContext } from "./context";
import { unavailable } from "./mergeableItems";

/** What a writer expects to find: nothing, or the version that it read. */
export type Expected = "absent" | VersionVector;

/** An item as its home has it. */
export interface HomeSight extends Sight<JsonObject> {
    /** The last operations on it, the latest first. */
    readonly operations: readonly string[];
}

/** What a reader gets of an item as it is stored. @throws CorruptItemError, NoHomeError */
export function homeSight(
    kind: HomeKind,
    key: Key,
    homes: readonly string[],
    stored: AttributeMap | undefined,
    region: string,
): Sight<JsonObject> {
    if (stored === undefined) {
        return { value: undefined, version: VersionVector.empty, region };
    }
    const item = parseHomeItem(kind, key, homes, stored);
    return {
        value: item.value === undefined ? undefined : decodeJson(item.value),
        version: item.version,
        region,
    };
}

/** Items that have a home: one region at a time writes them, under its epoch. */
export class HomeItems {
    constructor(private readonly context: StoreContext) {}

    /** One attempt. @throws CorruptItemError, NoHomeError; what the region answered otherwise */
    async read(
        kind: HomeKind,
        key: Key,
        replica: Replica,
        strong: boolean,
        signal: AbortSignal,
    ): Promise<Sight<JsonObject>> {
        const stored = await replica.get(key, strong, signal);
        return homeSight(kind, key, this.context.homes, stored, replica.region);
    }

    /** The one truth: read at the home's owner, while its lease lasts. */
    async readAtHome(kind: HomeKind, key: Key): Promise<HomeSight | Unavailable> {
        const { caller, homes, leases } = this.context;
        const lease = await this.#lease(key);
        if ("kind" in lease) {
            return lease;
        }
        try {
            const replica = replicaOf(this.context, lease.region);
            const stored = await caller.call(lease.region, (signal) =>
                replica.get(key, true, signal),
            );
            return leases.coversEnd(lease)
                ? {
                      ...homeSight(kind, key, homes, stored, lease.region),
                      operations: stored === undefined ? [] : textsOf(stored, "operations"),
                  }
                : { kind: "unavailable", reason: `the lease of ${lease.region} ended meanwhile` };
        } catch (error) {
            return { kind: "unavailable", reason: unavailable(error).reason };
        }
    }

    /**
     * Writes an item at its home, if it is as expected there and the epoch is not over.
     *
     * @param value undefined deletes
     * @param id of the operation: a retry with the same id, or an attempt whose answer got lost, is known by it
     * @param earlier operations on what the writer read, the latest first, which are known on
     * @throws CorruptItemError, NoHomeError, OversizedItemError, RemoteClockAheadError, StaleEpochError,
     *   StoreInputError; nothing was written then
     */
    async write(
        kind: HomeKind,
        key: Key,
        value: JsonObject | undefined,
        expected: Expected,
        id: string,
        earlier: readonly string[] = [],
    ): Promise<Write<JsonObject | undefined>> {
        const { caller, leases } = this.context;
        const deadlineMs = caller.deadline();
        const lease = await this.#lease(key);
        if ("kind" in lease) {
            return lease;
        }
        const replica = replicaOf(this.context, lease.region);
        let before: HomeItem | undefined;
        let mayBeDone = false;
        for (;;) {
            const base =
                expected === "absent" ? (before?.version ?? VersionVector.empty) : expected;
            const operations = [id, ...(before?.operations ?? earlier)];
            const next = this.#next(kind, key, value, base, before, lease, operations);
            const done: Write<JsonObject | undefined> = {
                kind: "written",
                value,
                version: next.version,
                region: lease.region,
                repeated: false,
            };
            try {
                await noteAway(caller, replica, lease, next.stored, deadlineMs);
                await caller.call(
                    lease.region,
                    (signal, ambiguous) => {
                        mayBeDone ||= ambiguous;
                        return replica.put(
                            next.stored,
                            condition(base, next.stored, lease, expected === "absent"),
                            signal,
                        );
                    },
                    deadlineMs,
                );
                return leases.coversEnd(lease) ? done : tooLate(lease);
            } catch (error) {
                if (failureKind(error) !== "condition") {
                    const { kind: outcome, reason } = unavailable(error);
                    return { kind: mayBeDone ? "unknown" : outcome, reason };
                }
                const stored = failedItem(error);
                const refused = (): Write<JsonObject | undefined> =>
                    mayBeDone
                        ? overtaken(lease)
                        : conflict(homeSight(kind, key, this.context.homes, stored, lease.region));
                if (stored === undefined) {
                    return refused();
                }
                const there = parseHomeItem(kind, key, this.context.homes, stored);
                const known = there.operations.indexOf(id);
                if (known >= 0) {
                    const sight = homeSight(kind, key, this.context.homes, stored, lease.region);
                    return leases.coversEnd(lease)
                        ? { ...done, ...sight, repeated: known > 0 || before === undefined }
                        : tooLate(lease);
                }
                if (there.epoch > lease.term) {
                    leases.forget(lease.home);
                    if (mayBeDone) {
                        return overtaken(lease);
                    }
                    throw new StaleEpochError(describeKey(kind, key), lease.term, there.epoch);
                }
                const isAsExpected =
                    expected === "absent"
                        ? there.value === undefined
                        : there.value !== undefined && there.version.compare(expected) === "equal";
                // Once more if it only has to come after what is there: a deletion, or a faster clock.
                if (!isAsExpected || before?.version.compare(there.version) === "equal") {
                    return refused();
                }
                before = there;
            }
        }
    }

    /** The lease of a key's home. @throws NoHomeError */
    async #lease(key: Key): Promise<Lease | Unavailable> {
        const home = homeOf(key, this.context.homes);
        try {
            const lease = await this.context.leases.of(home);
            return (
                lease ?? { kind: "unavailable", reason: `the home ${home} has no owner at present` }
            );
        } catch (error) {
            return { kind: "unavailable", reason: unavailable(error).reason };
        }
    }

    #next(
        kind: HomeKind,
        key: Key,
        value: JsonObject | undefined,
        base: VersionVector,
        before: HomeItem | undefined,
        lease: Lease,
        operations: readonly string[],
    ) {
        const { hybrid } = this.context;
        const at = before === undefined ? hybrid.now() : hybrid.update(before.at);
        const version = base.increment(lease.region);
        const what = describeKey(kind, key);
        const { index } = homeKind(kind);
        const indexed = index === undefined ? undefined : value?.[index.attribute];
        const stored = serialiseHome(key, {
            kind,
            version,
            at,
            origin: lease.region,
            operations,
            home: lease.home,
            epoch: lease.term,
            value: value === undefined ? undefined : encodeJson(what, value).M,
            ...(value === undefined
                ? { expiresAt: Math.ceil(at.wallMs / 1000) + rememberedSeconds }
                : {}),
            ...(index === undefined || typeof indexed !== "string"
                ? {}
                : { index: { pk: `${index.prefix}${indexed}`, sk: key.pk } }),
        });
        return { stored, version };
    }
}

/** That the item is what the writer read, at its home, and neither epoch nor clock go back. */
function condition(
    base: VersionVector,
    next: AttributeMap,
    { home, term }: Lease,
    absent: boolean,
) {
    return base.size === 0
        ? { ConditionExpression: "attribute_not_exists(pk)" }
        : {
              ConditionExpression: `#version = :version AND home = :home AND epoch <= :epoch AND #at < :at AND ${
                  absent ? "attribute_exists(deleted)" : "attribute_not_exists(deleted)"
              }`,
              ExpressionAttributeNames: { "#version": "version", "#at": "at" },
              ExpressionAttributeValues: {
                  ":version": { S: base.toString() },
                  ":at": next["at"] ?? { NULL: true },
                  ":home": { S: home },
                  ":epoch": { N: String(term) },
              },
          };
}

function parseHomeItem(
    kind: HomeKind,
    key: Key,
    homes: readonly string[],
    stored: AttributeMap,
): HomeItem {
    if (stored["home"]?.S === undefined || homeOf(key, homes) !== stored["home"].S) {
        throw new NoHomeError(describeKey(kind, key), stored["home"]?.S, [homeOf(key, homes)]);
    }
    const item = parseHome(stored);
    if (item.kind !== kind) {
        throw new CorruptItemError(describeKey(kind, key), `it says that it is a ${item.kind}`);
    }
    return item;
}

function conflict(current: Sight<JsonObject>): Write<JsonObject | undefined> {
    return { kind: "conflict", current };
}

/** Nobody can tell whether it was there before what is there now: that need not remember it. */
function overtaken({ region }: Lease): Write<never> {
    return {
        kind: "unknown",
        reason: `${region} did not say whether it was written, and somebody else has written since`,
    };
}

function tooLate({ region }: Lease): Write<never> {
    return {
        kind: "unknown",
        reason: `it was written after the lease of ${region} had ended: another region may not know of it`,
    };
}
