import { createHash } from "node:crypto";

import { formatTimestamp, parseTimestamp } from "../../consistency/hybridClock";
import { VersionVector } from "../../consistency/versionVector";
import { UnavailableError, type Caller } from "../calls/caller";
import type { Replica } from "../calls/replica";
import { mapOf, textOf } from "../codec/fields";
import type { AttributeMap } from "../codec/itemSize";
import { CorruptItemError } from "../errors";
import { describeKey, type Key } from "../keys";
import { keyAttributes, rememberedSeconds, storedKey } from "../stored";
import type { Lease } from "./leases";

/**
 * The list is in parts, because a partition takes 1,000 writes a second: a region can write 16,000 to each
 * home that is not its own.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-sharding.html
 */
export const awayShards: readonly number[] = Array.from({ length: 16 }, (_, shard) => shard);

/** Sorts after every entry, and after what begins with an entry's sort key. */
export const endOfLog = "~";

/** That a region was about to write a version of an item to a home that is not its own. */
export interface AwayEntry {
    readonly key: Key;
    readonly version: VersionVector;
    /** Later writes have later ones. */
    readonly sortKey: string;
}

/** Sorts before every entry of this moment, milliseconds since the epoch, and after those before it. */
export function startAt(ms: number): string {
    return formatTimestamp({ wallMs: Math.max(0, Math.floor(ms)), logical: 0 });
}

/**
 * Notes what a region is about to write to a home, if the home is not its own: so that the home's own region,
 * when it is back, has a list of what to wait for, and need not read the whole table. Before the write, because
 * all that was acknowledged must be on the list; whether the write came about, the item says.
 *
 * In normal times every home is kept by its own region, and this does nothing.
 *
 * @param item as it will be written
 * @throws UnavailableError, and the item must not be written then
 */
export async function noteAway(
    caller: Caller,
    replica: Replica,
    { home, region }: Lease,
    item: AttributeMap,
    deadlineMs: number,
): Promise<void> {
    if (region === home) {
        return;
    }
    const key = storedKey(item);
    const hash = createHash("sha256").update(`${key.pk}\n${key.sk}`).digest();
    const at = textOf(item, "at");
    const seconds = Math.ceil(parseTimestamp(at).wallMs / 1000);
    const entry: AttributeMap = {
        ...keyAttributes({
            pk: partitionOf(home, region, hash.readUInt16BE() % awayShards.length),
            // An item's writes have one time each.
            sk: `${at}#${hash.toString("hex", 0, 16)}`,
        }),
        kind: { S: "away" },
        item: { M: keyAttributes(key) },
        wrote: { S: textOf(item, "version") },
        expiresAt: { N: String(seconds + rememberedSeconds) },
    };
    try {
        await caller.call(region, (signal) => replica.put(entry, {}, signal), deadlineMs);
    } catch (error) {
        // Whether the entry is there does not matter: the item is not.
        throw error instanceof UnavailableError
            ? new UnavailableError(region, false, error.cause)
            : error;
    }
}

/** What a region noted of its writes to a home that is not its own. */
export class AwayLog {
    constructor(
        private readonly replica: Replica,
        private readonly caller: Caller,
        private readonly home: string,
    ) {}

    /** A part's entries between two places, in order. @throws UnavailableError, CorruptItemError */
    async read(
        shard: number,
        after: string,
        until: string,
        most: number,
    ): Promise<{ readonly entries: readonly AwayEntry[]; readonly isLast: boolean }> {
        const { region } = this.replica;
        const { items, next } = await this.caller.call(region, (signal) =>
            this.replica.query(
                {
                    KeyConditionExpression: "pk = :pk AND sk BETWEEN :after AND :until",
                    ExpressionAttributeValues: {
                        ":pk": { S: partitionOf(this.home, region, shard) },
                        ":after": { S: after },
                        ":until": { S: until },
                    },
                    ConsistentRead: true,
                    Limit: most,
                },
                signal,
            ),
        );
        return { entries: items.map(parseAway), isLast: next === undefined };
    }
}

function partitionOf(home: string, region: string, shard: number): string {
    return `HOME#${home}#AWAY#${region}#${shard}`;
}

function parseAway(attributes: AttributeMap): AwayEntry {
    const at = storedKey(attributes);
    try {
        const item = mapOf(attributes, "item");
        return {
            key: { pk: textOf(item, "pk"), sk: textOf(item, "sk") },
            version: VersionVector.parse(textOf(attributes, "wrote")),
            sortKey: at.sk,
        };
    } catch (error) {
        throw new CorruptItemError(describeKey("entry", at), (error as Error).message, error);
    }
}
