import { failback, type FailbackReport } from "../commands/failback";
import { AutomationError } from "../errors";
import type { WriteVerification } from "../rehearsal";
import {
    alarmsRinging,
    waitFor,
    type Deployed,
    type DrillContext,
    type Evidence,
    type Steady,
} from "./context";
import { errorFigures, windowsOf } from "./curve";
import { faultsOf } from "./scenario";

/** The region comes back, but stays out until it is failed back: votes latch. */
export async function healPhase(
    context: DrillContext,
    deployed: Deployed,
): Promise<{ readonly evidence: Evidence }> {
    const { rehearsal, scenario } = context;
    for (const fault of faultsOf(scenario)) {
        rehearsal.heal(fault);
    }
    const endpoint = deployed.global.healthChecks.endpoint[scenario.region] ?? "";
    const inService = deployed.global.healthChecks.inService[scenario.region] ?? "";
    const observed = (): readonly string[] =>
        Object.entries(deployed.regions)
            .filter(
                ([region, outputs]) =>
                    rehearsal.alarmState(region, outputs.observerAlarms[scenario.region] ?? "") ===
                    "ALARM",
            )
            .map(([region]) => region);
    await waitFor(
        context,
        () => rehearsal.healthy(endpoint) && observed().length === 0,
        () =>
            `${scenario.region} does not come back: its endpoint is ${rehearsal.healthy(endpoint) ? "healthy" : "unhealthy"}, ` +
            `the alarms of ${observed().join(", ") || "no region"} ring`,
    );
    if (rehearsal.healthy(inService)) {
        throw new AutomationError(
            "failed",
            `${scenario.region} went back into service by itself; votes must hold until they are taken back`,
        );
    }
    return { evidence: { endpoint: "healthy", stillOut: true } };
}

/** Stage by stage, with the clients' word between two stages. */
export async function failbackPhase(
    context: DrillContext,
    steady: Steady,
): Promise<{ readonly report: FailbackReport; readonly evidence: Evidence }> {
    const { rehearsal, objectives, scenario } = context;
    const report = await failback(context.estate, {
        region: scenario.region,
        yes: true,
        onProgress: (line) => context.onProgress(`  ${line}`),
        signal: context.signal,
        gate: async () => {
            const sinceMs = rehearsal.now();
            await rehearsal.sleep(context.pace.stageSeconds * 1000, context.signal);
            const errors = errorFigures(steady.traffic.samples, sinceMs, rehearsal.now(), {
                windowMs: objectives.errors.windowSeconds * 1000,
                budgetPercent: objectives.errors.budgetPercent,
            });
            return errors.failures > errors.requests * (objectives.errors.outagePercent / 100)
                ? {
                      ok: false,
                      reason: `${errors.failures} of ${errors.requests} requests failed`,
                  }
                : { ok: true };
        },
    });
    return { report, evidence: { stages: report.stages } };
}

/** The region serves its users again, and every write that a client was promised is there. */
export async function backPhase(
    context: DrillContext,
    deployed: Deployed,
    steady: Steady,
): Promise<{
    readonly acknowledged: number;
    readonly lost: number;
    /** Of those, the changes of profiles. */
    readonly profiles: WriteVerification;
    readonly evidence: Evidence;
}> {
    const { rehearsal, scenario } = context;
    const sinceMs = rehearsal.now();
    await waitFor(
        context,
        () => servedBy(steady, scenario.region, sinceMs) > 0,
        () => `${scenario.region} answers nobody`,
    );
    await rehearsal.sleep(context.pace.stageSeconds * 1000, context.signal);
    const ringing = alarmsRinging(context, deployed);
    await Promise.all([steady.traffic.stop(), steady.direct.stop()]);
    const writes = await steady.traffic.verify();
    const profiles = await steady.traffic.verifyProfiles();
    const acknowledged = writes.acknowledged + profiles.acknowledged;
    const lost = writes.lost + profiles.lost;
    const unverified = writes.unverified + profiles.unverified;
    const [last] = windowsOf(
        steady.traffic.samples,
        sinceMs,
        rehearsal.now(),
        Number.MAX_SAFE_INTEGER,
    );
    if (unverified > 0) {
        throw new AutomationError(
            "failed",
            `${unverified} of ${acknowledged} acknowledged writes could not be read back`,
        );
    }
    if (ringing.length > 0) {
        throw new AutomationError(
            "failed",
            `alarms ring after the failback: ${ringing.join(", ")}`,
        );
    }
    return {
        acknowledged,
        lost,
        profiles,
        evidence: {
            sharesByRegion: last?.shares ?? {},
            acknowledgedWrites: acknowledged,
            lostWrites: lost,
            profileChanges: profiles.acknowledged,
            lostProfileChanges: profiles.lost,
        },
    };
}

/** How many requests of clients that honour times to live the region has answered since then. */
export function servedBy(steady: Steady, region: string, sinceMs: number): number {
    return steady.traffic.samples.filter(
        (sample) => sample.region === region && !sample.stale && sample.atMs >= sinceMs,
    ).length;
}
