import { votersFor } from "../../infra/topology";
import { messageOf } from "../errors";
import type { Estate } from "../estate";
import type { Probes } from "../probes";
import type { Rehearsal } from "../rehearsal";
import type { Engine } from "../wiring";
import {
    defaultPace,
    NotRecovered,
    phase,
    type DrillContext,
    type Evidence,
    type Pace,
    type Steady,
} from "./context";
import { errorFigures, windowsOf } from "./curve";
import { HeldStacks } from "./heldStacks";
import type { Objectives } from "./objectives";
import { paymentsPhase } from "./payments";
import * as phases from "./phases";
import { backPhase, failbackPhase, healPhase } from "./returnPhases";
import { planesComeBackFirst, quietPhase, settlePhase, settleRestPhase } from "./settlePhases";
import { rtoFigures, type Timeline } from "./rto";
import { judge, type DrillReport, type Measured, type RtoFigures, type Verdict } from "./report";
import type { Scenario } from "./scenario";
import { systemFigures } from "./systems";
import { Watch } from "./watch";

export interface DrillOptions {
    readonly estate: Estate;
    readonly rehearsal: Rehearsal;
    /** Ask the rehearsal cloud. */
    readonly probes: Pick<Probes, "namesCanChange">;
    readonly engine: Pick<Engine, "version">;
    readonly scenario: Scenario;
    readonly objectives: Objectives;
    readonly pace?: Pace;
    readonly signal: AbortSignal;
    readonly onProgress: (line: string) => void;
}

/** What is known so far, for the report of a drill that does not get to its end. */
interface Progress {
    unchangedSeconds?: number;
    evacuationSeconds?: number;
    steady?: Steady;
    faultMs?: number;
    readonly figures: { -readonly [name in "rto" | "errors" | "calls"]?: Measured[name] };
}

/** Runs the drill to its end, a missed objective or an abort. Never throws: the report says what became of it. */
export async function runDrill(options: DrillOptions): Promise<DrillReport> {
    const started = performance.now();
    const startedAt = new Date().toISOString();
    const stacks = new HeldStacks(options.estate.stacks, options.rehearsal);
    const context: DrillContext = {
        ...options,
        stacks,
        estate: { ...options.estate, stacks },
        pace: options.pace ?? defaultPace,
        steps: [],
        watch: new Watch(options.rehearsal),
        beganMs: options.rehearsal.now(),
    };
    const progress: Progress = { figures: {} };
    let measured: Omit<Measured, "engine"> | undefined;
    let error: unknown;
    try {
        measured = await runPhases(context, progress);
    } catch (caught) {
        error = caught;
    }
    const engine = {
        version: options.engine.version,
        updates: stacks.updates,
        unchangedSeconds: progress.unchangedSeconds,
        evacuationSeconds: progress.evacuationSeconds,
    };
    const verdicts =
        measured !== undefined
            ? judge({ ...measured, engine }, options.objectives)
            : error instanceof NotRecovered && progress.faultMs !== undefined
              ? [neverRecovered(context, (options.rehearsal.now() - progress.faultMs) / 1000)]
              : [];
    return {
        schema: 1,
        startedAt,
        scenario: options.scenario,
        objectives: options.objectives,
        result:
            verdicts.length === 0
                ? "aborted"
                : verdicts.every((verdict) => verdict.met)
                  ? "met"
                  : "missed",
        ...(error === undefined
            ? {}
            : { error: options.signal.aborted ? "interrupted" : messageOf(error) }),
        verdicts,
        ...progress.figures,
        ...(measured ?? {}),
        traffic: trafficSeries(progress.steady, context.beganMs),
        steps: context.steps,
        engine,
        realSeconds: (performance.now() - started) / 1000,
    };
}

/** The RTO of a drill that was given up while users still waited. */
function neverRecovered({ steps, objectives }: DrillContext, sinceFaultSeconds: number): Verdict {
    const last = steps.at(-1);
    return {
        objective: "RTO",
        met: false,
        measured: `over ${sinceFaultSeconds.toFixed(0)} s`,
        allowed: `${objectives.rtoSeconds} s`,
        cause: `users were not back after the step "${last?.title ?? "none"}", which took ${(last?.worldSeconds ?? 0).toFixed(0)} s`,
    };
}

