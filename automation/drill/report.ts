import type { Bound } from "./bound";
import type { ForbiddenCalls } from "./calls";
import type { ErrorFigures, Window } from "./curve";
import type { Objectives } from "./objectives";
import type { Scenario } from "./scenario";

export type Lane = "build" | "observe" | "fault" | "detect" | "evacuate" | "settle" | "failback";

/** One phase of the drill, as it went. */
export interface DrillStep {
    readonly id: string;
    readonly title: string;
    readonly lane: Lane;
    readonly status: "done" | "failed" | "skipped";
    readonly worldSeconds: number;
    readonly realSeconds: number;
    /** What shows that it went so. */
    readonly evidence: Readonly<Record<string, unknown>>;
}

export interface RtoFigures {
    /** From the fault to clients and user-facing alarms being well for good. */
    readonly worldSeconds: number;
    readonly boundWorldSeconds: number;
    /** Its parts; they add up to `worldSeconds`. */
    readonly detect: number;
    readonly decide: number;
    readonly update: number;
    readonly dns: number;
    readonly drain: number;
    readonly bound: Bound;
}

export interface RpoFigures {
    readonly acknowledgedWrites: number;
    readonly lostWrites: number;
    /** Replication when the fault struck. */
    readonly worstLagSeconds: number;
}

export interface EngineFigures {
    readonly version: string;
    readonly updates: readonly EngineUpdate[];
    /** The survivors' unchanged updates in parallel, real seconds. */
    readonly unchangedSeconds: number;
    /** The evacuation's updates in parallel, real seconds. */
    readonly evacuationSeconds: number;
}

export interface EngineUpdate {
    readonly stack: string;
    readonly step: string;
    readonly seconds: number;
    readonly changes: number;
}

/** `drill.json`. */
export interface DrillReport {
    readonly schema: 1;
    /** ISO 8601, real time. */
    readonly startedAt: string;
    readonly scenario: Scenario;
    readonly objectives: Objectives;
    readonly result: "met" | "missed" | "aborted";
    /** Why it was aborted. */
    readonly error?: string;
    readonly verdicts: readonly Verdict[];
    readonly rto?: RtoFigures;
    readonly rpo?: RpoFigures;
    readonly errors?: ErrorFigures;
    readonly traffic: readonly TrafficPoint[];
    readonly steps: readonly DrillStep[];
    readonly calls?: ForbiddenCalls;
    readonly engine: EngineFigures;
    readonly realSeconds: number;
}

/** One window of `traffic`: seconds of world time since the traffic began. */
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
    readonly calls: ForbiddenCalls;
    readonly engine: EngineFigures;
}

/** Judges what was measured. Pure. */
export function judge(measured: Measured, objectives: Objectives): readonly Verdict[] {
    const { rto, rpo, errors, calls, engine } = measured;
    const ratio = engine.evacuationSeconds / engine.unchangedSeconds;
    return [
        verdict("RTO", rto.worldSeconds, objectives.rtoSeconds, "s", slowest(rto)),
        verdict(
            "RTO against its bound",
            rto.worldSeconds / rto.boundWorldSeconds,
            objectives.rtoToBound,
            "x",
            slowest(rto),
        ),
        verdict("writes lost", rpo.lostWrites, objectives.rpo.lostWrites, ""),
        verdict("replication lag", rpo.worstLagSeconds, objectives.rpo.lagSeconds, "s"),
        verdict("client error budget used", errors.budgetUsed, 1, "x"),
        verdict("calls to the impaired region", calls.toImpairedRegion, 0, ""),
        verdict("calls to dead control planes", calls.toDownControlPlanes, 0, ""),
        verdict("update against an unchanged one", ratio, objectives.updateToUnchanged, "x"),
    ];
}

function verdict(
    objective: string,
    measured: number,
    allowed: number,
    unit: string,
    cause?: string,
): Verdict {
    // A figure that could not be computed is no success.
    const met = measured <= allowed;
    return {
        objective,
        met,
        measured: withUnit(measured, unit),
        allowed: withUnit(allowed, unit),
        ...(met || cause === undefined ? {} : { cause }),
    };
}

/** The part that exceeds its share of the bound by most: what a missed RTO is to be blamed on. */
function slowest(rto: RtoFigures): string {
    const parts = rto.bound.terms.map((term) => ({
        name: term.name,
        took: rto[term.name],
        over: rto[term.name] - term.seconds,
        bound: term.seconds,
    }));
    const worst = parts.reduce((a, b) => (b.over > a.over ? b : a));
    return `${worst.name} took ${worst.took.toFixed(0)} s, its part of the bound is ${worst.bound.toFixed(0)} s`;
}

function withUnit(value: number, unit: string): string {
    const rounded = Math.round(value * 100) / 100;
    return unit === "" ? String(rounded) : unit === "x" ? `${rounded}x` : `${rounded} ${unit}`;
}
