import type { Caller } from "../calls/caller";
import { sleep, type StoreClock } from "../calls/clock";
import type { Replica } from "../calls/replica";
import type { AttributeMap } from "../codec/itemSize";
import type { Conflict } from "../conflicts/conflictRecord";
import type { ConflictRecords } from "../conflicts/conflictRecords";
import { stampedItem } from "../conflicts/join";
import type { WriteBack } from "../conflicts/writeBack";
import type { Key } from "../keys";
import { keyAttributes, storedKey } from "../stored";
import { joinCopies, relationOf, type Relation } from "./relation";
import { itemDigest, RangeDigests, rangeCount, rangeOf } from "./rangeDigests";

export interface ReconcileOptions {
    /** Of the regions that are compared, two or more. */
    readonly replicas: ReadonlyMap<string, Replica>;
    readonly caller: Caller;
    readonly clock: StoreClock;
    /** How long what differs gets to arrive, before it counts, milliseconds. */
    readonly settleMs: number;
    /** What a repair is made with; absent for a dry run. */
    readonly repair?: Repair;
    readonly onProgress?: (line: string) => void;
}

export interface Repair {
    /** Keeps the values that give way. */
    readonly records: Pick<ConflictRecords, "note">;
    /** Writes what the regions agree on from then on. */
    readonly writeBack: Pick<WriteBack, "write">;
}

/** An item that is not the same everywhere. */
export interface Difference {
    readonly key: Key;
    /** Of the store's items; undefined for others. */
    readonly kind: string | undefined;
    readonly relation: Relation;
    /** The version by region; undefined where it is absent, or has none. */
    readonly versions: Readonly<Record<string, string | undefined>>;
    /** Versions whose values gave way, and are on record as conflicts; none in a dry run. */
    readonly gaveWay: readonly string[];
    /** What became of it. */
    readonly outcome:
        | { readonly kind: "left" }
        | { readonly kind: "repaired" }
        /** Written, and not the same everywhere yet: replication has not carried it. */
        | { readonly kind: "written" }
        | { readonly kind: "failed"; readonly reason: string };
}

export interface ReconcileReport {
    readonly repair: boolean;
    /** Items by region. */
    readonly items: Readonly<Record<string, number>>;
    readonly ranges: { readonly compared: number; readonly different: number };
    /** Items that were read one by one. */
    readonly itemsRead: number;
    /** Differences that replication had taken care of by the second look. */
    readonly arrived: number;
    readonly differences: readonly Difference[];
}

/**
 * Compares a table's copies and, if it is told to, has what differs agree: for after a heal, and for
 * whatever replication and the conflict detector have missed.
 *
 * DynamoDB has no digest to ask for, so that every copy is scanned once, eventually consistent: that is its
 * price, half a read unit for each 4 KiB of it. Only digests of ranges are kept of it. Ranges that differ are
 * listed by a second scan; items that differ are read one by one, after a wait, because a copy that is a
 * second behind is nothing to repair.
 *
 * A repair writes through the one region that writes the item, so that it is a write like any other, which
 * replication brings to all regions. Of copies with a home that had not seen each other one stays; the others
 * are on record as conflicts before it is written, each once, however often it is repaired. What is not the store's own is told and left: nobody can say which
 * copy is right.
 *
 * @throws UnavailableError when a region does not answer
 */
export async function reconcile(options: ReconcileOptions): Promise<ReconcileReport> {
    const { replicas, clock, settleMs, repair, onProgress } = options;
    const regions = [...replicas.keys()];
    if (regions.length < 2) {
        throw new RangeError(`two regions or more are compared, got ${regions.join(", ")}`);
    }
    onProgress?.(`comparing ${regions.join(", ")}`);
    const digests = await Promise.all(regions.map((region) => digestsOf(options, region)));
    const different = new Set(
        digests.slice(1).flatMap((one) => [...(digests[0] as RangeDigests).differences(one)]),
    );
    const keys = different.size === 0 ? [] : await differingKeys(options, different);
    if (keys.length > 0) {
        onProgress?.(`${keys.length} items differ; looking again in ${settleMs / 1000} s`);
        await sleep(clock, settleMs);
    }
    const differences: Difference[] = [];
    for (const key of keys) {
        const difference = await examine(options, key);
        if (difference !== undefined) {
            differences.push(difference);
        }
    }
    if (repair !== undefined && differences.some(isWritten)) {
        await sleep(clock, settleMs);
    }
    return {
        repair: repair !== undefined,
        items: Object.fromEntries(regions.map((region, at) => [region, digests[at]?.items ?? 0])),
        ranges: { compared: rangeCount, different: different.size },
        itemsRead: keys.length,
        arrived: keys.length - differences.length,
        differences: await Promise.all(differences.map((one) => lookAgain(options, one))),
    };
}

async function digestsOf(options: ReconcileOptions, region: string): Promise<RangeDigests> {
    const digests = new RangeDigests();
    await scan(options, region, (item) => digests.add(item));
    return digests;
}

