import type { Bound } from "./bound";
import type { ForbiddenCalls } from "./calls";
import type { ErrorFigures, Window } from "./curve";
import type { Objectives } from "./objectives";
import type { Scenario } from "./scenario";
import { systemsNotBack, type SystemFigures } from "./systems";

export type Lane = "build" | "observe" | "fault" | "detect" | "evacuate" | "settle" | "failback";

/** One phase of the drill, as it went. */
export interface DrillStep {
    readonly id: string;
    readonly title: string;
    readonly lane: Lane;
    readonly status: "done" | "failed";
    /** World seconds from the drill's beginning to the step's. */
    readonly atSeconds: number;
    readonly worldSeconds: number;
    readonly realSeconds: number;
    /** What shows that it went so. */
    readonly evidence: Readonly<Record<string, unknown>>;
}

export interface RtoFigures {
    /** From the fault to clients and user-facing alarms being well for good. */
    readonly worldSeconds: number;
    readonly boundWorldSeconds: number;
    /** Its parts; they add up to `worldSeconds`. From the fault to a quorum of observers' alarms, */
    readonly detect: number;
    /** to the decider's notice, */
    readonly decide: number;
    /** to the vote that made the quorum, */
    readonly update: number;
    /** to DNS that takes the region for out of service, */
    readonly dns: number;
    /** and to the last failure of a client that had not left yet. */
    readonly drain: number;
    readonly bound: Bound;
}

export interface RpoFigures {
    readonly acknowledgedWrites: number;
    /** Of those, the ones that could not be read back after the failback. */
    readonly lostWrites: number;
    /** Replication in the minute before the fault: what a region that never came back would have taken with it. */
    readonly worstLagSeconds: number;
}

export interface EngineFigures {
    readonly version: string;
    readonly updates: readonly EngineUpdate[];
    /** The survivors' unchanged updates in parallel, real seconds; undefined when the drill did not get there. */
    readonly unchangedSeconds: number | undefined;
    /** The evacuation's updates in parallel, real seconds; undefined when the drill did not get there. */
    readonly evacuationSeconds: number | undefined;
}

export interface EngineUpdate {
    readonly stack: string;
    readonly step: string;
    readonly seconds: number;
    readonly changes: number;
}

/**
 * `drill.json`. Figures that the drill did not get to are absent. `schema` rises when a field changes its
 * meaning or goes away, not when one is added.
 */
export interface DrillReport {
    readonly schema: 1;
    /** ISO 8601, real time. */
    readonly startedAt: string;
    readonly scenario: Scenario;
    readonly objectives: Objectives;
    readonly result: "met" | "missed" | "aborted";
    /** Why it was aborted, or given up while users still waited. */
    readonly error?: string;
    readonly verdicts: readonly Verdict[];
    readonly rto?: RtoFigures;
    readonly rpo?: RpoFigures;
    readonly errors?: ErrorFigures;
    readonly systems?: readonly SystemFigures[];
    readonly traffic: readonly TrafficPoint[];
    readonly steps: readonly DrillStep[];
    readonly calls?: ForbiddenCalls;
    readonly engine: EngineFigures;
    readonly realSeconds: number;
}

/** One window of `traffic`: world seconds from the drill's beginning to the window's. */
export interface TrafficPoint extends Omit<Window, "fromMs"> {
    readonly atSeconds: number;
}

/** One objective, and whether it was met. */
export interface Verdict {
    readonly objective: string;
    readonly met: boolean;
    readonly measured: string;
    readonly allowed: string;
    /** When it was missed: what used the time. */
    readonly cause?: string;
}

export interface Measured {
    readonly rto: RtoFigures;
    readonly rpo: RpoFigures;
    readonly errors: ErrorFigures;
    readonly systems: readonly SystemFigures[];
    readonly calls: ForbiddenCalls;
    readonly engine: EngineFigures;
}

/** How much longer the evacuation's updates took than unchanged ones; NaN when either was not measured. */
export function evacuationToUnchanged(engine: EngineFigures): number {
    return (engine.evacuationSeconds ?? NaN) / (engine.unchangedSeconds ?? NaN);
}

