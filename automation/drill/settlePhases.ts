import { stackNames } from "../../infra/topology";
import { settle, type SettleReport } from "../commands/settle";
import { AutomationError } from "../errors";
import { isWriteName } from "../changeProof";
import { forbiddenCalls } from "./calls";
import type { DrillContext, Evidence } from "./context";
import { faultsOf, type Scenario } from "./scenario";

/**
 * What the person on call does next: `meridian settle <region> --yes`, while the region is still lost. Of
 * one that answers nobody the latest writes are given up: there is nobody left to ask for them.
 */
export async function settlePhase(
    context: DrillContext,
): Promise<{ readonly report: SettleReport; readonly evidence: Evidence }> {
    const { rehearsal, scenario } = context;
    const mark = rehearsal.mark();
    const report = await settle(context.estate, {
        region: scenario.region,
        yes: true,
        acceptDataLoss: scenario.fault === "blackout",
        probes: context.probes,
        onProgress: (line) => context.onProgress(`  ${line}`),
        signal: context.signal,
    });
    const calls = forbiddenCalls(
        rehearsal.callsSince(mark),
        scenario.region,
        scenario.controlPlanes,
    );
    return { report, evidence: { results: report.results, complete: report.complete, calls } };
}

/** Whether the global control planes can come back before the region does: not when it is their home that is gone. */
export function planesComeBackFirst({ fault, region, controlPlanes }: Scenario): boolean {
    return fault !== "blackout" || region !== controlPlanes;
}

/** The global control planes are back: what had to wait for them is settled. */
export async function settleRestPhase(
    context: DrillContext,
): Promise<{ readonly evidence: Evidence }> {
    for (const fault of faultsOf(context.scenario)) {
        if (fault.kind === "control-planes") {
            context.rehearsal.heal(fault);
        }
    }
    const { report, evidence } = await settlePhase(context);
    if (!report.complete) {
        const left = report.results.filter(({ outcome }) => outcome === "left");
        throw new AutomationError(
            "failed",
            `left to settle although the control planes are back: ${left.map(({ what, detail }) => [what, detail].join(": ")).join("; ")}`,
        );
    }
    return { evidence };
}

/**
 * Every stack is what its files say: nobody has anything left to do by hand.
 *
 * @param lost a region whose own stack nobody can ask.
 * @param nameWaits whether the name of who writes may still wait for Route 53's control plane.
 */
export async function quietPhase(
    context: DrillContext,
    lost?: string,
    nameWaits = false,
): Promise<{ readonly evidence: Evidence }> {
    const stacks = stackNames(context.estate.topology).filter((stack) => stack !== lost);
    const previews = await Promise.all(
        stacks.map((stack) => context.stacks.preview(stack, { signal: context.signal })),
    );
    const waiting = previews.flatMap(({ changes }) => changes.filter(isWriteName));
    const loud = previews.filter(
        ({ error, changes }) =>
            error ?? changes.some((change) => !nameWaits || !waiting.includes(change)),
    );
    if (loud.length > 0) {
        const what = loud.map(({ stack, error, changes }) =>
            [stack, error?.message ?? changes.map(({ name }) => name).join(", ")].join(": "),
        );
        throw new AutomationError("failed", `a preview must be empty now: ${what.join("; ")}`);
    }
    return { evidence: { stacks, changes: waiting.map(({ name }) => name) } };
}
