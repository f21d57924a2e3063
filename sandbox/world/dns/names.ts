import type { Zone, ZoneRecord } from "./types";

/** Whether `name` is `ancestor` or below it. */
export function isWithin(name: string, ancestor: string): boolean {
    return name === ancestor || name.endsWith(`.${ancestor}`);
}

/** What a zone has at a name. */
export interface Node {
    /** Whether the name is there: it has records, stands above one that has, or a wildcard matches it. */
    readonly exists: boolean;
    readonly records: readonly ZoneRecord[];
}

/**
 * A zone by name, made once and read by every query. A name that is there hides a wildcard, whatever
 * types it has; a wildcard answers for names below the closest one that is there (RFC 4592).
 */
export class ZoneIndex {
    readonly #nodes = new Map<string, ZoneRecord[]>();

    constructor(readonly zone: Zone) {
        for (const record of zone.records) {
            this.#at(record.name).push(record);
            // Names in between exist although they have no records of their own.
            for (const name of ancestors(record.name, zone.name)) {
                this.#at(name);
            }
        }
    }

    find(name: string): Node {
        const own = this.#nodes.get(name);
        if (own !== undefined) {
            return { exists: true, records: own };
        }
        const closest = ancestors(name, this.zone.name).find((above) => this.#nodes.has(above));
        const wildcard = closest === undefined ? undefined : this.#nodes.get(`*.${closest}`);
        return { exists: wildcard !== undefined, records: wildcard ?? [] };
    }

    /** Name servers of the highest name at or above `name` that is delegated to others. */
    delegation(name: string): readonly ZoneRecord[] {
        return (
            [name, ...ancestors(name, this.zone.name)]
                .filter((above) => above !== this.zone.name)
                .reverse()
                .map((above) => this.#nodes.get(above)?.filter(({ type }) => type === "NS") ?? [])
                .find((servers) => servers.length > 0) ?? []
        );
    }

    #at(name: string): ZoneRecord[] {
        const node = this.#nodes.get(name) ?? [];
        this.#nodes.set(name, node);
        return node;
    }
}

/** The names above `name`, nearest first, up to and with the zone's own. */
function ancestors(name: string, zoneName: string): readonly string[] {
    const names: string[] = [];
    let rest = name;
    while (rest !== zoneName && rest.includes(".")) {
        rest = rest.slice(rest.indexOf(".") + 1);
        names.push(rest);
    }
    return names;
}