/** Keys of the ranges whose items are not the same in all regions. */
async function differingKeys(
    options: ReconcileOptions,
    ranges: ReadonlySet<number>,
): Promise<readonly Key[]> {
    const found = new Map<string, { readonly key: Key; readonly digests: string[] }>();
    const regions = [...options.replicas.keys()];
    await Promise.all(
        regions.map((region) =>
            scan(options, region, (item) => {
                if (ranges.has(rangeOf(item))) {
                    const key = storedKey(item);
                    const name = JSON.stringify([key.pk, key.sk]);
                    const entry = found.get(name) ?? { key, digests: [] };
                    entry.digests.push(itemDigest(item).toString("base64"));
                    found.set(name, entry);
                }
            }),
        ),
    );
    return [...found.values()]
        .filter(({ digests }) => digests.length < regions.length || new Set(digests).size > 1)
        .map(({ key }) => key);
}

async function scan(
    { replicas, caller, clock }: ReconcileOptions,
    region: string,
    visit: (item: AttributeMap) => void,
): Promise<void> {
    const replica = replicas.get(region) as Replica;
    let start: AttributeMap | undefined;
    do {
        const page = await caller.call(region, (signal) =>
            replica.scan(start === undefined ? {} : { ExclusiveStartKey: start }, signal),
        );
        // Each region deletes what has expired in its own time.
        page.items.filter((item) => !isExpired(item, clock.now())).forEach(visit);
        start = page.next;
    } while (start !== undefined);
}

function isExpired(item: AttributeMap, nowMs: number): boolean {
    return Number(item["expiresAt"]?.N ?? Number.POSITIVE_INFINITY) * 1000 <= nowMs;
}

/** An item as every region has it now. */
async function copiesOf(
    { replicas, caller, clock }: ReconcileOptions,
    key: Key,
): Promise<ReadonlyMap<string, AttributeMap | undefined>> {
    return new Map(
        await Promise.all(
            [...replicas].map(
                async ([region, replica]): Promise<[string, AttributeMap | undefined]> => {
                    const item = await caller.call(region, (signal) =>
                        replica.get(key, true, signal),
                    );
                    return [
                        region,
                        item === undefined || isExpired(item, clock.now()) ? undefined : item,
                    ];
                },
            ),
        ),
    );
}

/** Undefined when the item is the same everywhere by now. */
async function examine(options: ReconcileOptions, key: Key): Promise<Difference | undefined> {
    const copies = await copiesOf(options, key);
    if (areSame([...copies.values()])) {
        return undefined;
    }
    const relation = relationOf([...copies.values()]);
    const any = [...copies.values()].find((item) => item !== undefined);
    const difference = {
        key,
        kind: relation === "unversioned" ? undefined : any?.["kind"]?.S,
        relation,
        versions: Object.fromEntries(
            [...copies].map(([region, item]) => [region, item?.["version"]?.S]),
        ),
    };
    const { repair } = options;
    if (repair === undefined || !["behind", "concurrent"].includes(relation)) {
        return { ...difference, gaveWay: [], outcome: { kind: "left" } };
    }
    const gaveWay: string[] = [];
    const record = async (lost: AttributeMap, kept: AttributeMap): Promise<void> => {
        const conflict = conflictOf(options, lost, kept);
        await repair.records.note(conflict);
        gaveWay.push(String(conflict.lost.stamp.version));
    };
    try {
        const { item, kept, lost } = joinCopies([...copies.values()]);
        for (const copy of lost) {
            await record(copy, kept);
        }
        await repair.writeBack.write(
            { ...item, ...keyAttributes(key) },
            { again: true, onLost: record },
        );
        return { ...difference, gaveWay, outcome: { kind: "written" } };
    } catch (error) {
        const outcome = { kind: "failed", reason: (error as Error).message } as const;
        return { ...difference, gaveWay, outcome };
    }
}

/**
 * As the conflict detector of the region where the lost value was written would tell of it, so that the two
 * of them keep one record and not two.
 */
function conflictOf(
    { replicas, clock }: ReconcileOptions,
    item: AttributeMap,
    kept: AttributeMap,
): Conflict {
    const lost = stampedItem(item);
    const { origin } = lost.stamp;
    const [anyRegion = origin] = replicas.keys();
    return {
        cause: "concurrent",
        outcome: "recorded",
        lost,
        kept: stampedItem(kept).stamp,
        // A region may have left the estate since it wrote.
        detectedIn: replicas.has(origin) ? origin : anyRegion,
        atSeconds: Math.floor(clock.now() / 1000),
    };
}

async function lookAgain(options: ReconcileOptions, difference: Difference): Promise<Difference> {
    if (!isWritten(difference)) {
        return difference;
    }
    const copies = await copiesOf(options, difference.key);
    return areSame([...copies.values()])
        ? { ...difference, outcome: { kind: "repaired" } }
        : difference;
}

function isWritten({ outcome }: Difference): boolean {
    return outcome.kind === "written";
}

function areSame(copies: readonly (AttributeMap | undefined)[]): boolean {
    const texts = copies.map((item) =>
        item === undefined ? "" : itemDigest(item).toString("base64"),
    );
    return new Set(texts).size === 1;
}
