import { regionNames, votersFor } from "../../infra/topology";
import { deploy } from "../commands/deploy";
import { failover, type FailoverReport } from "../commands/failover";
import { AutomationError } from "../errors";
import type { SecretReading } from "../rehearsal";
import { forbiddenCalls, quorumVotedAt, type ForbiddenCalls } from "./calls";
import {
    alarmsRinging,
    readDeployed,
    waitFor,
    type Deployed,
    type DrillContext,
    type Evidence,
    type Steady,
} from "./context";
import { errorFigures, windowsOf } from "./curve";
import { servedBy } from "./returnPhases";
import { awaitDecision, type Notice } from "./onCall";
import { faultsOf } from "./scenario";
import type { AtFault } from "./systems";

/** The five stacks, on the real engine, under the standing policies. */
export async function deployPhase(
    context: DrillContext,
): Promise<{ readonly deployed: Deployed; readonly evidence: Evidence }> {
    const updates = await deploy(context.estate, {
        fresh: true,
        onProgress: (line) => context.onProgress(`  ${line}`),
        signal: context.signal,
    });
    await context.rehearsal.steady();
    const evidence = Object.fromEntries(updates.map((update) => [update.stack, update.counts]));
    return { deployed: await readDeployed(context), evidence };
}

/** What an update costs that changes nothing: the measure for the evacuation's. */
export async function unchangedPhase(
    context: DrillContext,
): Promise<{ readonly seconds: number; readonly evidence: Evidence }> {
    const started = performance.now();
    const updates = await Promise.all(
        votersFor(context.scenario.region, context.estate.topology).map((stack) =>
            context.stacks.up(stack, {
                policyPacks: context.estate.policyPacks.standing,
                signal: context.signal,
            }),
        ),
    );
    const changed = updates.filter((update) => update.error ?? update.changes.length > 0);
    if (changed.length > 0) {
        const names = changed.map((update) =>
            [update.stack, ...update.changes.map((change) => change.name)].join(" "),
        );
        throw new AutomationError(
            "failed",
            `a second update must change nothing, and it changed ${names.join("; ")}`,
        );
    }
    const seconds = (performance.now() - started) / 1000;
    return { seconds, evidence: { stacks: updates.map((update) => update.stack), seconds } };
}

/** Shoppers everywhere, and nothing wrong: without it a drill proves nothing. */
export async function steadyPhase(
    context: DrillContext,
    deployed: Deployed,
): Promise<Steady & { readonly evidence: Evidence }> {
    const { rehearsal, objectives } = context;
    const { inService, lever } = deployed.global.healthChecks;
    await waitFor(
        context,
        () => Object.values(inService).every((id) => rehearsal.healthy(id)),
        () => `not every region is in service: ${unhealthy(context, inService)}`,
    );
    const traffic = await rehearsal.startTraffic({
        application: deployed.global.applicationName,
        browse: deployed.global.browseName,
        write: deployed.global.writeName,
        regions: Object.values(deployed.regions).flatMap(({ originName }) => originName ?? []),
    });
    const direct = await rehearsal.startTraffic(
        { application: deployed.global.directName },
        { requestsPerSecond: 1, crowd: 1 },
    );
    const sinceMs = rehearsal.now();
    await rehearsal.sleep(context.pace.steadySeconds * 1000, context.signal);

    const problems = [
        ...alarmsRinging(context, deployed).map((alarm) => `alarm ${alarm} rings`),
        ...Object.entries(lever)
            .filter(([, id]) => !rehearsal.healthy(id))
            .map(([region]) => `${region} could not vote: its lever is unhealthy`),
    ];
    const errors = errorFigures(traffic.samples, sinceMs, rehearsal.now(), {
        windowMs: objectives.errors.windowSeconds * 1000,
        budgetPercent: objectives.errors.budgetPercent,
    });
    if (errors.peak > objectives.errors.outagePercent) {
        problems.push(`${errors.failures} of ${errors.requests} requests failed`);
    }
    if (errors.requests === 0) {
        problems.push("no shopper got an answer");
    }
    const lostWay = direct.samples.filter((sample) => !sample.ok);
    if (direct.samples.length === 0 || lostWay.length > 0) {
        problems.push(
            `${lostWay.length} of ${direct.samples.length} requests by the accelerator failed`,
        );
    }
    if (problems.length > 0) {
        await Promise.all([traffic.stop(), direct.stop()]);
        throw new AutomationError("failed", `no steady state: ${problems.join("; ")}`);
    }
    const [shares] = windowsOf(traffic.samples, sinceMs, rehearsal.now(), Number.MAX_SAFE_INTEGER);
    return {
        traffic,
        direct,
        sinceMs,
        evidence: {
            requests: errors.requests,
            failures: errors.failures,
            sharesByRegion: shares?.shares ?? {},
            levers: Object.keys(lever).sort(),
        },
    };
}

