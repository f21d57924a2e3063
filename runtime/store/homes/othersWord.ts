import type { StoreClock } from "../calls/clock";
import { succession } from "../keys";
import type { OwnerRecord, OwnerRecords } from "./ownerRecord";
import { holdOffMs, type LeaseTimes, type VoteHistory } from "./votes";

/** Whether another region has stopped writing a home, or why that is not known. */
export type OthersWord =
    /** With its record, unless it has none or was not to be asked. */
    | { readonly kind: "stopped"; readonly records: readonly OwnerRecord[] }
    | {
          readonly kind: "blocked";
          readonly reason: string;
          /** It claims the home as well, and has the better right to it. */
          readonly comesFirst: boolean;
      };

export interface Asking {
    /** The region that asks. */
    readonly region: string;
    readonly history: VoteHistory;
    readonly clock: StoreClock;
    readonly times: LeaseTimes;
}

/** Asks another region, and revokes what lease of it is over; one that is voted out is waited for instead. */
export async function othersWord(
    home: string,
    records: OwnerRecords,
    { region, history, clock, times }: Asking,
): Promise<OthersWord> {
    const other = records.region;
    const evacuatedForMs = history.evacuatedForMs(other, clock.now());
    if (evacuatedForMs !== undefined) {
        // Never asked: it may hang for as long as it likes.
        return evacuatedForMs >= holdOffMs(times)
            ? { kind: "stopped", records: [] }
            : blocked(`${other} was voted out only ${evacuatedForMs} ms ago`);
    }
    let record: OwnerRecord | undefined;
    try {
        record = await records.read(home);
    } catch (error) {
        return blocked(`${other} is not voted out and cannot be asked: ${String(error)}`);
    }
    if (record === undefined) {
        return { kind: "stopped", records: [] };
    }
    const isOver = clock.now() > record.untilMs + times.inFlightMs + times.skewMs;
    switch (record.state) {
        case "claiming": {
            const [first] = succession(home, [region, other]);
            return {
                ...blocked(`${other} claims it as well`),
                comesFirst: first === other && history.word(other) === "in-service",
            };
        }
        case "released":
            return isOver
                ? { kind: "stopped", records: [record] }
                : blocked(`the lease that ${other} gave up is not over`);
        case "held": {
            if (!isOver) {
                return blocked(`${other} holds it`);
            }
            // Its renewal may be under way: after this it fails, and the region has to claim anew.
            const revoked = await records.replace(record, { ...record, state: "released" });
            return revoked === undefined
                ? blocked(`${other} has renewed its lease`)
                : { kind: "stopped", records: [revoked] };
        }
    }
}

function blocked(reason: string) {
    return { kind: "blocked" as const, reason, comesFirst: false };
}
