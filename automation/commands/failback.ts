import { globalStack } from "../../infra/topology";
import { readDeployedGlobal, type DeployedGlobal } from "../deployedGlobal";
import { readDeployedVotes } from "../deployedVotes";
import { AutomationError } from "../errors";
import { runFolder, type Estate } from "../estate";
import { failbackIntents, rolesBackIn } from "../failbackIntents";
import { failbackStages, planFailback, votesToClear, type FailbackStage } from "../failbackPlan";
import { checkRegion } from "../failoverPlan";
import { checkPackConfigs, type AskOptions } from "../gate/askPacks";
import { Journal, type StepObserver } from "../journal";
import { Lease } from "../lease";
import { planIntents, runIntents, type IntentOutcome, type ProvenIntent } from "../provenUpdate";

/** Says after each stage whether the region bears the next one. */
export type FailbackGate = (
    stage: FailbackStage,
) => Promise<{ readonly ok: true } | { readonly ok: false; readonly reason: string }>;

export interface FailbackOptions extends Pick<AskOptions, "askPack"> {
    readonly region: string;
    /** Without it, a dry run: the next stage is previewed and proven, nothing written. */
    readonly yes: boolean;
    /** Stop after this stage. @default the last one */
    readonly through?: string;
    readonly gate: FailbackGate;
    readonly onStep?: StepObserver;
    readonly onProgress?: (line: string) => void;
    readonly signal?: AbortSignal;
}

export interface StageResult {
    readonly stage: string;
    readonly outcome: "planned" | "done" | "left";
    /** Real seconds of its slowest update. */
    readonly seconds: number;
    readonly stacks: readonly string[];
    readonly warnings: readonly string[];
}

export interface FailbackReport {
    readonly region: string;
    readonly dryRun: boolean;
    readonly stages: readonly StageResult[];
    readonly complete: boolean;
}

/**
 * Brings a region back in stages: 1 percent of its share, its votes cleared, then 10, 25, 50 and
 * 100 percent, the accelerator's dial where it was turned down, and the writer where it was moved away,
 * with the gate's word between two stages. What the stages change is previewed and proven before the
 * first of them, but for the writer, which a region that is voted out cannot be; each update is then
 * limited to the resources of its proof, and proven again by its own record. Shares are records: this
 * lane needs Route 53's control plane.
 *
 * @throws AutomationError when there is nothing to fail back, a stage fails, or the gate says no.
 */
export async function failback(estate: Estate, options: FailbackOptions): Promise<FailbackReport> {
    const { region } = options;
    checkRegion(region, estate.topology);
    await checkPackConfigs(estate, options);
    const lease = options.yes
        ? await Lease.take(runFolder(estate), `failback ${region}`)
        : undefined;
    try {
        const unfinished = await Journal.unfinished(runFolder(estate));
        if (
            unfinished !== undefined &&
            (unfinished.region !== region || unfinished.kind === "settle")
        ) {
            throw new AutomationError(
                "refused",
                `the ${unfinished.kind} of ${unfinished.region} that began ${unfinished.startedAt} did not reach its end; ` +
                    `finish it first: meridian ${unfinished.kind} ${unfinished.region} --yes`,
            );
        }
        const deployed = await readDeployedGlobal(estate, region);
        const votes = await readDeployedVotes(estate);
        const stages = planFailback(
            region,
            estate.topology,
            votes,
            {
                ...deployed,
                rolesAway: rolesBackIn(region, deployed) !== undefined,
            },
            unfinished !== undefined,
        );
        checkThrough(options.through, stages);
        options.onProgress?.(`proving what ${stages.map((stage) => stage.id).join(", ")} change`);
        const proofs = await proveStages(estate, region, stages, deployed, options.signal);
        return options.yes
            ? await runStages(estate, options, deployed, stages, proofs)
            : dryRunReport(region, stages, proofs);
    } finally {
        await lease?.release();
    }
}

