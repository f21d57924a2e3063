/** How the regions' caches belong together. */
export interface CachePlan {
    /**
     * Regions that share one global datastore, none or 2 to 3. The first founded it: append, never
     * reorder. Every other region has a cache of its own, which starts cold.
     */
    readonly datastore: readonly string[];
    /** The one of them that takes writes. @default the region that writes the database */
    readonly primary?: string;
    /** The one of them that takes writes while that one is out of service. */
    readonly standIn?: string;
    /** Such as `cache.m6g.large`, of every region's nodes. */
    readonly nodeType: string;
}

/** A primary and two secondaries: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Redis-Global-Datastores-Getting-Started.html */
const mostRegions = 3;
/** Node types that a global datastore takes; the page above. */
const nodeTypes = /^cache\.(m5|m6g|m7g|r5|r6g|r6gd|r7g|c7gn)\.(\d*x)?large$/;

/** The region whose cache takes writes. */
export function cachePrimaryOf(
    { primary, standIn }: Pick<CachePlan, "primary" | "standIn">,
    writer: string,
): string {
    return standIn ?? primary ?? writer;
}

/** Why caches cannot be laid out like that; empty when they can. */
export function cacheProblems(
    { datastore, primary, standIn, nodeType }: CachePlan,
    writer: string | undefined,
    regions: readonly string[],
): readonly string[] {
    const problems: string[] = [];
    const shown = datastore.join(", ") || "none";
    if (datastore.length > mostRegions) {
        problems.push(
            `\`cache.datastore\`: a global datastore spans at most ${mostRegions} regions, a primary and two secondaries, got ${datastore.length} (${shown}); leave one out, it then has a cache of its own`,
        );
    }
    if (datastore.length === 1) {
        problems.push(
            `\`cache.datastore\`: must name 2 or 3 regions, or none for a cache of its own in each, got ${shown}`,
        );
    }
    if (new Set(datastore).size !== datastore.length) {
        problems.push(`\`cache.datastore\`: must name each region once, got ${shown}`);
    }
    const strangers = datastore.filter((region) => !regions.includes(region));
    if (strangers.length > 0) {
        problems.push(
            `\`cache.datastore\`: must be of ${regions.join(", ")}, got ${strangers.join(", ")}`,
        );
    }
    if (datastore.length > 0 && !nodeTypes.test(nodeType)) {
        problems.push(
            `\`cache.nodeType\`: a global datastore takes nodes of m5, m6g, m7g, r5, r6g, r6gd, r7g or c7gn from size large on, such as cache.m6g.large, got ${nodeType}`,
        );
    }
    return [...problems, ...primaryProblems(datastore, { primary, standIn }, writer)];
}

function primaryProblems(
    datastore: readonly string[],
    named: Readonly<Record<"primary" | "standIn", string | undefined>>,
    writer: string | undefined,
): readonly string[] {
    const members = datastore.join(", ");
    const strangers = Object.entries(named).flatMap(([name, region]) =>
        region === undefined || datastore.includes(region)
            ? []
            : [
                  `\`cache.${name}\`: must be of cache.datastore (${members || "none"}), got ${region}`,
              ],
    );
    const follows = named.primary === undefined && named.standIn === undefined;
    return !follows || writer === undefined || datastore.length === 0 || datastore.includes(writer)
        ? strangers
        : [
              `\`cache.primary\`: must say which region of cache.datastore (${members}) takes writes, because the writer, ${writer}, is none of them`,
          ];
}
