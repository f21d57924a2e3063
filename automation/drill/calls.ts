import type { RecordedCall } from "../rehearsal";

/** Calls the evacuate lane made that it must not make. */
export interface ForbiddenCalls {
    readonly toImpairedRegion: number;
    readonly toDownControlPlanes: number;
    /** Each of them, for the report: `pulumi:eu-west-1 -> route53 ListTagsForResource (us-east-1)`. */
    readonly examples: readonly string[];
    /** All that the lane made, by `service action region`. */
    readonly made: Readonly<Record<string, number>>;
}

/** Whom the lane's calls come from: the engine's providers and the person at the terminal. */
const laneCallers = /^(pulumi:|operator$|region:operator$)/;

/**
 * Picks from the world's record what the evacuate lane called. A service may be called by many; only
 * the automation's own calls count, and each counts once even when it is to a dead plane in the
 * impaired region.
 */
export function forbiddenCalls(
    calls: readonly RecordedCall[],
    impaired: string,
    controlPlanesDown: string,
): ForbiddenCalls {
    const own = calls.filter((call) => laneCallers.test(call.caller));
    const toImpaired = own.filter((call) => call.region === impaired);
    // Every control plane that lives there is down, those of the region's own services among them.
    const toDown = own.filter(
        (call) => call.plane === "control" && call.region === controlPlanesDown,
    );
    const made: Record<string, number> = {};
    for (const call of own) {
        const key = `${call.service} ${call.action} ${call.region}`;
        made[key] = (made[key] ?? 0) + 1;
    }
    return {
        toImpairedRegion: toImpaired.length,
        toDownControlPlanes: toDown.length,
        examples: [...new Set([...toImpaired, ...toDown].map(describe))],
        made,
    };
}

/**
 * When the vote that made the quorum was written: from then on Route 53 can see it, whatever the
 * engine still has to do. Undefined when fewer were.
 */
export function quorumVotedAt(calls: readonly RecordedCall[], quorum: number): number | undefined {
    return calls
        .filter(
            (call) =>
                laneCallers.test(call.caller) &&
                call.service === "s3" &&
                call.action === "PutObject" &&
                call.outcome === "ok",
        )
        .map((call) => call.atMs)
        .sort((a, b) => a - b)[quorum - 1];
}

function describe(call: RecordedCall): string {
    return `${call.caller} -> ${call.service} ${call.action} (${call.region}, ${call.outcome})`;
}
