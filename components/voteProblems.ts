import type { Vote } from "./votes";

/**
 * What is wrong with the votes a region is configured to cast; empty when they are sound.
 *
 * One vote to evacuate at most: with a quorum that is a majority of the voters, two regions could
 * otherwise be voted out at once by the same survivors.
 */
export function voteProblems(
    region: string,
    regions: readonly string[],
    votes: Readonly<Record<string, Vote>>,
): readonly string[] {
    const candidates = regions.filter((other) => other !== region);
    const problems = Object.keys(votes)
        .filter((candidate) => !candidates.includes(candidate))
        .map((candidate) =>
            candidate === region
                ? `\`votes.${candidate}\`: a region does not vote on itself; remove it`
                : `\`votes.${candidate}\`: must be another region of the platform (${candidates.join(", ")})`,
        );
    const evacuated = Object.keys(votes).filter((candidate) => votes[candidate] === "evacuate");
    if (evacuated.length > 1) {
        problems.push(
            `\`votes\`: at most 1 region may be voted out of service at a time, got ${evacuated.sort().join(", ")}; fail one back first`,
        );
    }
    return problems;
}
