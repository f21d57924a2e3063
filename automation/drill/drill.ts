import { globalStack, votersFor } from "../../infra/topology";
import { AutomationError, messageOf } from "../errors";
import type { Estate } from "../estate";
import type { AlarmChange, Rehearsal } from "../rehearsal";
import type { Engine } from "../wiring";
import { boundInputs, boundOf } from "./bound";
import {
    defaultPace,
    phase,
    type Deployed,
    type DrillContext,
    type Pace,
    type Steady,
} from "./context";
import { errorFigures, recoveredAt, windowsOf } from "./curve";
import { HeldStacks } from "./heldStacks";
import type { Objectives } from "./objectives";
import * as phases from "./phases";
import { judge, type DrillReport, type Measured, type RtoFigures } from "./report";
import type { Scenario } from "./scenario";

export interface DrillOptions {
    readonly estate: Estate;
    readonly rehearsal: Rehearsal;
    readonly engine: Pick<Engine, "version">;
    readonly scenario: Scenario;
    readonly objectives: Objectives;
    readonly pace?: Pace;
    readonly signal: AbortSignal;
    readonly onProgress: (line: string) => void;
}

/** Marks of the run on the world's clock, for the figures. */
interface Timeline {
    readonly faultMs: number;
    /** When the quorum of observers had formed. */
    readonly quorumMs: number;
    readonly decidedMs: number;
    readonly votedMs: number;
    readonly outMs: number;
    readonly holdEndMs: number;
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
    };
    const watch = new Watch(options.rehearsal);
    const figures: { unchangedSeconds: number; evacuationSeconds: number; steady?: Steady } = {
        unchangedSeconds: NaN,
        evacuationSeconds: NaN,
    };
    let measured: Omit<Measured, "engine"> | undefined;
    let error: unknown;
    try {
        measured = await runPhases(context, watch, figures);
    } catch (caught) {
        error = caught;
    }
    const engine = {
        version: options.engine.version,
        updates: stacks.updates,
        unchangedSeconds: figures.unchangedSeconds,
        evacuationSeconds: figures.evacuationSeconds,
    };
    const verdicts =
        measured === undefined ? [] : judge({ ...measured, engine }, options.objectives);
    return {
        schema: 1,
        startedAt,
        scenario: options.scenario,
        objectives: options.objectives,
        result:
            measured === undefined
                ? "aborted"
                : verdicts.every((verdict) => verdict.met)
                  ? "met"
                  : "missed",
        ...(error === undefined
            ? {}
            : { error: options.signal.aborted ? "interrupted" : messageOf(error) }),
        verdicts,
        ...(measured ?? {}),
        traffic: trafficSeries(figures.steady),
        steps: context.steps,
        engine,
        realSeconds: (performance.now() - started) / 1000,
    };
}

async function runPhases(
    context: DrillContext,
    watch: Watch,
    figures: { unchangedSeconds: number; evacuationSeconds: number; steady?: Steady },
): Promise<Omit<Measured, "engine">> {
    const { rehearsal, objectives, scenario } = context;
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
    figures.unchangedSeconds = unchanged.seconds;
    const steady = await phase(
        context,
        { id: "steady", title: "steady state", lane: "observe" },
        () => phases.steadyPhase(context, deployed),
    );
    figures.steady = steady;
    const fault = await phase(
        context,
        { id: "fault", title: `fault: ${scenario.fault}(${region})`, lane: "fault" },
        () => phases.faultPhase(context),
    );
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
    figures.evacuationSeconds = evacuation.updateSeconds;
    const moved = await phase(
        context,
        { id: "moved", title: "traffic has moved", lane: "observe" },
        () => phases.movedPhase(context, deployed, steady),
    );
    await phase(context, { id: "hold", title: "hold", lane: "observe" }, () =>
        phases.holdPhase(context),
    );
    const timeline: Timeline = {
        faultMs: fault.faultMs,
        quorumMs: notice.sinceMs,
        decidedMs: notice.atMs,
        votedMs: evacuation.doneMs,
        outMs: moved.outMs,
        holdEndMs: rehearsal.now(),
    };
    const rto = await rtoFigures(
        context,
        deployed,
        steady,
        timeline,
        evacuation.laneSeconds,
        watch,
    );
    await phase(context, { id: "heal", title: `${region} heals`, lane: "settle" }, () =>
        phases.healPhase(context, deployed),
    );
    await phase(
        context,
        { id: "failback", title: `fail ${region} back in stages`, lane: "failback" },
        () => phases.failbackPhase(context, steady),
    );
    const back = await phase(
        context,
        { id: "back", title: "back in service, writes verified", lane: "observe" },
        () => phases.backPhase(context, deployed, steady),
    );
    return {
        rto,
        rpo: {
            acknowledgedWrites: back.acknowledged,
            lostWrites: back.lost,
            worstLagSeconds: fault.lagSeconds,
        },
        errors: errorFigures(steady.traffic.samples, timeline.faultMs, timeline.holdEndMs, {
            windowMs: objectives.errors.windowSeconds * 1000,
            budgetPercent: objectives.errors.budgetPercent,
        }),
        calls: evacuation.calls,
    };
}

