import { votersFor, type Topology } from "../infra/topology";
import type { DeployedShares } from "./deployedGlobal";
import { votesAgainst, type DeployedVotes } from "./deployedVotes";
import { AutomationError } from "./errors";
import { checkRegion } from "./failoverPlan";

/** One step of a failback. */
export type FailbackStage =
    /** The region serves this percent of its own users; the rest goes to the region that stands in. */
    | { readonly id: string; readonly kind: "share"; readonly percent: number }
    /** The accelerator sends the region's nearest clients to it again. */
    | { readonly id: string; readonly kind: "dial"; readonly percent: 100 }
    /** The survivors' votes are taken back. */
    | { readonly id: "votes"; readonly kind: "votes" }
    /** The region writes again, the database or the caches, if it did before it was settled. */
    | { readonly id: "writer"; readonly kind: "writer" };

const votesStage: FailbackStage = { id: "votes", kind: "votes" };
const writerStage: FailbackStage = { id: "writer", kind: "writer" };
const dialStage: FailbackStage = { id: "dial-100", kind: "dial", percent: 100 };

/** All stages in order. The share drops to 1 first, so that taking the votes back moves almost nothing. */
export const failbackStages: readonly FailbackStage[] = [
    share(1),
    votesStage,
    share(10),
    share(25),
    share(50),
    share(100),
    dialStage,
    // Last: what writes should be what carries all of its users well.
    writerStage,
];

/**
 * The stages that are left. Pure; derived from what is deployed and not from a record, so that a
 * failback that was killed continues where it stopped.
 *
 * @param deployed its shares, and whether it is where a role belongs that another region has.
 * @param unfinished a failover or failback of the region did not reach its end: files may hold what is not deployed.
 * @throws AutomationError `usage` for an unknown region, `refused` when there is nothing to fail back.
 */
export function planFailback(
    region: string,
    topology: Topology,
    votes: DeployedVotes,
    deployed: DeployedShares & { readonly rolesAway: boolean },
    unfinished: boolean,
): readonly FailbackStage[] {
    checkRegion(region, topology);
    const against = votesAgainst(votes, region).length;
    if (against >= topology.quorum) {
        return failbackStages.filter(
            (stage) =>
                (stage.kind !== "dial" || deployed.dial < 100) &&
                (stage.kind !== "writer" || deployed.rolesAway),
        );
    }
    const whole = deployed.share >= 100 && deployed.dial >= 100 && !deployed.rolesAway;
    if (against === 0 && whole && !unfinished) {
        throw new AutomationError(
            "refused",
            `${region} is in service with all of its share: no vote is against it, nothing to fail back`,
        );
    }
    // In service by now: its share must not drop again.
    const left = failbackStages.filter(
        (stage) =>
            (stage.kind === "share" && stage.percent > deployed.share) ||
            (stage.kind === "dial" && stage.percent > deployed.dial) ||
            (stage.kind === "writer" && deployed.rolesAway),
    );
    return against > 0 || unfinished || deployed.share <= 1 ? [votesStage, ...left] : left;
}

/** How many survivors must take their vote back before the region can be in service. */
export function votesToClear(region: string, topology: Topology): number {
    return votersFor(region, topology).length - topology.quorum + 1;
}

function share(percent: number): FailbackStage {
    return { id: `share-${percent}`, kind: "share", percent };
}