export async function faultPhase(
    context: DrillContext,
    deployed: Deployed,
): Promise<{
    readonly faultMs: number;
    readonly lagSeconds: number;
    readonly objects: AtFault;
    readonly events: AtFault;
    readonly secrets: SecretReading;
    readonly evidence: Evidence;
}> {
    const { rehearsal, scenario } = context;
    const faultMs = rehearsal.now();
    const lagSeconds = rehearsal.worstLagSeconds(faultMs - 60_000);
    const objects = {
        lagSeconds: rehearsal.objectCopies(faultMs - 60_000).worstLagSeconds,
        onlyThere: rehearsal.objectsOnlyIn(scenario.region),
    };
    const stream = deployed.regions[scenario.region]?.eventStream ?? "";
    const there = rehearsal.streams(stream, [scenario.region]);
    const events = { lagSeconds: there.lagSeconds, onlyThere: there.pending };
    const secrets = rehearsal.secrets();
    const faults = faultsOf(context.scenario);
    for (const fault of faults) {
        rehearsal.inject(fault);
    }
    return {
        faultMs,
        lagSeconds,
        objects,
        events,
        secrets,
        evidence: { faults, worstLagSeconds: lagSeconds, objects, events, secrets },
    };
}

/** The alarms ring, the deciders agree, and the person on call is told. */
export async function detectPhase(
    context: DrillContext,
    deployed: Deployed,
): Promise<{ readonly notice: Notice; readonly evidence: Evidence }> {
    const notice = await awaitDecision(context, deployed);
    return {
        notice,
        evidence: {
            decidedIn: notice.from,
            observers: notice.observers,
            since: new Date(notice.sinceMs).toISOString(),
            toldAt: new Date(notice.atMs).toISOString(),
            alarms: alarmsRinging(context, deployed),
        },
    };
}

/** What the person on call does: `meridian failover <region> --yes`. */
export async function evacuatePhase(context: DrillContext): Promise<{
    readonly report: FailoverReport;
    /** When the vote that made the quorum was written, world milliseconds. */
    readonly votedMs: number;
    /** Of the votes' updates in parallel, real. */
    readonly updateSeconds: number;
    readonly calls: ForbiddenCalls;
    readonly evidence: Evidence;
}> {
    const { rehearsal, scenario } = context;
    const mark = rehearsal.mark();
    let provenAt = performance.now();
    const report = await failover(context.estate, {
        region: scenario.region,
        yes: true,
        onProgress: (line) => context.onProgress(`  ${line}`),
        onProven: () => (provenAt = performance.now()),
        signal: context.signal,
    });
    const updateSeconds = (performance.now() - provenAt) / 1000;
    const made = rehearsal.callsSince(mark);
    const calls = forbiddenCalls(made, scenario.region, scenario.controlPlanes);
    return {
        report,
        votedMs: quorumVotedAt(made, context.estate.topology.quorum) ?? rehearsal.now(),
        updateSeconds,
        calls,
        evidence: { votes: report.votes, calls },
    };
}

/** Traffic has moved: the region is out, nobody who honours a time to live still fails, no alarm rings. */
export async function movedPhase(
    context: DrillContext,
    deployed: Deployed,
    steady: Steady,
): Promise<{ readonly outMs: number; readonly evidence: Evidence }> {
    const { rehearsal, scenario } = context;
    const check = deployed.global.healthChecks.inService[scenario.region] ?? "";
    await waitFor(
        context,
        () => !rehearsal.healthy(check),
        () => `${scenario.region} is still in service`,
        "users wait",
    );
    const outMs = context.watch.unhealthySince(check) ?? rehearsal.now();
    const seenMs = rehearsal.now();
    const quietMs = 30_000;
    const failing = (): number =>
        steady.traffic.samples.filter(
            (sample) => !sample.ok && !sample.stale && sample.atMs > rehearsal.now() - quietMs,
        ).length;
    const ringing = (): readonly string[] => alarmsRinging(context, deployed, scenario.region);
    await waitFor(
        context,
        () => rehearsal.now() - seenMs >= quietMs && failing() === 0 && ringing().length === 0,
        () =>
            `${failing()} requests failed in the last ${quietMs / 1000} s; alarms: ${ringing().join(", ") || "none"}`,
        "users wait",
    );
    return {
        outMs,
        evidence: {
            outOfService: scenario.region,
            stillAnswered: servedBy(steady, scenario.region, rehearsal.now() - quietMs),
        },
    };
}

function unhealthy(context: DrillContext, checks: Readonly<Record<string, string>>): string {
    return regionNames(context.estate.topology)
        .filter((region) => !context.rehearsal.healthy(checks[region] ?? ""))
        .join(", ");
}
