import type { ResourceValidationPolicy } from "@pulumi/policy";

import { dataPlaneRecovery } from "../framework";
import { voteOf } from "../votes";

/** A region that could vote itself out could not be voted back in by the survivors. */
export const notItself: ResourceValidationPolicy = {
    name: "evacuation-not-itself",
    description: "A region must not have a vote about itself.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: dataPlaneRecovery,
    tags: ["evacuation"],
    remediationSteps: "Remove the object; the other regions vote.",
    validateResource: (args, report) => {
        const vote = voteOf(args);
        if (vote !== undefined && vote.subject === vote.region) {
            report(`votes/${vote.subject} lives in ${vote.subject} itself; remove it`);
        }
    },
};