async function runPhases(
    context: DrillContext,
    progress: Progress,
): Promise<Omit<Measured, "engine">> {
    const { objectives, scenario } = context;
    const { region } = scenario;

    const { deployed } = await phase(
        context,
        { id: "deploy", title: "deploy the stacks", lane: "build" },
        () => phases.deployPhase(context),
    );
    const unchanged = await phase(
        context,
        { id: "unchanged", title: "update the survivors, unchanged", lane: "build" },
        () => phases.unchangedPhase(context),
    );
    progress.unchangedSeconds = unchanged.seconds;
    const steady = await phase(
        context,
        { id: "steady", title: "steady state", lane: "observe" },
        () => phases.steadyPhase(context, deployed),
    );
    progress.steady = steady;
    const { rehearsal } = context;
    const lagSeconds = rehearsal.databaseLagSeconds(rehearsal.now() - 60_000);
    const fault = await phase(
        context,
        { id: "fault", title: `fault: ${scenario.fault}(${region})`, lane: "fault" },
        () => phases.faultPhase(context, deployed),
    );
    progress.faultMs = fault.faultMs;
    const { notice } = await phase(
        context,
        { id: "detect", title: "alarms and decision", lane: "detect" },
        () => phases.detectPhase(context, deployed),
    );
    const evacuation = await phase(
        context,
        { id: "evacuate", title: `evacuate ${region} by vote`, lane: "evacuate" },
        () => phases.evacuatePhase(context),
    );
    progress.evacuationSeconds = evacuation.updateSeconds;
    progress.figures.calls = evacuation.calls;
    const settled = await phase(
        context,
        { id: "settle", title: "settle what votes do not reach", lane: "settle" },
        () => settlePhase(context),
    );
    const moved = await phase(
        context,
        { id: "moved", title: "traffic has moved", lane: "observe" },
        () => phases.movedPhase(context, deployed, steady),
    );
    const marks = {
        faultMs: fault.faultMs,
        quorumMs: notice.sinceMs,
        decidedMs: notice.atMs,
        votedMs: evacuation.votedMs,
        outMs: moved.outMs,
    };
    const { rto, timeline } = await phase(
        context,
        { id: "hold", title: "hold", lane: "observe" },
        () =>
            holdPhase(context, marks, (timeline) =>
                rtoFigures(context, deployed, steady, timeline, unchanged.seconds),
            ),
    );
    const edges = rehearsal.edges(fault.faultMs);
    const database = rehearsal.database(fault.faultMs);
    const errors = errorFigures(steady.traffic.samples, timeline.faultMs, timeline.holdEndMs, {
        windowMs: objectives.errors.windowSeconds * 1000,
        budgetPercent: objectives.errors.budgetPercent,
    });
    Object.assign(progress.figures, { rto, errors });
    const settleRest = (): Promise<unknown> =>
        phase(
            context,
            { id: "settle-rest", title: "settle what had to wait", lane: "settle" },
            () => settleRestPhase(context),
        );
    const restWaits = !settled.report.complete && !planesComeBackFirst(scenario);
    if (!settled.report.complete && !restWaits) {
        await settleRest();
    }
    await phase(
        context,
        { id: "quiet", title: "nothing left to change after the failover", lane: "observe" },
        () => quietPhase(context, region, restWaits),
    );
    await phase(context, { id: "heal", title: `${region} heals`, lane: "settle" }, () =>
        healPhase(context, deployed),
    );
    if (restWaits) {
        await settleRest();
    }
    await phase(
        context,
        { id: "failback", title: `fail ${region} back in stages`, lane: "failback" },
        () => failbackPhase(context, steady),
    );
    const back = await phase(
        context,
        { id: "back", title: "back in service, writes verified", lane: "observe" },
        () => backPhase(context, deployed, steady),
    );
    const { payments } = await phase(
        context,
        { id: "payments", title: "payments verified", lane: "observe" },
        () => paymentsPhase(steady, { lagSeconds, database }),
    );
    await phase(
        context,
        { id: "quiet-again", title: "nothing left to change after the failback", lane: "observe" },
        () => quietPhase(context),
    );
    const rpo = {
        acknowledgedWrites: back.acknowledged,
        lostWrites: back.lost,
        worstLagSeconds: fault.lagSeconds,
    };
    const systems = systemFigures({
        scenario,
        objectives,
        timeline,
        rto,
        rpo,
        samples: steady.traffic.samples,
        direct: steady.direct.samples,
        looks: steady.traffic.looks,
        edges,
        objects: { ...fault.objects, copies: rehearsal.objectCopies(steady.sinceMs) },
        events: {
            ...fault.events,
            streams: rehearsal.streams(
                deployed.regions[region]?.eventStream ?? "",
                Object.keys(deployed.regions),
            ),
        },
        payments,
        profiles: { samples: steady.traffic.profiles, kept: back.profiles },
        secrets: fault.secrets,
        conflicts: rehearsal.conflicts(Object.keys(deployed.regions)),
        cacheHits: Object.fromEntries(
            votersFor(region, context.estate.topology).map((survivor) => [
                survivor,
                {
                    before: rehearsal.cacheHitPercent(survivor, steady.sinceMs, timeline.faultMs),
                    without: rehearsal.cacheHitPercent(
                        survivor,
                        timeline.outMs,
                        timeline.holdEndMs,
                    ),
                },
            ]),
        ),
    });
    return { rto, rpo, errors, systems, calls: evacuation.calls };
}

/** It stays well, or it was not: only the end of the hold can tell. */
async function holdPhase(
    context: DrillContext,
    marks: Omit<Timeline, "holdEndMs">,
    figures: (timeline: Timeline) => Promise<RtoFigures>,
): Promise<{ readonly rto: RtoFigures; readonly timeline: Timeline; readonly evidence: Evidence }> {
    await context.rehearsal.sleep(context.pace.holdSeconds * 1000, context.signal);
    const timeline = { ...marks, holdEndMs: context.rehearsal.now() };
    const rto = await figures(timeline);
    return {
        rto,
        timeline,
        evidence: { worldSeconds: context.pace.holdSeconds, recoveredAfter: rto.worldSeconds },
    };
}

function trafficSeries(steady: Steady | undefined, beganMs: number): DrillReport["traffic"] {
    if (steady === undefined) {
        return [];
    }
    const endMs = steady.traffic.samples.at(-1)?.atMs ?? steady.sinceMs;
    // Enough points to see every phase, few enough for one line of a terminal.
    const windowMs = Math.max(15_000, Math.ceil((endMs - steady.sinceMs) / 60 / 1000) * 1000);
    return windowsOf(steady.traffic.samples, steady.sinceMs, endMs, windowMs).map(
        ({ fromMs, ...window }) => ({
            ...window,
            atSeconds: Math.round((fromMs - beganMs) / 1000),
        }),
    );
}
