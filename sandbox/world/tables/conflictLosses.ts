import type { Outcome } from "./replica";
import type { ReplicatedWrite } from "./link";

/** An acknowledged write that lost to a concurrent one of another region. */
export interface ConflictLoss {
    readonly table: string;
    readonly key: Readonly<Record<string, unknown>>;
    /** Region whose write was lost. */
    readonly lostRegion: string;
    /** When the lost write was made, world milliseconds. */
    readonly atMs: number;
}

/** The writes that were lost, each once: every region sees the same conflict. AWS keeps no such record. */
export class ConflictLosses {
    readonly #losses = new Map<string, ConflictLoss>();

    add({ table, entry: { key } }: ReplicatedWrite, { lost }: Outcome): void {
        if (lost !== undefined) {
            this.#losses.set(JSON.stringify([table, key, lost.region, lost.atMs]), {
                table,
                key,
                lostRegion: lost.region,
                atMs: lost.atMs,
            });
        }
    }

    list(): readonly ConflictLoss[] {
        return [...this.#losses.values()];
    }
}