/** Judges what was measured. Pure. */
export function judge(measured: Measured, objectives: Objectives): readonly Verdict[] {
    const { rto, rpo, errors, systems, calls, engine } = measured;
    const notBack = systemsNotBack(systems);
    const ratio = evacuationToUnchanged(engine);
    const forbidden = calls.examples.join("; ");
    return [
        verdict("RTO", rto.worldSeconds, objectives.rtoSeconds, "s", usedTheTime(rto)),
        verdict(
            "RTO against its bound",
            rto.worldSeconds / rto.boundWorldSeconds,
            objectives.rtoToBound,
            "x",
            usedTheTime(rto),
        ),
        verdict(
            "writes lost",
            rpo.lostWrites,
            objectives.rpo.lostWrites,
            "",
            `of ${rpo.acknowledgedWrites} acknowledged ones`,
        ),
        verdict(
            "replication lag",
            rpo.worstLagSeconds,
            objectives.rpo.lagSeconds,
            "s",
            "replication was behind before the fault",
        ),
        verdict(
            "client error budget used",
            errors.budgetUsed,
            1,
            "x",
            worstGeography(errors.byGeography),
        ),
        verdict("systems that did not come back", notBack.length, 0, "", notBack.join("; ")),
        verdict("calls to the impaired region", calls.toImpairedRegion, 0, "", forbidden),
        verdict("calls to dead control planes", calls.toDownControlPlanes, 0, "", forbidden),
        verdict(
            "update against an unchanged one",
            ratio,
            objectives.updateToUnchanged,
            "x",
            slowestUpdate(engine),
        ),
    ];
}

function verdict(
    objective: string,
    measured: number,
    allowed: number,
    unit: string,
    cause: string,
): Verdict {
    // A figure that could not be computed is no success.
    const met = measured <= allowed;
    return {
        objective,
        met,
        measured: withUnit(measured, unit),
        allowed: withUnit(allowed, unit),
        ...(met ? {} : { cause }),
    };
}

/** Title of the step that each part of the RTO is spent in. */
const stepOf = {
    detect: "alarms and decision",
    decide: "alarms and decision",
    update: "evacuate by vote",
    dns: "traffic has moved",
    drain: "traffic has moved",
} as const;

/** What a missed RTO is to be blamed on: the part that exceeds its bound by most, or the longest when none does. */
function usedTheTime(rto: RtoFigures): string {
    const parts = rto.bound.terms.map(({ name, seconds }) => ({
        name,
        took: rto[name],
        bound: seconds,
        over: rto[name] - seconds,
    }));
    const late = parts.filter((part) => part.over > 0);
    const worst =
        late.length > 0
            ? late.reduce((a, b) => (b.over > a.over ? b : a))
            : parts.reduce((a, b) => (b.took > a.took ? b : a));
    const took = `${worst.name} took ${worst.took.toFixed(0)} s (step "${stepOf[worst.name]}")`;
    return late.length > 0
        ? `${took}, its part of the bound is ${worst.bound.toFixed(0)} s`
        : `no part exceeds its bound, the longest: ${took}`;
}

function worstGeography(byGeography: Readonly<Record<string, number>>): string {
    const [worst] = Object.entries(byGeography).sort(([, a], [, b]) => b - a);
    return worst === undefined ? "nobody asked" : `${worst[1]} % failed in ${worst[0]}`;
}

function slowestUpdate({ updates }: EngineFigures): string {
    const [slowest] = updates
        .filter(({ step }) => step === "evacuate")
        .sort((a, b) => b.seconds - a.seconds);
    return slowest === undefined
        ? "no update of the evacuation was measured"
        : `${slowest.stack} took ${slowest.seconds.toFixed(1)} s`;
}

function withUnit(value: number, unit: string): string {
    const rounded = Math.round(value * 100) / 100;
    return unit === "" ? String(rounded) : unit === "x" ? `${rounded}x` : `${rounded} ${unit}`;
}
