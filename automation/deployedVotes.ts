import { z } from "zod";

import { regionNames } from "../infra/topology";
import { messageOf } from "./errors";
import type { Estate } from "./estate";
import type { Vote } from "./stackConfig";

/** What one region says of the others, as deployed; or why that cannot be told. */
export type VotesOf =
    | { readonly kind: "known"; readonly votes: Readonly<Record<string, Vote>> }
    | { readonly kind: "unknown"; readonly reason: string };

/** By voting region. */
export type DeployedVotes = Readonly<Record<string, VotesOf>>;

// Only what a failover needs: it must not depend on outputs that it never reads.
const votesSchema = z.object({ votes: z.record(z.string(), z.enum(["in-service", "evacuate"])) });

/** Reads every region's votes from its stack's outputs: from the state, not from the region. */
export async function readDeployedVotes(estate: Estate): Promise<DeployedVotes> {
    const entries = await Promise.all(
        regionNames(estate.topology).map(async (region): Promise<[string, VotesOf]> => [
            region,
            await votesOf(estate, region),
        ]),
    );
    return Object.fromEntries(entries);
}

async function votesOf(estate: Estate, region: string): Promise<VotesOf> {
    try {
        const outputs = await estate.stacks.outputs(region);
        if (outputs === undefined || Object.keys(outputs).length === 0) {
            return { kind: "unknown", reason: `stack ${region} is not deployed` };
        }
        const parsed = votesSchema.safeParse(outputs);
        return parsed.success
            ? { kind: "known", votes: parsed.data.votes }
            : { kind: "unknown", reason: `stack ${region} does not export its votes` };
    } catch (error) {
        return { kind: "unknown", reason: messageOf(error) };
    }
}

/** The regions that say `evacuate` of `region`, sorted. */
export function votesAgainst(votes: DeployedVotes, region: string): readonly string[] {
    return Object.entries(votes)
        .filter(([, of]) => of.kind === "known" && of.votes[region] === "evacuate")
        .map(([voter]) => voter)
        .sort();
}
