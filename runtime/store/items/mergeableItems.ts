import { compareTimestamps, type HybridTimestamp } from "../../consistency/hybridClock";
import { VersionVector } from "../../consistency/versionVector";
import { UnavailableError } from "../calls/caller";
import { sleep } from "../calls/clock";
import { failedItem, failureKind } from "../calls/failure";
import type { Condition, Replica } from "../calls/replica";
import type { AttributeMap } from "../codec/itemSize";
import { CorruptItemError } from "../errors";
import { describeKey, regionalKey, splitRegionalKey, type Key } from "../keys";
import { mergeableKind, type MergeableKind, type Operations, type Values } from "../kinds";
import type { Sight, Write } from "../results";
import { parseRegional, serialiseRegional, storedKey, type RegionalItem } from "../stored";
import { replicaOf, type StoreContext } from "./context";

/** What a region knows of an item that merges, all regions' items taken together. */
export interface Merged {
    readonly state: unknown;
    readonly version: VersionVector;
    readonly at: HybridTimestamp;
    /** The items themselves, by the region that writes them. */
    readonly items: ReadonlyMap<string, RegionalItem>;
}

/** The items of all regions, read where it is said, and merged. @throws CorruptItemError */
export function mergeRegional(
    kind: MergeableKind,
    key: Key,
    stored: readonly AttributeMap[],
): Merged {
    const { type } = mergeableKind(kind);
    const items = new Map<string, RegionalItem>();
    let merged = { state: type.empty, version: VersionVector.empty, at: { wallMs: 0, logical: 0 } };
    for (const attributes of stored) {
        const item = parseRegional(attributes);
        const region = splitRegionalKey(storedKey(attributes))?.region ?? "";
        if (item.kind !== kind || item.origin !== region) {
            throw new CorruptItemError(
                describeKey(kind, storedKey(attributes)),
                `it says that it is a ${item.kind} written in ${item.origin}`,
            );
        }
        items.set(region, item);
        merged = {
            state: type.merge(merged.state, decode(kind, key, item)),
            version: merged.version.merge(item.version),
            at: compareTimestamps(item.at, merged.at) > 0 ? item.at : merged.at,
        };
    }
    return { ...merged, items };
}

/** What a reader in a region gets of it. */
export function sightOf<K extends MergeableKind>(
    kind: K,
    merged: Merged,
    region: string,
): Sight<Values[K]> {
    return {
        value:
            merged.items.size === 0
                ? undefined
                : mergeableKind(kind).type.value(merged.state, region),
        version: merged.version,
        region,
    };
}

/** Items that merge: every region writes its own, and reads everybody's. */
export class MergeableItems {
    constructor(
        private readonly context: Pick<StoreContext, "replicas" | "caller" | "clock" | "hybrid">,
    ) {}

    /** One attempt. @throws CorruptItemError; what the region answered otherwise */
    async read(
        kind: MergeableKind,
        key: Key,
        replica: Replica,
        strong: boolean,
        signal: AbortSignal,
    ): Promise<Merged> {
        const stored: AttributeMap[] = [];
        let start: AttributeMap | undefined;
        do {
            const page = await replica.query(
                {
                    KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
                    ExpressionAttributeValues: {
                        ":pk": { S: key.pk },
                        ":prefix": { S: regionalKey(key, "").sk },
                    },
                    ConsistentRead: strong,
                    ...(start === undefined ? {} : { ExclusiveStartKey: start }),
                },
                signal,
            );
            stored.push(...page.items);
            start = page.next;
        } while (start !== undefined);
        return mergeRegional(kind, key, stored);
    }

