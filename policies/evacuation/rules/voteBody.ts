import type { StackValidationPolicy } from "@pulumi/policy";

import { dataPlaneRecovery } from "../framework";
import { selfTest, unknown, votesIn } from "../votes";

const bodies = ["in-service", "evacuate"];

/** Anything else is read as "no vote" by the health checkers: a typo would be silent. */
export const voteBody: StackValidationPolicy = {
    name: "evacuation-vote-body",
    description: "A vote must say in-service or evacuate, and the self-test always evacuate.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: dataPlaneRecovery,
    tags: ["evacuation"],
    remediationSteps: "Correct meridian:votes in the stack's configuration.",
    validateStack: (args, report) => {
        for (const { subject, body, urn } of votesIn(args.resources)) {
            const allowed = subject === selfTest ? ["evacuate"] : bodies;
            if (body !== unknown && (typeof body !== "string" || !allowed.includes(body))) {
                report(
                    `votes/${subject} says ${JSON.stringify(body) ?? "something that is not in its content"}; its content must be ${allowed.join(" or ")}`,
                    urn,
                );
            }
        }
    },
};
