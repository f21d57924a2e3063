import type { TableDefinition } from "./definition";
import type { AttributeMap } from "./engine";
import { includes, isNewer, merge, nextVersion, type Version } from "./version";
import { keyText } from "./writes";

/** The state of one key in one region: the item, or the memory that it was deleted. */
export interface Entry {
    readonly key: AttributeMap;
    /** Undefined after a delete: the time of the delete still has to win over older writes. */
    readonly image: AttributeMap | undefined;
    readonly version: Version;
}

/** What an incoming write did: replaced the item or not, and which write was lost, if any. */
export interface Outcome {
    readonly applied: boolean;
    /** The write that lost to one that had not seen it. */
    readonly lost?: Version;
}

/** Versions of one table's items in one region. */
export class Replica {
    readonly #entries = new Map<string, Entry>();

    constructor(
        /** The table as the account has it; replaced when the resource changes. */
        public definition: TableDefinition,
        readonly region: string,
        /** Which table of this name it is: a table made anew shares nothing with the old one. */
        readonly generation: number,
    ) {}

    entries(): readonly Entry[] {
        return [...this.#entries.values()];
    }

    get(key: AttributeMap): Entry | undefined {
        return this.#entries.get(keyText(key));
    }

    /** Notes a write made here. Undefined when it changed nothing, as the delete of an item that is not there. */
    recordLocal(
        key: AttributeMap,
        image: AttributeMap | undefined,
        nowMs: number,
    ): Entry | undefined {
        const current = this.get(key);
        if (image === undefined && current?.image === undefined) {
            return undefined;
        }
        const entry = { key, image, version: nextVersion(current?.version, this.region, nowMs) };
        this.#entries.set(keyText(key), entry);
        return entry;
    }

    /** Notes a write from another region: the last writer wins. */
    recordRemote(incoming: Entry): Outcome {
        const current = this.get(incoming.key);
        if (current === undefined) {
            this.#entries.set(keyText(incoming.key), incoming);
            return { applied: true };
        }
        const applied = isNewer(incoming.version, current.version);
        const [winner, loser] = applied ? [incoming, current] : [current, incoming];
        this.#entries.set(keyText(incoming.key), {
            ...winner,
            version: merge(winner.version, loser.version),
        });
        return includes(winner.version, loser.version)
            ? { applied }
            : { applied, lost: loser.version };
    }
}
