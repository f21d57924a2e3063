import { globalStack } from "../../infra/topology";
import { standInWithout } from "../cacheMove";
import { isWriteName } from "../changeProof";
import { readDeployedGlobal, type DeployedGlobal } from "../deployedGlobal";
import { readDeployedVotes, votesAgainst, type DeployedVotes } from "../deployedVotes";
import { AutomationError } from "../errors";
import { runFolder, type Estate } from "../estate";
import { checkRegion } from "../failoverPlan";
import { checkPackConfigs, type AskOptions } from "../gate/askPacks";
import { Journal, type StepObserver } from "../journal";
import { Lease } from "../lease";
import type { Known, Probes } from "../probes";
import {
    planIntents,
    runIntents,
    type Intent,
    type IntentOutcome,
    type ProvenIntent,
} from "../provenUpdate";
import { dialIntent, settleIntent } from "../settlement";
import type { Update } from "../stacks";
import { rolesAsTheyAre, writerAwayFrom } from "../writerMove";
import { nameResult, reachResults, type SettleResult } from "./settleResults";

export interface SettleOptions extends Pick<AskOptions, "askPack"> {
    readonly region: string;
    /** Without it, a dry run: previewed and proven, nothing written. */
    readonly yes: boolean;
    /** The region's latest writes may be lost, where there is no other way to make another one write. */
    readonly acceptDataLoss?: boolean;
    readonly probes: Pick<Probes, "namesCanChange">;
    readonly onStep?: StepObserver;
    readonly onProgress?: (line: string) => void;
    readonly signal?: AbortSignal;
}

export interface SettleReport {
    readonly region: string;
    readonly dryRun: boolean;
    readonly results: readonly SettleResult[];
    /** Whether nothing is left. */
    readonly complete: boolean;
}

/** What there is to do, proven. */
interface Proof {
    /** The dial and the roles: neither needs the region nor Route 53. */
    readonly reach: ProvenIntent;
    /** The name that leads to who writes: needs Route 53's control plane, and comes after the roles. */
    readonly name: ProvenIntent;
    /** Why the roles stay as they are. */
    readonly problem: AutomationError | undefined;
}

/**
 * Takes an evacuated region out of what votes do not take away: the accelerator's dial, and the roles of
 * a region that writes, with the name that leads to who writes. Needs the control planes of the things
 * themselves, and not the region's; what needs Route 53's is left for a second run while that is away.
 * Safe to run again.
 *
 * @throws AutomationError `refused` for a region that is in service; `failed` when an update fails, or
 * when the roles cannot move without a loss that nobody accepted: the dial is turned down all the same.
 */
export async function settle(estate: Estate, options: SettleOptions): Promise<SettleReport> {
    const { region } = options;
    checkRegion(region, estate.topology);
    await checkPackConfigs(estate, options);
    const lease = options.yes ? await Lease.take(runFolder(estate), `settle ${region}`) : undefined;
    try {
        await refuseWhileUnfinished(estate, region);
        const votes = await readDeployedVotes(estate);
        refuseInService(estate, region, votes);
        options.onProgress?.("proving what settles");
        const deployed = await readDeployedGlobal(estate, region);
        const proof = await prove(estate, options, deployed, votes);
        const results = options.yes
            ? await carryOut(estate, options, deployed, proof)
            : plannedResults(options, deployed, proof);
        if (proof.problem !== undefined) {
            throw proof.problem;
        }
        return {
            region,
            dryRun: !options.yes,
            results,
            complete: results.every(({ outcome }) => ["done", "settled-before"].includes(outcome)),
        };
    } finally {
        await lease?.release();
    }
}

