import { readDeployedVotes } from "../deployedVotes";
import { AutomationError } from "../errors";
import { runFolder, type Estate } from "../estate";
import { checkRegion, named, planFailover, type FailoverPlan } from "../failoverPlan";
import { Journal, type StepObserver } from "../journal";
import { Lease } from "../lease";
import {
    planIntents,
    runIntents,
    type Intent,
    type IntentOutcome,
    type Plan,
} from "../provenUpdate";
import { voteEdit } from "../stackConfig";

export interface FailoverOptions {
    readonly region: string;
    /** Without it, a dry run: validated, previewed and proven, nothing written. */
    readonly yes: boolean;
    readonly onStep?: StepObserver;
    readonly onProgress?: (line: string) => void;
    /** Called between the proof and the first write. */
    readonly onProven?: () => void;
    readonly signal?: AbortSignal;
}

/** One survivor's part. */
export interface VoteResult {
    readonly stack: string;
    readonly outcome: "planned" | "voted" | "had-voted" | "refused" | "failed" | "unavailable";
    /** Real seconds of its update; 0 without one. */
    readonly seconds: number;
    /** Resources that its update changed. */
    readonly changes: number;
    readonly detail: string;
}

export interface FailoverReport {
    readonly region: string;
    readonly dryRun: boolean;
    readonly quorum: number;
    readonly votes: readonly VoteResult[];
    /** Whether enough votes are cast; a dry run casts none. */
    readonly evacuated: boolean;
}

/**
 * Evacuates a region by its survivors' votes. Every call it makes goes to the survivors and to the
 * state backend: none to the region that leaves, none to a global control plane.
 *
 * @throws AutomationError when it may not be done, or fewer than a quorum of the votes could be cast.
 */
export async function failover(estate: Estate, options: FailoverOptions): Promise<FailoverReport> {
    const { region } = options;
    checkRegion(region, estate.topology);
    const lease = options.yes
        ? await Lease.take(runFolder(estate), `failover ${region}`)
        : undefined;
    try {
        const unfinished = await Journal.unfinished(runFolder(estate));
        if (unfinished?.kind === "failover" && unfinished.region !== region) {
            throw new AutomationError(
                "refused",
                `the failover of ${unfinished.region} that began ${unfinished.startedAt} did not reach its end; ` +
                    `finish it (meridian failover ${unfinished.region} --yes) or undo it (meridian failback ${unfinished.region} --yes) first`,
            );
        }
        const resuming = unfinished?.kind === "failover";
        if (resuming) {
            options.onProgress?.(`finishing the failover that began ${unfinished.startedAt}`);
        }
        const votes = await readDeployedVotes(estate);
        const plan = planFailover(region, estate.topology, votes, resuming);
        options.onProgress?.(`proving the change of ${plan.voters.join(", ")}`);
        const previews = await planIntents(
            estate,
            plan.voters.map((stack) => voteIntent(estate, stack, region)),
            options.signal,
        );
        if (previews.proven.length < plan.quorum) {
            throw tooFew(plan, rejections(previews));
        }
        options.onProven?.();
        return options.yes
            ? await castVotes(estate, options, plan, previews)
            : reportOf(plan, previews, [], true);
    } finally {
        await lease?.release();
    }
}

export function voteIntent(estate: Estate, stack: string, region: string): Intent {
    return {
        stack,
        edits: [voteEdit(region, "evacuate")],
        expected: { kind: "vote", on: region, vote: "evacuate" },
        policyPacks: (proof) =>
            estate.policyPacks.evacuation({ lane: "failover", region, ...proof }),
        message: `evacuate ${region}`,
    };
}

async function castVotes(
    estate: Estate,
    options: FailoverOptions,
    plan: FailoverPlan,
    previews: Plan,
): Promise<FailoverReport> {
    const journal = await Journal.open(
        runFolder(estate),
        "failover",
        options.region,
        options.onStep,
    );
    options.onProgress?.(`casting ${previews.proven.length} votes, ${plan.quorum} are needed`);
    const outcomes = await runIntents(estate, previews.proven, {
        journal,
        needed: plan.quorum,
        signal: options.signal,
    });
    const report = reportOf(plan, previews, outcomes, false);
    if (!report.evacuated) {
        options.signal?.throwIfAborted();
        throw tooFew(plan, [...rejections(previews), ...failuresOf(outcomes)]);
    }
    await journal.finish();
    return report;
}

function reportOf(
    plan: FailoverPlan,
    previews: Plan,
    outcomes: readonly IntentOutcome[],
    dryRun: boolean,
): FailoverReport {
    const votes: VoteResult[] = [
        ...(dryRun
            ? previews.proven.map(({ intent, pending }): VoteResult => ({
                  ...nothing(intent.stack),
                  outcome: pending ? "planned" : "had-voted",
                  changes: pending ? 1 : 0,
                  detail: pending ? "would change its vote and nothing else" : "has voted already",
              }))
            : outcomes.map(voteResult)),
        ...previews.rejected.map(voteResult),
        ...plan.unavailable.map(({ region, reason }): VoteResult => ({
            ...nothing(region),
            outcome: "unavailable",
            detail: reason,
        })),
    ];
    const cast = votes.filter((vote) => ["voted", "had-voted"].includes(vote.outcome));
    return {
        region: plan.region,
        dryRun,
        quorum: plan.quorum,
        votes: votes.sort((a, b) => (a.stack < b.stack ? -1 : 1)),
        evacuated: cast.length >= plan.quorum,
    };
}

function voteResult(outcome: IntentOutcome): VoteResult {
    switch (outcome.kind) {
        case "updated":
            return {
                stack: outcome.stack,
                outcome: "voted",
                seconds: outcome.update.seconds,
                changes: outcome.update.changes.length,
                detail: "votes evacuate",
            };
        case "unchanged":
            return { ...nothing(outcome.stack), outcome: "had-voted", detail: "has voted already" };
        case "refused":
            return {
                ...nothing(outcome.stack),
                outcome: "refused",
                detail: `its update would do more than vote: ${outcome.problems.join("; ")}`,
            };
        case "failed":
            return { ...nothing(outcome.stack), outcome: "failed", detail: outcome.error.message };
    }
}

function nothing(stack: string): Pick<VoteResult, "stack" | "seconds" | "changes"> {
    return { stack, seconds: 0, changes: 0 };
}

function rejections(previews: Plan): string[] {
    return previews.rejected.map((one) => named(one.stack, voteResult(one).detail));
}

function failuresOf(outcomes: readonly IntentOutcome[]): string[] {
    return outcomes.flatMap((one) =>
        one.kind === "failed" || one.kind === "refused"
            ? [named(one.stack, voteResult(one).detail)]
            : [],
    );
}

function tooFew(plan: FailoverPlan, problems: readonly string[]): AutomationError {
    return new AutomationError(
        "quorum",
        [
            `${plan.region} is still in service: fewer than ${plan.quorum} of ${plan.voters.length} votes could be cast`,
            ...problems.map((problem) => `  - ${problem}`),
            "put right what is said above (deploy or take back what is not yet deployed) and run it again",
        ].join("\n"),
    );
}
