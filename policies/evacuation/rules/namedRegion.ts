import type { ResourceValidationPolicy } from "@pulumi/policy";

import { dataPlaneRecovery } from "../framework";
import { impairedRegionSetting } from "../impairedRegion";
import { selfTest, voteOf } from "../votes";

interface Config {
    readonly impairedRegion: string;
    readonly regions: readonly string[];
}

/**
 * What the operator says the update is about, checked against what it does. Without configuration any
 * region may be voted out: the packs then run in updates that are about something else.
 */
export const namedRegion: ResourceValidationPolicy = {
    name: "evacuation-named-region",
    description:
        "A region must vote on regions of the platform only, and against none but the one that is declared impaired.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: dataPlaneRecovery,
    tags: ["evacuation"],
    remediationSteps:
        "Correct meridian:votes in the stack's configuration, or impairedRegion and regions in the pack's.",
    configSchema: {
        properties: {
            impairedRegion: impairedRegionSetting,
            regions: {
                type: "array",
                items: { type: "string" },
                default: [],
                description: "regions of the platform; empty: not looked at",
            },
        },
    },
    validateResource: (args, report) => {
        const { impairedRegion, regions } = args.getConfig<Config>();
        const vote = voteOf(args);
        if (vote === undefined || vote.subject === selfTest) {
            return;
        }
        const { subject, body } = vote;
        if (regions.length > 0 && !regions.includes(subject)) {
            report(
                `votes/${subject} is about no region of the platform; it has ${regions.join(", ")}`,
            );
        }
        if (impairedRegion !== "" && body === "evacuate" && subject !== impairedRegion) {
            report(
                `votes/${subject} says evacuate, but ${impairedRegion} is the region declared impaired; set it to in-service`,
            );
        }
    },
};