/** Roles that cannot move are no reason to leave the dial where it is. */
async function prove(
    estate: Estate,
    { region, signal, acceptDataLoss = false }: SettleOptions,
    { roles, cache, dial }: DeployedGlobal,
    votes: DeployedVotes,
): Promise<Proof> {
    const moved = roles && writerAwayFrom(region, roles, estate.topology, votes, acceptDataLoss);
    const proveOne = async (intent: Intent): Promise<ProvenIntent | AutomationError> => {
        const { proven, rejected } = await planIntents(estate, [intent], signal);
        return proven[0] ?? failure(region, rejected, moved !== undefined && !acceptDataLoss);
    };
    // A killed failback may have left another writer in the file than the one that is deployed.
    const wanted = roles && {
        writer: moved ?? rolesAsTheyAre(roles),
        cache: cache && {
            standIn: standInWithout(
                region,
                cache,
                { before: roles.writer, after: (moved ?? roles).writer },
                estate.topology,
                votes,
            ),
        },
    };
    const whole = await proveOne(settleIntent(estate, region, wanted));
    if (!(whole instanceof AutomationError)) {
        return { ...parts(whole), problem: undefined };
    }
    if (moved === undefined || dial === 0) {
        throw whole;
    }
    const alone = await proveOne(dialIntent(estate, "settle", region));
    if (alone instanceof AutomationError) {
        throw whole;
    }
    return { ...parts(alone), problem: whole };
}

/** One preview, two updates: what is in reach must not wait for what may not be. */
function parts(proven: ProvenIntent): Omit<Proof, "problem"> {
    const { changes } = proven.preview;
    const names = changes.filter(isWriteName).map(({ urn }) => urn);
    const targets = proven.targets.filter((urn) => !names.includes(urn));
    return {
        reach: {
            ...proven,
            targets,
            // Without any change, outputs alone may be behind.
            pending: targets.length > 0 || (proven.pending && names.length === 0),
        },
        name: { ...proven, targets: names, pending: names.length > 0 },
    };
}

async function carryOut(
    estate: Estate,
    options: SettleOptions,
    deployed: DeployedGlobal,
    { reach, name }: Proof,
): Promise<readonly SettleResult[]> {
    const { region, signal } = options;
    const journal = await Journal.open(runFolder(estate), "settle", region, options.onStep);
    const run = async (stage: string, proven: ProvenIntent): Promise<Update | undefined> => {
        const [outcome] = await runIntents(estate, [proven], { journal, stage, needed: 1, signal });
        if (outcome?.kind === "failed" || outcome?.kind === "refused") {
            signal?.throwIfAborted();
            throw failure(region, [outcome], false);
        }
        return outcome?.kind === "updated" ? outcome.update : undefined;
    };
    options.onProgress?.(reach.intent.message);
    const update = await run("reach", reach);
    const results = [...reachResults(region, deployed, reach.preview, update, false)];
    if (name.pending) {
        options.onProgress?.("the name of who writes follows");
        const answer: Known<true> =
            deployed.zoneId === undefined
                ? { kind: "unknown", reason: `stack ${globalStack} does not say its zone` }
                : await options.probes.namesCanChange(deployed.zoneId);
        results.push(
            answer.kind === "known"
                ? nameResult("done", (await run("name", name))?.seconds ?? 0)
                : nameResult("left", 0, answer.reason),
        );
    }
    await journal.finish();
    return results;
}

function plannedResults(
    { region }: SettleOptions,
    deployed: DeployedGlobal,
    { reach, name }: Proof,
): readonly SettleResult[] {
    return [
        ...reachResults(region, deployed, reach.preview, undefined, true),
        ...(name.pending ? [nameResult("planned", 0)] : []),
    ];
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

function refuseInService(estate: Estate, region: string, votes: DeployedVotes): void {
    const { quorum } = estate.topology;
    const against = votesAgainst(votes, region);
    if (against.length < quorum) {
        throw new AutomationError(
            "refused",
            `${region} is in service (${against.length} of ${quorum} votes are against it), and settling is for one that was voted out: ` +
                `meridian failover ${region}`,
        );
    }
}

function failure(
    region: string,
    outcomes: readonly IntentOutcome[],
    lossIsAnOption: boolean,
): AutomationError {
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
            ...(lossIsAnOption
                ? [
                      `or, if its latest writes may be lost: meridian settle ${region} --accept-data-loss --yes`,
                  ]
                : []),
        ].join("\n"),
    );
}
