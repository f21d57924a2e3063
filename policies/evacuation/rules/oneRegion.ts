import type { StackValidationPolicy } from "@pulumi/policy";

import { dataPlaneRecovery } from "../framework";
import { selfTest, votesIn } from "../votes";

/**
 * Every region out costs a quorum of votes, and nobody has more than one: whatever several operators do
 * at the same time, at most (regions / quorum) of them can be out. Of four with a quorum of two, two stay.
 *
 * A rule on stacks: it takes two votes to break it, and a rule on resources is shown one. In a failover
 * `evacuation-named-region` refuses the second vote before it is cast, whichever the first is.
 */
export const oneRegion: StackValidationPolicy = {
    name: "evacuation-one-region",
    description: "A region must not vote against more than one other region at a time.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: dataPlaneRecovery,
    tags: ["evacuation"],
    remediationSteps:
        "Fail the first region back, or set its vote to in-service, before evacuating another.",
    validateStack: (args, report) => {
        const against = votesIn(args.resources).filter(
            ({ subject, body }) => subject !== selfTest && body === "evacuate",
        );
        if (against.length > 1) {
            report(
                `this region votes against ${against.map(({ subject }) => subject).join(" and ")}; it may vote against one`,
                against[1]?.urn,
            );
        }
    },
};
