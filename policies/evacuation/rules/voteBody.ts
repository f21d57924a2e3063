import type { ResourceValidationPolicy } from "@pulumi/policy";

import { dataPlaneRecovery } from "../framework";
import { selfTest, unknown, voteOf } from "../votes";

const bodies = ["in-service", "evacuate"];

/** Anything else is read as "no vote" by the health checkers: a typo would be silent. */
export const voteBody: ResourceValidationPolicy = {
    name: "evacuation-vote-body",
    description: "A vote must say in-service or evacuate, and the self-test always evacuate.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: dataPlaneRecovery,
    tags: ["evacuation"],
    remediationSteps: "Correct meridian:votes in the stack's configuration.",
    validateResource: (args, report) => {
        const vote = voteOf(args);
        if (vote === undefined || vote.body === unknown) {
            return;
        }
        const { subject, body } = vote;
        const allowed = subject === selfTest ? ["evacuate"] : bodies;
        if (typeof body !== "string" || !allowed.includes(body)) {
            report(
                `votes/${subject} says ${JSON.stringify(body) ?? "something that is not in its content"}; its content must be ${allowed.join(" or ")}`,
            );
        }
    },
};