    /**
     * Carries out an operation in a region: on what the region knows, and in the region's own item, which
     * then has everything that the region knows. Nobody else writes that item, so that replication has
     * nothing to decide; two writers in the region are told apart by the item's version.
     *
     * What the session has seen and the region has not heard of is fetched from the regions that wrote it,
     * so that the operation comes after it. Where that cannot be had, the region takes the operation all the
     * same, and says that it is `behind`: both will count.
     *
     * @param seen what the session has seen of the item
     * @param id of the operation: a retry with the same id changes nothing, once the region has heard of it
     * @throws CorruptItemError, OversizedItemError, RemoteClockAheadError, and the type's own for an
     *   operation that cannot be; nothing was written then
     */
    async apply<K extends MergeableKind>(
        kind: K,
        key: Key,
        operation: Operations[K],
        region: string,
        id: string,
        seen: VersionVector = VersionVector.empty,
    ): Promise<Write<Values[K]>> {
        const { caller, clock } = this.context;
        const deadlineMs = caller.deadline();
        const replica = replicaOf(this.context, region);
        for (let made = 1; ; made++) {
            let merged: Merged;
            try {
                merged = await caller.call(
                    region,
                    (signal) => this.read(kind, key, replica, true, signal),
                    deadlineMs,
                );
                merged = await this.#caughtUp(kind, key, merged, seen);
            } catch (error) {
                return unavailable(error);
            }
            const behind = !merged.version.covers(seen);
            const written = { kind: "written" as const, region, behind };
            if (hasOperation(merged, id)) {
                const { version } = merged;
                const value = mergeableKind(kind).type.value(merged.state, region);
                return { ...written, value, version, repeated: true };
            }
            const next = nextItem(this.context, kind, key, operation, merged, region, id);
            if (next.kind === "refused") {
                return next;
            }
            try {
                await caller.call(
                    region,
                    (signal) =>
                        replica.put(next.stored, unchanged(merged.items.get(region)), signal),
                    deadlineMs,
                );
                return { ...written, value: next.value, version: next.version, repeated: false };
            } catch (error) {
                if (failureKind(error) !== "condition") {
                    return unavailable(error);
                }
                const there = failedItem(error);
                if (there !== undefined && parseRegional(there).operations[0] === id) {
                    // It was written by an attempt whose answer got lost.
                    return {
                        ...written,
                        value: next.value,
                        version: next.version,
                        repeated: false,
                    };
                }
                // Somebody else in the region was first.
                const waitMs = caller.backoffMs(made);
                if (clock.now() + waitMs >= deadlineMs) {
                    return { kind: "unavailable", reason: `too many writers in ${region}` };
                }
                await sleep(clock, waitMs);
            }
        }
    }

    /** With what the session has seen, from those who wrote it, as far as they answer. */
    async #caughtUp(
        kind: MergeableKind,
        key: Key,
        merged: Merged,
        seen: VersionVector,
    ): Promise<Merged> {
        const { caller, replicas } = this.context;
        const { type } = mergeableKind(kind);
        let known = merged;
        for (const writer of seen.replicas) {
            const replica = replicas.get(writer);
            if (replica === undefined || known.version.get(writer) >= seen.get(writer)) {
                continue;
            }
            try {
                const there = await caller.once(
                    writer,
                    (signal) => this.read(kind, key, replica, true, signal),
                    caller.deadline(),
                );
                known = {
                    // The condition of the write is about what was read in the region itself.
                    items: merged.items,
                    state: type.merge(known.state, there.state),
                    version: known.version.merge(there.version),
                    at: compareTimestamps(there.at, known.at) > 0 ? there.at : known.at,
                };
            } catch (error) {
                if (failureKind(error) === "refused") {
                    throw error;
                }
            }
        }
        return known;
    }
}

/**
 * A region's own item as it is after an operation, with everything that the region knows; or why it must
 * not be.
 *
 * @throws OversizedItemError, RemoteClockAheadError, and the type's own for an operation that cannot be
 */
export function nextItem<K extends MergeableKind>(
    context: Pick<StoreContext, "hybrid">,
    kind: K,
    key: Key,
    operation: Operations[K],
    merged: Merged,
    region: string,
    id: string,
) {
    const { type, lifetimeSeconds } = mergeableKind(kind);
    const { hybrid } = context;
    const at = merged.version.size === 0 ? hybrid.now() : hybrid.update(merged.at);
    const step = type.apply(merged.state, operation, { region, at });
    if (step.kind === "refused") {
        return step;
    }
    const state = type.merge(merged.state, step.delta);
    const version = merged.version.increment(region);
    const stored = serialiseRegional(regionalKey(key, region), {
        kind,
        version,
        at,
        origin: region,
        operations: [id, ...(merged.items.get(region)?.operations ?? [])],
        state: type.codec.encode(state),
        ...(lifetimeSeconds === undefined
            ? {}
            : { expiresAt: Math.ceil(at.wallMs / 1000) + lifetimeSeconds }),
    });
    return { kind: "next" as const, stored, version, at, value: type.value(state, region) };
}

/** The condition that an item is still as it was read. */
export function unchanged(item: { readonly version: VersionVector } | undefined): Condition {
    return item === undefined
        ? { ConditionExpression: "attribute_not_exists(pk)" }
        : {
              ConditionExpression: "#version = :version",
              ExpressionAttributeNames: { "#version": "version" },
              ExpressionAttributeValues: { ":version": { S: item.version.toString() } },
          };
}

/** @throws what is no outage */
export function unavailable(error: unknown): Write<never> & {
    readonly kind: "unavailable" | "unknown";
} {
    if (error instanceof UnavailableError) {
        return { kind: error.ambiguous ? "unknown" : "unavailable", reason: error.message };
    }
    throw error;
}

function hasOperation({ items }: Merged, id: string): boolean {
    return [...items.values()].some(({ operations }) => operations.includes(id));
}

function decode(kind: MergeableKind, key: Key, { state, origin }: RegionalItem): unknown {
    try {
        return mergeableKind(kind).type.codec.decode(state);
    } catch (error) {
        throw new CorruptItemError(
            describeKey(kind, regionalKey(key, origin)),
            (error as Error).message,
            error,
        );
    }
}
