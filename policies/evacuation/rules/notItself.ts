import type { StackValidationPolicy } from "@pulumi/policy";

import { dataPlaneRecovery } from "../framework";
import { votesIn } from "../votes";

/** A region that could vote itself out could not be voted back in by the survivors. */
export const notItself: StackValidationPolicy = {
    name: "evacuation-not-itself",
    description: "A region must not have a vote about itself.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: dataPlaneRecovery,
    tags: ["evacuation"],
    remediationSteps: "Remove the object; the other regions vote.",
    validateStack: (args, report) => {
        for (const { subject, region, urn } of votesIn(args.resources)) {
            if (subject === region) {
                report(`votes/${subject} lives in ${subject} itself; remove it`, urn);
            }
        }
    },
};
