import { globalStack, regionNames } from "../../infra/topology";
import {
    parseGlobalOutputs,
    parseRegionOutputs,
    type GlobalOutputs,
    type RegionOutputs,
} from "../../infra/stackOutputs";
import { AutomationError } from "../errors";
import type { Estate } from "../estate";
import type { Probes } from "../probes";
import type { Rehearsal, RehearsalTraffic } from "../rehearsal";
import type { HeldStacks } from "./heldStacks";
import type { Objectives } from "./objectives";
import type { DrillStep, Lane } from "./report";
import type { Scenario } from "./scenario";
import type { Watch } from "./watch";

/** Users or their alarms are not back, or never will be by what was waited for: the RTO is missed. */
export class NotRecovered extends AutomationError {
    constructor(message: string) {
        super("failed", message);
    }
}

/** How long each part of a drill lasts, world seconds. */
export interface Pace {
    readonly steadySeconds: number;
    readonly holdSeconds: number;
    /** Between two stages of the failback. */
    readonly stageSeconds: number;
    /** Longest wait for anything to happen. */
    readonly patienceSeconds: number;
}

export const defaultPace: Pace = {
    steadySeconds: 60,
    holdSeconds: 90,
    stageSeconds: 30,
    patienceSeconds: 900,
};

/** What the phases share. */
export interface DrillContext {
    readonly estate: Estate;
    readonly stacks: HeldStacks;
    readonly rehearsal: Rehearsal;
    readonly probes: Pick<Probes, "namesCanChange">;
    readonly scenario: Scenario;
    readonly objectives: Objectives;
    readonly pace: Pace;
    readonly signal: AbortSignal;
    readonly onProgress: (line: string) => void;
    readonly steps: DrillStep[];
    readonly watch: Watch;
    /** World time at which the drill began. */
    readonly beganMs: number;
}

/** What the stacks export, read once after the deployment. */
export interface Deployed {
    readonly regions: Readonly<Record<string, RegionOutputs>>;
    readonly global: GlobalOutputs;
}

export interface Steady {
    readonly traffic: RehearsalTraffic;
    /** Of clients that go by the accelerator. */
    readonly direct: RehearsalTraffic;
    /** World time at which the traffic began. */
    readonly sinceMs: number;
}

export type Evidence = Readonly<Record<string, unknown>>;

/** Runs one phase and writes down how it went; what it throws, it throws on. */
export async function phase<T extends { readonly evidence: Evidence }>(
    context: DrillContext,
    about: { readonly id: string; readonly title: string; readonly lane: Lane },
    run: () => Promise<T>,
): Promise<T> {
    context.signal.throwIfAborted();
    context.onProgress(about.title);
    context.stacks.step = about.id;
    const worldMs = context.rehearsal.now();
    const realMs = performance.now();
    const finish = (status: DrillStep["status"], evidence: Evidence): void => {
        const worldSeconds = (context.rehearsal.now() - worldMs) / 1000;
        const realSeconds = (performance.now() - realMs) / 1000;
        const atSeconds = (worldMs - context.beganMs) / 1000;
        context.steps.push({ ...about, status, atSeconds, worldSeconds, realSeconds, evidence });
        context.onProgress(
            `  ${status}: ${worldSeconds.toFixed(0)} s of world time, ${realSeconds.toFixed(1)} s`,
        );
    };
    try {
        const result = await run();
        finish("done", result.evidence);
        return result;
    } catch (error) {
        finish("failed", { error: error instanceof Error ? error.message : String(error) });
        throw error;
    }
}

/**
 * Waits in world time until `ready` says so, looking once a world second.
 *
 * @param users whether users wait as well, so that the end of patience is a missed RTO.
 * @throws AutomationError `failed` with `otherwise` when patience ends; NotRecovered when users wait.
 */
export async function waitFor(
    context: DrillContext,
    ready: () => boolean,
    otherwise: () => string,
    users: "users wait" | "nobody waits" = "nobody waits",
): Promise<void> {
    const endMs = context.rehearsal.now() + context.pace.patienceSeconds * 1000;
    while (!ready()) {
        if (context.rehearsal.now() >= endMs) {
            const problem = `waited ${context.pace.patienceSeconds} world seconds: ${otherwise()}`;
            throw users === "users wait"
                ? new NotRecovered(problem)
                : new AutomationError("failed", problem);
        }
        await context.rehearsal.sleep(1000, context.signal);
    }
}

export async function readDeployed(context: DrillContext): Promise<Deployed> {
    const names = regionNames(context.estate.topology);
    const [global, ...regions] = await Promise.all([
        context.stacks.outputs(globalStack),
        ...names.map((region) => context.stacks.outputs(region)),
    ]);
    return {
        global: parseGlobalOutputs(globalStack, global),
        regions: Object.fromEntries(
            names.map((region, i) => [region, parseRegionOutputs(region, regions[i])]),
        ),
    };
}

/**
 * The user-facing alarms that are in ALARM: `region/name`, sorted.
 *
 * @param out a region that is out of service: without users, its alarms tell nothing of them.
 */
export function alarmsRinging(
    context: DrillContext,
    deployed: Deployed,
    out?: string,
): readonly string[] {
    return Object.entries(deployed.regions)
        .filter(([region]) => region !== out)
        .flatMap(([region, outputs]) =>
            outputs.userFacingAlarms
                .filter((name) => context.rehearsal.alarmState(region, name) === "ALARM")
                .map((name) => `${region}/${name}`),
        )
        .sort();
}
