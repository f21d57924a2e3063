import type { Caller } from "../calls/caller";
import { failureKind } from "../calls/failure";
import type { Replica } from "../calls/replica";
import { integerOf, onlyFields, textOf } from "../codec/fields";
import type { AttributeMap } from "../codec/itemSize";
import { CorruptItemError } from "../errors";
import { describeKey, type Key } from "../keys";
import { keyAttributes, storedKey } from "../stored";

const states = ["claiming", "held", "released"] as const;

/**
 * What a region says of its hold on a home. There is one record per home and region; it is written through
 * that region's replica alone, under a condition on its revision, and read there with strong consistency.
 * So each is a register with one truth, whatever becomes of replication.
 */
export interface OwnerRecord {
    readonly home: string;
    readonly region: string;
    /** The epoch that it claims or has: later owners have greater ones. */
    readonly term: number;
    /** The last epoch that it held the home under; 0 when it never did. */
    readonly heldTerm: number;
    readonly state: (typeof states)[number];
    /** Until when somebody may write under the lease, milliseconds since the epoch by the region's clock. */
    readonly untilMs: number;
    /** Counts the record's writes. */
    readonly revision: number;
}

export function ownerKey(home: string, region: string): Key {
    return { pk: `HOME#${home}`, sk: `OWNER#${region}` };
}

/** @throws CorruptItemError */
export function parseOwner(attributes: AttributeMap): OwnerRecord {
    const key = storedKey(attributes);
    try {
        onlyFields(attributes, [
            "pk",
            "sk",
            "kind",
            "term",
            "heldTerm",
            "state",
            "untilMs",
            "revision",
        ]);
        const state = states.find((one) => one === textOf(attributes, "state"));
        if (state === undefined || !key.pk.startsWith("HOME#") || !key.sk.startsWith("OWNER#")) {
            throw new Error(`its state must be one of ${states.join(", ")}`);
        }
        return {
            home: key.pk.slice("HOME#".length),
            region: key.sk.slice("OWNER#".length),
            term: integerOf(attributes, "term", 1),
            heldTerm: integerOf(attributes, "heldTerm", 0),
            state,
            untilMs: integerOf(attributes, "untilMs", 0),
            revision: integerOf(attributes, "revision", 1),
        };
    } catch (error) {
        throw new CorruptItemError(describeKey("owner", key), (error as Error).message, error);
    }
}

function serialiseOwner(record: OwnerRecord): AttributeMap {
    return {
        ...keyAttributes(ownerKey(record.home, record.region)),
        kind: { S: "owner" },
        term: { N: String(record.term) },
        heldTerm: { N: String(record.heldTerm) },
        state: { S: record.state },
        untilMs: { N: String(record.untilMs) },
        revision: { N: String(record.revision) },
    };
}

/** A region's records, through its own replica. */
export class OwnerRecords {
    constructor(
        private readonly replica: Replica,
        private readonly caller: Caller,
    ) {}

    get region(): string {
        return this.replica.region;
    }

    /** The region's own word. @throws UnavailableError, CorruptItemError */
    async read(home: string): Promise<OwnerRecord | undefined> {
        const key = ownerKey(home, this.region);
        const item = await this.caller.call(this.region, (signal) =>
            this.replica.get(key, true, signal),
        );
        return item === undefined ? undefined : parseOwner(item);
    }

    /** What this replica has heard of every region's hold on a home; true of the region's own alone. */
    async heard(home: string): Promise<readonly OwnerRecord[]> {
        const { items } = await this.caller.call(this.region, (signal) =>
            this.replica.query(
                {
                    KeyConditionExpression: "pk = :pk",
                    ExpressionAttributeValues: { ":pk": { S: ownerKey(home, "").pk } },
                    ConsistentRead: true,
                },
                signal,
            ),
        );
        return items.map(parseOwner);
    }

    /**
     * Replaces the record unless somebody else did meanwhile.
     *
     * @returns the record as it is now; undefined when somebody else was first
     * @throws UnavailableError
     */
    async replace(
        before: OwnerRecord | undefined,
        next: Omit<OwnerRecord, "revision">,
    ): Promise<OwnerRecord | undefined> {
        const record = { ...next, revision: (before?.revision ?? 0) + 1 };
        try {
            await this.caller.call(this.region, (signal) =>
                this.replica.put(
                    serialiseOwner(record),
                    before === undefined
                        ? { ConditionExpression: "attribute_not_exists(pk)" }
                        : {
                              ConditionExpression: "revision = :before",
                              ExpressionAttributeValues: {
                                  ":before": { N: String(before.revision) },
                              },
                          },
                    signal,
                ),
            );
            return record;
        } catch (error) {
            // It may be an earlier attempt of ours that was first: the next round finds that out.
            if (failureKind(error) === "condition") {
                return undefined;
            }
            throw error;
        }
    }
}
