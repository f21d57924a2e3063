import { globalStack, isRegion, regionNames, votersFor, type Topology } from "../infra/topology";
import { votesAgainst, type DeployedVotes } from "./deployedVotes";
import { AutomationError } from "./errors";

export interface FailoverPlan {
    readonly region: string;
    readonly quorum: number;
    /** The regions that are asked to vote, sorted; those that already did are among them. */
    readonly voters: readonly string[];
    /** The regions that cannot vote, and why. */
    readonly unavailable: readonly { readonly region: string; readonly reason: string }[];
}

/** @throws AutomationError `usage` when `region` is not one of the topology's. */
export function checkRegion(region: string, topology: Topology): void {
    if (!isRegion(region, topology)) {
        const what = region === globalStack ? "the global stack is not a region" : "unknown region";
        throw new AutomationError(
            "usage",
            `${what}: ${JSON.stringify(region)}; the regions are ${regionNames(topology).join(", ")}`,
        );
    }
}

/**
 * Who has to vote so that `region` leaves service, or why it may not leave. Pure.
 *
 * @param resuming an unfinished failover of the region is being finished: votes that are already cast are fine.
 * @throws AutomationError `usage` for an unknown region, `refused` for what must not be done.
 */
export function planFailover(
    region: string,
    topology: Topology,
    votes: DeployedVotes,
    resuming: boolean,
): FailoverPlan {
    checkRegion(region, topology);
    const { quorum } = topology;
    const regions = regionNames(topology);
    const out = regions.filter((name) => votesAgainst(votes, name).length >= quorum);

    if (out.includes(region) && !resuming) {
        const against = votesAgainst(votes, region);
        throw new AutomationError(
            "refused",
            `${region} is already evacuated: ${against.join(", ")} voted it out (${against.length} of ${quorum} votes needed); ` +
                `bring it back with: meridian failback ${region}`,
        );
    }
    const left = regions.filter((name) => name !== region && !out.includes(name));
    if (left.length === 0) {
        throw new AutomationError(
            "refused",
            `${region} is the last region in service (evacuated: ${out.join(", ")}); ` +
                `fail another back first: meridian failback ${out[0]}`,
        );
    }

    const unavailable = votersFor(region, topology).flatMap((voter) => {
        const reason = whyNot(voter, region, votes);
        return reason === undefined ? [] : [{ region: voter, reason }];
    });
    const voters = votersFor(region, topology).filter(
        (voter) => !unavailable.some((one) => one.region === voter),
    );
    if (voters.length < quorum) {
        throw new AutomationError(
            "refused",
            `${region} needs ${quorum} votes to be evacuated and only ${voters.length} can be cast:\n` +
                unavailable.map((one) => `  - ${named(one.region, one.reason)}`).join("\n") +
                `\n${cure(out)}`,
        );
    }
    return { region, quorum, voters, unavailable };
}

/** A reason that says whose it is, once. */
export function named(stack: string, reason: string): string {
    return reason.startsWith(`${stack}: `) ? reason : `${stack}: ${reason}`;
}

/** Why a region cannot vote on another. A region holds at most one vote, so that two are never out at once. */
function whyNot(voter: string, region: string, votes: DeployedVotes): string | undefined {
    const own = votes[voter];
    if (own === undefined || own.kind === "unknown") {
        return own?.reason ?? "its votes are not known";
    }
    const other = Object.entries(own.votes).find(
        ([name, vote]) => vote === "evacuate" && name !== region,
    );
    return other === undefined ? undefined : `it already votes against ${other[0]}`;
}

function cure(out: readonly string[]): string {
    return out.length > 0
        ? `fail ${out.join(" and ")} back first (meridian failback ${out[0]}), or, if ${out.length > 1 ? "they" : "it"} cannot come back, ` +
              "take the region's records out of the global stack by hand once Route 53's control plane answers"
        : "repair the stacks above, or take the region's records out of the global stack by hand once Route 53's control plane answers";
}
