import type { BoundInputs } from "../../../automation/drill/bound";

/** What the deployed configuration gives the bound, with what a run measured. */
export function boundInputsWith(
    measured: Pick<BoundInputs, "unchangedSeconds" | "patienceSeconds">,
): BoundInputs {
    return {
        probeSeconds: 60,
        alarmPeriodSeconds: 60,
        alarmDatapoints: 2,
        dwellSeconds: 60,
        decideSeconds: 60,
        voteCheckSeconds: 10,
        voteCheckThreshold: 1,
        endpointCheckSeconds: 10,
        endpointCheckThreshold: 3,
        ttlSeconds: 60,
        stateSeconds: 20,
        ...measured,
    };
}
