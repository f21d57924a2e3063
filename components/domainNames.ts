/** The DNS names of the platform, below one hosted zone's domain. */
export interface DomainNames {
    /** What users ask for. */
    readonly application: string;
    /** Reads of the catalogue, from the edge next to the user. */
    readonly browse: string;
    /** The application by the accelerator: the second, independent way in. */
    readonly direct: string;
    /** What must have one writer. */
    readonly write: string;
    /** All regions, by latency. */
    readonly world: string;
    /** A geography with rules of its own. */
    geography(code: string): string;
    /** A region's users: itself, or the region that stands in for a share of them. */
    region(region: string): string;
    /** TXT: whether a region is in service, for what runs in it. */
    state(region: string): string;
    /** CNAME: where a region's cache is, for what runs in it. */
    cache(region: string): string;
    /** CNAMEs: where a region's database cluster takes writes, while it does, and where it is read. */
    database(region: string): { readonly writer: string; readonly reader: string };
    /** A region's load balancer and nothing else, whatever its health: for observers. */
    origin(region: string): string;
}

/** @param domain of the hosted zone, without a final dot. */
export function domainNames(domain: string): DomainNames {
    const application = `app.${domain}`;
    return {
        application,
        browse: `browse.${domain}`,
        direct: `direct.${domain}`,
        write: `write.${application}`,
        world: `world.${application}`,
        geography: (code) => `geo-${code.toLowerCase()}.${application}`,
        region: (region) => `${region}.${application}`,
        state: (region) => `_state.${region}.${application}`,
        cache: (region) => `_cache.${region}.${application}`,
        database: (region) => ({
            writer: `_database.${region}.${application}`,
            reader: `_database-reader.${region}.${application}`,
        }),
        origin: (region) => `${region}.origin.${domain}`,
    };
}
