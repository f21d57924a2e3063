import type { Caller } from "../calls/caller";
import type { Replica } from "../calls/replica";
import { parseHome, storedKey } from "../stored";

/** Whether a region has what another one wrote. */
export interface CatchUp {
    /**
     * @param from the region that wrote
     * @param afterTerm what was written under later epochs than this
     * @param beforeMs and before this, milliseconds since the epoch. @default all of it
     * @throws UnavailableError when one of the two does not answer
     */
    has(home: string, from: string, afterTerm: number, beforeMs?: number): Promise<boolean>;
}

/**
 * Compares item by item: everything that the other region wrote to the home after an epoch must be here, in
 * that version or a later one. A replication lag of zero would not say so, because a global table
 * replicates every item on its own.
 *
 * It scans the other region's copy, strongly: O(table) read capacity there, once or twice for each home that
 * goes back. That is the price of a proof; it is paid by an operator's failback, never in a failover.
 */
export class ItemCatchUp implements CatchUp {
    /** @param replicas of all regions */
    constructor(
        private readonly local: Replica,
        private readonly replicas: readonly Replica[],
        private readonly caller: Caller,
    ) {}

    async has(
        home: string,
        from: string,
        afterTerm: number,
        beforeMs = Infinity,
    ): Promise<boolean> {
        const source = this.replicas.find(({ region }) => region === from);
        if (source === undefined) {
            throw new RangeError(`${from} is none of the store's regions`);
        }
        let start: Parameters<Replica["scan"]>[0]["ExclusiveStartKey"];
        do {
            const page = await this.caller.call(from, (signal) =>
                source.scan(
                    {
                        ConsistentRead: true,
                        FilterExpression: "home = :home AND epoch > :term",
                        ExpressionAttributeValues: {
                            ":home": { S: home },
                            ":term": { N: String(afterTerm) },
                        },
                        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
                    },
                    signal,
                ),
            );
            for (const item of page.items) {
                const key = storedKey(item);
                const { version, at } = parseHome(item);
                if (at.wallMs >= beforeMs) {
                    continue;
                }
                const own = await this.caller.call(this.local.region, (signal) =>
                    this.local.get(key, true, signal),
                );
                if (own === undefined || !parseHome(own).version.covers(version)) {
                    return false;
                }
            }
            start = page.next;
        } while (start !== undefined);
        return true;
    }
}