/** What the kinds of stages may change. */
interface StageProofs {
    readonly share: ProvenIntent | undefined;
    readonly dial: ProvenIntent | undefined;
    readonly votes: readonly ProvenIntent[];
    /** Survivors that cannot take their vote back now, and why. */
    readonly problems: readonly string[];
}

/** Previews one stage of each kind, all at once: every share changes the same two weights. */
async function proveStages(
    estate: Estate,
    region: string,
    stages: readonly FailbackStage[],
    deployed: DeployedGlobal,
    signal: AbortSignal | undefined,
): Promise<StageProofs> {
    const share = stages.find(
        (stage) => stage.kind === "share" && stage.percent !== deployed.share,
    );
    const dial = stages.find((stage) => stage.kind === "dial");
    const votes = stages.find((stage) => stage.kind === "votes");
    const plan = await planIntents(
        estate,
        [share, dial, votes].flatMap((stage) =>
            stage === undefined ? [] : failbackIntents(estate, region, stage, deployed),
        ),
        signal,
    );
    const proofs: StageProofs = {
        share: plan.proven.find((one) => one.intent.expected.kind === "share"),
        dial: plan.proven.find((one) => one.intent.expected.kind === "dial"),
        votes: plan.proven.filter((one) => one.intent.stack !== globalStack),
        problems: plan.rejected.map(problemOf),
    };
    for (const stage of [share, dial]) {
        if (stage !== undefined && proofs[stage.kind as "share" | "dial"] === undefined) {
            throw stageError(region, stage, [...proofs.problems, ...unsettled(region, deployed)]);
        }
    }
    if (votes !== undefined && proofs.votes.length < votesToClear(region, estate.topology)) {
        throw stageError(region, votes, proofs.problems);
    }
    return proofs;
}

async function runStages(
    estate: Estate,
    options: FailbackOptions,
    deployed: DeployedGlobal,
    stages: readonly FailbackStage[],
    proofs: StageProofs,
): Promise<FailbackReport> {
    const { region, through } = options;
    const journal = await Journal.open(runFolder(estate), "failback", region, options.onStep);
    const end =
        through === undefined
            ? stages.length
            : stages.findIndex((stage) => stage.id === through) + 1;
    const results: StageResult[] = [];
    for (const stage of stages.slice(0, end)) {
        options.onProgress?.(`stage ${stage.id}`);
        results.push(await runStage(estate, options, deployed, journal, stage, proofs));
        if (results.length < end) {
            await passGate(options, stage);
        }
    }
    const left = stages.slice(end);
    // A stop that was asked for is an end; the next run starts from what is deployed.
    await journal.finish();
    return {
        region,
        dryRun: false,
        stages: [...results, ...left.map((stage) => stageResult(stage, "left"))],
        complete: left.length === 0,
    };
}

function checkThrough(through: string | undefined, stages: readonly FailbackStage[]): void {
    if (through === undefined || stages.some((stage) => stage.id === through)) {
        return;
    }
    const known = failbackStages.some((stage) => stage.id === through);
    throw new AutomationError(
        known ? "refused" : "usage",
        known
            ? `stage ${through} is done already; left: ${stages.map((stage) => stage.id).join(", ")}`
            : `unknown stage ${JSON.stringify(through)}; the stages are ${failbackStages.map((stage) => stage.id).join(", ")}`,
    );
}

async function passGate(options: FailbackOptions, stage: FailbackStage): Promise<void> {
    const verdict = await options.gate(stage);
    if (!verdict.ok) {
        throw new AutomationError(
            "failed",
            `failback of ${options.region} stopped after stage ${stage.id}: ${verdict.reason}; ` +
                `run it again once that is put right (meridian failback ${options.region} --yes), ` +
                `or take the region out again (meridian failover ${options.region} --yes)`,
        );
    }
}

