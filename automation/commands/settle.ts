import { votesAgainst, readDeployedVotes } from "../deployedVotes";
import { readDeployedShares } from "../deployedShares";
import { AutomationError } from "../errors";
import { runFolder, type Estate } from "../estate";
import { checkRegion } from "../failoverPlan";
import { Journal, type StepObserver } from "../journal";
import { Lease } from "../lease";
import { planIntents, runIntents, type IntentOutcome, type ProvenIntent } from "../provenUpdate";
import { settleIntents } from "../settlement";

export interface SettleOptions {
    readonly region: string;
    /** Without it, a dry run: previewed and proven, nothing written. */
    readonly yes: boolean;
    readonly onStep?: StepObserver;
    readonly onProgress?: (line: string) => void;
    readonly signal?: AbortSignal;
}

/** One thing that settles. */
export interface SettleResult {
    readonly what: string;
    readonly outcome: "planned" | "done" | "settled-before";
    /** Real seconds of its update; 0 without one. */
    readonly seconds: number;
}

export interface SettleReport {
    readonly region: string;
    readonly dryRun: boolean;
    readonly results: readonly SettleResult[];
}

/**
 * What an evacuated region still has that votes do not take away: the accelerator's dial. Needs the
 * control plane of the thing itself, and neither the region's nor Route 53's. Safe to run again.
 *
 * @throws AutomationError `refused` for a region that is in service; `failed` when an update fails.
 */
export async function settle(estate: Estate, options: SettleOptions): Promise<SettleReport> {
    const { region, signal } = options;
    checkRegion(region, estate.topology);
    const lease = options.yes ? await Lease.take(runFolder(estate), `settle ${region}`) : undefined;
    try {
        await refuseWhileUnfinished(estate, region);
        await refuseInService(estate, region);
        options.onProgress?.("proving what settles");
        const intents = settleIntents(estate, region, await readDeployedShares(estate, region));
        const plan = await planIntents(estate, intents, signal);
        if (plan.rejected.length > 0) {
            throw failure(region, plan.rejected);
        }
        if (!options.yes) {
            return report(options, plan.proven.map(plannedResult));
        }
        const journal = await Journal.open(runFolder(estate), "settle", region, options.onStep);
        const outcomes: IntentOutcome[] = [];
        // One stack's updates cannot run at once.
        for (const [i, proven] of plan.proven.entries()) {
            options.onProgress?.(proven.intent.message);
            const stage = String(i + 1);
            outcomes.push(
                ...(await runIntents(estate, [proven], { journal, stage, needed: 1, signal })),
            );
        }
        const failed = outcomes.filter((one) => one.kind === "failed" || one.kind === "refused");
        if (failed.length > 0) {
            signal?.throwIfAborted();
            throw failure(region, failed);
        }
        await journal.finish();
        return report(
            options,
            outcomes.map((outcome, i) => doneResult(plan.proven[i] as ProvenIntent, outcome)),
        );
    } finally {
        await lease?.release();
    }
}

async function refuseWhileUnfinished(estate: Estate, region: string): Promise<void> {
    const unfinished = await Journal.unfinished(runFolder(estate));
    if (
        unfinished !== undefined &&
        (unfinished.kind !== "settle" || unfinished.region !== region)
    ) {
        throw new AutomationError(
            "refused",
            `the ${unfinished.kind} of ${unfinished.region} that began ${unfinished.startedAt} did not reach its end; ` +
                `finish it first: meridian ${unfinished.kind} ${unfinished.region} --yes`,
        );
    }
}

async function refuseInService(estate: Estate, region: string): Promise<void> {
    const { quorum } = estate.topology;
    const against = votesAgainst(await readDeployedVotes(estate), region);
    if (against.length < quorum) {
        throw new AutomationError(
            "refused",
            `${region} is in service (${against.length} of ${quorum} votes are against it), and settling is for one that was voted out: ` +
                `meridian failover ${region}`,
        );
    }
}

function report({ region, yes }: SettleOptions, results: readonly SettleResult[]): SettleReport {
    return { region, dryRun: !yes, results };
}

function plannedResult({ intent, pending }: ProvenIntent): SettleResult {
    return {
        what: intent.message,
        outcome: pending ? "planned" : "settled-before",
        seconds: 0,
    };
}

function doneResult({ intent }: ProvenIntent, outcome: IntentOutcome): SettleResult {
    return outcome.kind === "updated"
        ? { what: intent.message, outcome: "done", seconds: outcome.update.seconds }
        : { what: intent.message, outcome: "settled-before", seconds: 0 };
}

function failure(region: string, outcomes: readonly IntentOutcome[]): AutomationError {
    return new AutomationError(
        "failed",
        [
            `${region} is not settled; it stays voted out:`,
            ...outcomes.map((one) =>
                one.kind === "failed"
                    ? `  - ${one.error.message}`
                    : one.kind === "refused"
                      ? `  - ${one.stack}: its update would do more than settle: ${one.problems.join("; ")}`
                      : `  - ${one.stack}`,
            ),
            `run it again once that is put right: meridian settle ${region} --yes`,
        ].join("\n"),
    );
}