/** Clients' and alarms' recovery, cut into the parts that the bound has; each part ends where the next begins. */
async function rtoFigures(
    context: DrillContext,
    deployed: Deployed,
    steady: Steady,
    timeline: Timeline,
    updateSeconds: number,
    watch: Watch,
): Promise<RtoFigures> {
    const { objectives, scenario, estate } = context;
    const clientsMs = recoveredAt(steady.traffic.samples, timeline.faultMs, timeline.holdEndMs, {
        windowMs: objectives.errors.windowSeconds * 1000,
        outageRatio: objectives.errors.outagePercent / 100,
    });
    const alarmsMs = watch.lastBack(deployed, timeline, scenario.region);
    const endMs = Math.max(clientsMs, alarmsMs);
    const cut = (untilMs: number): number => Math.min(untilMs, endMs);
    const marks = [
        timeline.faultMs,
        timeline.quorumMs,
        timeline.decidedMs,
        timeline.votedMs,
        timeline.outMs,
    ].map(cut);
    const part = (i: number, end: number): number => Math.max(0, (end - (marks[i] ?? end)) / 1000);

    const survivors = Object.fromEntries(
        await Promise.all(
            votersFor(scenario.region, estate.topology).map(
                async (stack) => [stack, await estate.stacks.resources(stack)] as const,
            ),
        ),
    );
    const bound = boundOf(
        boundInputs(
            scenario.region,
            survivors,
            await estate.stacks.resources(globalStack),
            updateSeconds,
        ),
    );
    return {
        worldSeconds: (endMs - timeline.faultMs) / 1000,
        boundWorldSeconds: bound.worldSeconds,
        detect: part(0, marks[1] ?? endMs),
        decide: part(1, marks[2] ?? endMs),
        update: part(2, marks[3] ?? endMs),
        dns: part(3, marks[4] ?? endMs),
        drain: part(4, endMs),
        bound,
    };
}

function trafficSeries(steady: Steady | undefined): DrillReport["traffic"] {
    if (steady === undefined) {
        return [];
    }
    const endMs = steady.traffic.samples.at(-1)?.atMs ?? steady.sinceMs;
    // Enough points to see every phase, few enough for one line of a terminal.
    const windowMs = Math.max(15_000, Math.ceil((endMs - steady.sinceMs) / 60 / 1000) * 1000);
    return windowsOf(steady.traffic.samples, steady.sinceMs, endMs, windowMs).map(
        ({ fromMs, ...window }) => ({
            ...window,
            atSeconds: Math.round((fromMs - steady.sinceMs) / 1000),
        }),
    );
}

/** Remembers every change of every alarm. */
class Watch {
    readonly #changes: AlarmChange[] = [];

    constructor(rehearsal: Rehearsal) {
        rehearsal.events.on("alarm", (change) => this.#changes.push(change));
    }

    /**
     * When the last user-facing alarm that rang was back for good. A region that left service has no
     * users: whatever its alarms still say is of its probes, or frozen with it.
     *
     * @throws AutomationError when one still rings.
     */
    lastBack(deployed: Deployed, timeline: Timeline, evacuated: string): number {
        let lastMs = timeline.faultMs;
        for (const [region, outputs] of Object.entries(deployed.regions)) {
            const untilMs = region === evacuated ? timeline.outMs : timeline.holdEndMs;
            for (const name of outputs.userFacingAlarms) {
                const changes = this.#changes.filter(
                    (change) =>
                        change.region === region && change.name === name && change.atMs <= untilMs,
                );
                if (changes.at(-1)?.state === "ALARM") {
                    if (region !== evacuated) {
                        throw new AutomationError("failed", `alarm ${region}/${name} still rings`);
                    }
                    lastMs = Math.max(lastMs, untilMs);
                }
                changes.forEach((change, i) => {
                    if (changes[i - 1]?.state === "ALARM") {
                        lastMs = Math.max(lastMs, change.atMs);
                    }
                });
            }
        }
        return lastMs;
    }
}
