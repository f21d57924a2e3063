import type { StackValidationPolicy } from "@pulumi/policy";

import { reliabilityPillar } from "../../frameworks";
import { selfTest } from "../../voteChecks";
import { voteObjects } from "../../voteObjects";

interface Config {
    readonly regions: readonly string[];
}

/**
 * A region without a vote about another cannot say anything of it: the health check that asks finds no
 * word, which counts as none, and one survivor less is needed for the quorum to be out of reach.
 */
export const otherRegions: StackValidationPolicy = {
    name: "votes-other-regions",
    description: "A region that has votes must have one about every other region.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: reliabilityPillar("REL11-BP04"),
    tags: ["votes", "s3"],
    url: "https://docs.aws.amazon.com/wellarchitected/2023-04-10/framework/rel_withstand_component_failures_avoid_control_plane.html",
    remediationSteps:
        "Write an object votes/<region> for each other region, with the word in-service.",
    configSchema: {
        properties: {
            regions: {
                type: "array",
                items: { type: "string" },
                default: [],
                description:
                    "the estate's regions, as far as the stack's votes do not name them; `meridian` says them by itself",
            },
        },
    },
    validateStack: (args, report) => {
        const votes = voteObjects(args.resources);
        const voters = new Set(
            // In a preview it may not be known whose they are; the update is judged, too.
            votes.flatMap(({ voter }) => (typeof voter === "string" ? [voter] : [])),
        );
        const subjects = votes.map(({ subject }) => subject).filter((one) => one !== selfTest);
        const { regions = [] } = args.getConfig<Partial<Config>>();
        const all = [...new Set([...regions, ...voters, ...subjects])].sort();
        for (const voter of [...voters].sort()) {
            const own = votes.filter((vote) => vote.voter === voter);
            for (const region of all) {
                if (region !== voter && !own.some(({ subject }) => subject === region)) {
                    report(
                        `${voter} has no vote about ${region}, and cannot say that it is to be left; write votes/${region}`,
                        own[0]?.resource.urn,
                    );
                }
            }
        }
    },
};