async function runStage(
    estate: Estate,
    options: FailbackOptions,
    deployed: DeployedGlobal,
    journal: Journal,
    stage: FailbackStage,
    proofs: StageProofs,
): Promise<StageResult> {
    const { region, signal } = options;
    const proven = await provenFor(estate, region, stage, deployed, proofs, signal);
    const outcomes = await runIntents(estate, proven, {
        journal,
        stage: stage.id,
        // Everyone is waited for: a vote that stays is half an evacuation of the next incident.
        needed: proven.length,
        signal,
    });
    const problems = stage.kind === "votes" ? proofs.problems : [];
    const failed = outcomes.filter((one) => one.kind === "failed").map(problemOf);
    const needed = stage.kind === "votes" ? votesToClear(region, estate.topology) : 1;
    if (outcomes.length - failed.length < needed) {
        signal?.throwIfAborted();
        throw stageError(region, stage, [...problems, ...failed]);
    }
    return {
        stage: stage.id,
        outcome: "done",
        seconds: Math.max(
            0,
            ...outcomes.map((one) => (one.kind === "updated" ? one.update.seconds : 0)),
        ),
        stacks: outcomes.filter((one) => one.kind === "updated").map((one) => one.stack),
        warnings: [...problems, ...failed],
    };
}

/** A stage's intents with the proof of their kind. A share that was not previewed itself has to be set. */
async function provenFor(
    estate: Estate,
    region: string,
    stage: FailbackStage,
    deployed: DeployedGlobal,
    proofs: StageProofs,
    signal: AbortSignal | undefined,
): Promise<readonly ProvenIntent[]> {
    if (stage.kind === "votes") {
        return proofs.votes;
    }
    const intents = failbackIntents(estate, region, stage, deployed);
    if (stage.kind === "writer") {
        const plan = await planIntents(estate, intents, signal);
        if (plan.rejected.length > 0) {
            throw stageError(region, stage, plan.rejected.map(problemOf));
        }
        return plan.proven;
    }
    const proof = proofs[stage.kind];
    // Without one, every stage of that kind is where the deployed share is already.
    return proof === undefined
        ? []
        : intents.map((intent) => ({ ...proof, intent, pending: true }));
}

function dryRunReport(
    region: string,
    stages: readonly FailbackStage[],
    proofs: StageProofs,
): FailbackReport {
    return {
        region,
        dryRun: true,
        stages: stages.map((stage) => ({
            ...stageResult(stage, "planned"),
            stacks:
                stage.kind === "votes"
                    ? proofs.votes.filter((one) => one.pending).map((one) => one.intent.stack)
                    : [globalStack],
            warnings: stage.kind === "votes" ? proofs.problems : [],
        })),
        complete: false,
    };
}

/** A settlement that waits for Route 53 is more than a stage may change. */
function unsettled(region: string, deployed: DeployedGlobal): readonly string[] {
    return rolesBackIn(region, deployed) === undefined
        ? []
        : [
              `when that is the name of who writes, the region is not settled yet: meridian settle ${region} --yes`,
          ];
}

function stageResult(stage: FailbackStage, outcome: StageResult["outcome"]): StageResult {
    return { stage: stage.id, outcome, seconds: 0, stacks: [], warnings: [] };
}

function problemOf(outcome: IntentOutcome): string {
    return outcome.kind === "failed"
        ? outcome.error.message
        : outcome.kind === "refused"
          ? `${outcome.stack}: its update would do more than this stage: ${outcome.problems.join("; ")}`
          : outcome.stack;
}

function stageError(
    region: string,
    stage: FailbackStage,
    problems: readonly string[],
): AutomationError {
    return new AutomationError(
        "failed",
        [
            `failback of ${region} stopped at stage ${stage.id}:`,
            ...problems.map((problem) => `  - ${problem}`),
            `run it again once that is put right: meridian failback ${region} --yes`,
        ].join("\n"),
    );
}
