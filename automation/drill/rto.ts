import { globalStack, votersFor } from "../../infra/topology";
import { boundInputs, boundOf } from "./bound";
import { NotRecovered, type Deployed, type DrillContext, type Steady } from "./context";
import { patienceMs, recoveredAt } from "./curve";
import type { RtoFigures } from "./report";
import { boundPathOf } from "./scenario";

/** Marks of the run on the world's clock, milliseconds. */
export interface Timeline {
    readonly faultMs: number;
    /** When the quorum of observers had formed. */
    readonly quorumMs: number;
    /** When the person on call was told. */
    readonly decidedMs: number;
    /** When the vote that made the quorum was written. */
    readonly votedMs: number;
    /** Since when DNS takes the region for out of service. */
    readonly outMs: number;
    readonly holdEndMs: number;
}

type Parts = Pick<RtoFigures, "detect" | "decide" | "update" | "dns" | "drain">;

/**
 * Cuts the time from the fault to the recovery at the marks; the parts add up to it. A mark that came
 * when the region was out already, because its endpoint's own check took it out, or when all was well,
 * cost nobody anything: its part is 0. Seconds. Pure.
 */
export function partsOf(timeline: Timeline, endMs: number): Parts {
    const outMs = Math.min(timeline.outMs, endMs);
    const [fault, quorum, decided, voted] = [
        timeline.faultMs,
        timeline.quorumMs,
        timeline.decidedMs,
        timeline.votedMs,
    ].map((mark) => Math.min(mark, outMs)) as [number, number, number, number];
    const seconds = (fromMs: number, toMs: number): number => Math.max(0, toMs - fromMs) / 1000;
    return {
        detect: seconds(fault, quorum),
        decide: seconds(quorum, decided),
        update: seconds(decided, voted),
        dns: seconds(voted, outMs),
        drain: seconds(outMs, endMs),
    };
}

/**
 * Clients' and alarms' recovery, measured and in theory.
 *
 * @throws NotRecovered when either was not back at the end of the hold.
 */
export async function rtoFigures(
    context: DrillContext,
    deployed: Deployed,
    steady: Steady,
    timeline: Timeline,
    unchangedSeconds: number,
): Promise<RtoFigures> {
    const { objectives, scenario, estate, watch } = context;
    const { samples } = steady.traffic;
    const { faultMs, holdEndMs } = timeline;
    const clientsMs = recoveredAt(samples, faultMs, holdEndMs, {
        windowMs: objectives.errors.windowSeconds * 1000,
        outageRatio: objectives.errors.outagePercent / 100,
    });
    if (clientsMs === undefined) {
        throw new NotRecovered("clients still fail at the end of the hold");
    }
    const alarmsMs = Object.entries(deployed.regions).map(([region, { userFacingAlarms }]) => {
        const left = region === scenario.region;
        const untilMs = left ? timeline.outMs : holdEndMs;
        const span = { fromMs: faultMs, untilMs };
        return watch.lastBack(region, userFacingAlarms, span, left ? "end" : "throw");
    });
    const endMs = Math.max(clientsMs, ...alarmsMs);

    const survivors = Object.fromEntries(
        await Promise.all(
            votersFor(scenario.region, estate.topology).map(
                async (stack) => [stack, await estate.stacks.resources(stack)] as const,
            ),
        ),
    );
    const bound = boundOf(
        boundInputs(scenario.region, survivors, await estate.stacks.resources(globalStack), {
            unchangedSeconds,
            patienceSeconds: patienceMs(samples, faultMs, holdEndMs) / 1000,
        }),
        boundPathOf(scenario),
    );
    return {
        worldSeconds: (endMs - faultMs) / 1000,
        boundWorldSeconds: bound.worldSeconds,
        ...partsOf(timeline, endMs),
        bound,
    };
}
