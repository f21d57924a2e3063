/**
 * What the replicator keeps beside an item: when and where it was last written, and which writes of
 * each region that write had seen. DynamoDB decides by the first alone; the second tells a write that
 * was overwritten on purpose from one that was lost.
 */
export interface Version {
    /** World time of the write, milliseconds since the epoch; unique for a key within a region. */
    readonly atMs: number;
    /** Region the write was made in. */
    readonly region: string;
    /** Number of writes to the key that it includes, by region. */
    readonly seen: Readonly<Record<string, number>>;
}

/**
 * The version of a local write over `current`. Never older than what it overwrites, so that the
 * order of versions agrees with the order in which one replica saw the writes.
 */
export function nextVersion(current: Version | undefined, region: string, nowMs: number): Version {
    const seen = current?.seen ?? {};
    return {
        atMs: current === undefined || nowMs > current.atMs ? nowMs : current.atMs + 0.001,
        region,
        seen: { ...seen, [region]: (seen[region] ?? 0) + 1 },
    };
}

/** Last writer wins: by time, then by region, so that no two writes tie. */
export function isNewer(a: Version, b: Version): boolean {
    return a.atMs !== b.atMs ? a.atMs > b.atMs : a.region > b.region;
}

/** Whether `a` was written by somebody who had seen `b`. */
export function includes(a: Version, b: Version): boolean {
    return Object.entries(b.seen).every(([region, count]) => (a.seen[region] ?? 0) >= count);
}

/** The winner, knowing of everything either had seen. */
export function merge(winner: Version, loser: Version): Version {
    const seen: Record<string, number> = { ...winner.seen };
    for (const [region, count] of Object.entries(loser.seen)) {
        seen[region] = Math.max(seen[region] ?? 0, count);
    }
    return { ...winner, seen };
}
