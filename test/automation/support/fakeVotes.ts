import type { DeployedVotes } from "../../../automation/deployedVotes";
import { topology, votersFor } from "../../../infra/topology";

/** Everyone else's votes against these regions. */
export function votesAgainstRegions(...regions: readonly string[]): DeployedVotes {
    return Object.fromEntries(
        Object.keys(topology.regions).map((voter) => [
            voter,
            {
                kind: "known" as const,
                votes: Object.fromEntries(
                    regions
                        .filter((region) => votersFor(region).includes(voter))
                        .map((region) => [region, "evacuate" as const]),
                ),
            },
        ]),
    );
}
