import type { StackValidationPolicy } from "@pulumi/policy";

import { dataPlaneRecovery } from "../framework";
import { impairedRegionSetting } from "../impairedRegion";
import { selfTest, votesIn } from "../votes";

interface Config {
    readonly impairedRegion: string;
    readonly targets: readonly string[];
}

/**
 * A policy sees what a stack will be, and not what it was; the engine changes nothing outside an
 * update's targets. So whoever evacuates names them, to the engine and here.
 */
export const nothingButVotes: StackValidationPolicy = {
    name: "evacuation-nothing-but-votes",
    description: "An update that evacuates a region must be limited to the votes on it.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: dataPlaneRecovery,
    tags: ["evacuation"],
    remediationSteps:
        "Deploy the other changes by themselves, in quiet times; target nothing but votes/<impaired region>.",
    configSchema: {
        properties: {
            impairedRegion: impairedRegionSetting,
            targets: {
                type: "array",
                items: { type: "string" },
                default: [],
                description: "URNs that the update is limited to; empty: not looked at",
            },
        },
    },
    validateStack: (args, report) => {
        const { impairedRegion, targets } = args.getConfig<Config>();
        const votes = new Map(votesIn(args.resources).map((vote) => [vote.urn, vote]));
        for (const urn of targets) {
            const vote = votes.get(urn);
            const name = urn.split("::").pop() ?? urn;
            if (vote === undefined || vote.subject === selfTest) {
                report(
                    `the update may change ${name}, which is no vote; it may change votes and nothing else`,
                    urn,
                );
            } else if (impairedRegion !== "" && vote.subject !== impairedRegion) {
                report(
                    `the update may change votes/${vote.subject}, but it is about ${impairedRegion}; it may change votes/${impairedRegion}`,
                    urn,
                );
            }
        }
    },
};
