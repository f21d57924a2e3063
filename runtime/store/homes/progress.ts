import type { Caller } from "../calls/caller";
import type { Replica } from "../calls/replica";
import { mapOf, textOf } from "../codec/fields";
import type { AttributeMap } from "../codec/itemSize";
import { CorruptItemError } from "../errors";
import { describeKey } from "../keys";
import { keyAttributes } from "../stored";
import { endOfLog } from "./awayLog";

/**
 * How much of another region's list has arrived here, by part of it. Only this region writes it. Of two
 * processes that do so at once one may set the other back; what it says is true all the same.
 */
export class Progress {
    #moved = false;

    private constructor(
        private readonly local: Replica,
        private readonly caller: Caller,
        private readonly key: AttributeMap,
        private readonly places: AttributeMap,
    ) {}

    /** @throws UnavailableError, CorruptItemError */
    static async read(
        local: Replica,
        caller: Caller,
        home: string,
        from: string,
    ): Promise<Progress> {
        const key = { pk: `HOME#${home}#CAUGHTUP#${local.region}`, sk: from };
        const item = await caller.call(local.region, (signal) => local.get(key, true, signal));
        try {
            const places = item === undefined ? {} : { ...mapOf(item, "places") };
            Object.keys(places).forEach((shard) => textOf(places, shard));
            return new Progress(local, caller, keyAttributes(key), places);
        } catch (error) {
            throw new CorruptItemError(
                describeKey("progress", key),
                (error as Error).message,
                error,
            );
        }
    }

    /** After everything that has arrived; what was noted before it is not looked at again. */
    after(shard: number): string {
        const place = this.places[String(shard)]?.S;
        return place === undefined ? "" : `${place}${endOfLog}`;
    }

    /** @param sortKey of the last entry that has arrived, with all before it; undefined for none more */
    note(shard: number, sortKey: string | undefined): void {
        if (sortKey !== undefined) {
            this.places[String(shard)] = { S: sortKey };
            this.#moved = true;
        }
    }

    /** Keeps it, if there is anything new. @throws UnavailableError */
    async write(): Promise<void> {
        if (this.#moved) {
            const item = { ...this.key, kind: { S: "caughtUp" }, places: { M: this.places } };
            await this.caller.call(this.local.region, (signal) => this.local.put(item, {}, signal));
        }
    }
}
