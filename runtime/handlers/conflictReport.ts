import { conflictId, type Conflict } from "../store/conflicts/conflictRecord";
import { describeKey, type Key } from "../store/keys";
import { storedKey } from "../store/stored";
import { embeddedMetric } from "./embeddedMetric";

/** What a run of the detector found, as log lines and as metrics of `Meridian/Conflicts` by region. */
export class ConflictReport {
    readonly #counts = new Map<string, number>();

    constructor(private readonly region: string) {}

    unversioned(): void {
        this.#count("UnversionedChanges");
    }

    recorded(conflict: Conflict): void {
        console.warn(lineOf(conflict));
        if (conflict.cause === "late") {
            this.#count("LateWrites");
            return;
        }
        this.#count("Conflicts");
        if (conflict.outcome === "recorded") {
            this.#count("ValuesLost");
        }
    }

    /** Stock that was taken here under a name that another region took it under before. */
    returned(name: string, { pk }: Key): void {
        console.log(`take ${name} of ${pk} was another region's first: given back`);
        this.#count("TakesReturned");
    }

    quarantined(eventId: string, reason: unknown): void {
        console.error(`record ${eventId} can never be judged: ${String(reason)}`);
        this.#count("ChangesQuarantined");
    }

    print(atMs: number): void {
        for (const [metric, value] of this.#counts) {
            console.log(
                embeddedMetric({
                    atMs,
                    namespace: "Meridian/Conflicts",
                    metric,
                    unit: "Count",
                    value,
                    dimensions: { Region: this.region },
                }),
            );
        }
    }

    #count(metric: string): void {
        this.#counts.set(metric, (this.#counts.get(metric) ?? 0) + 1);
    }
}

function lineOf(conflict: Conflict): string {
    const { cause, outcome, lost, kept } = conflict;
    const at = (stamp: { readonly origin: string; readonly version: unknown }): string =>
        `${stamp.origin}'s version ${String(stamp.version)}`;
    return `conflict ${conflictId(conflict)} (${cause}, ${outcome}): ${describeKey(lost.stamp.kind, storedKey(lost.item))}: ${at(lost.stamp)} against ${kept === undefined ? "nothing" : at(kept)}`;
}
