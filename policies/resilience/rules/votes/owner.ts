import type { StackValidationPolicy } from "@pulumi/policy";

import { reliabilityPillar } from "../../frameworks";
import { healthCheckType } from "../../routing/recordOf";
import { ofType, unknown } from "../../support";
import { voteObjects } from "../../voteObjects";

/**
 * A vote is changed while a region and Route 53's control plane are gone. A stack that has the health
 * checks, or objects in two regions, cannot be updated then: its update needs what is lost.
 */
export const owner: StackValidationPolicy = {
    name: "votes-owner",
    description:
        "The votes of a region must be in a stack of that region's own, without health checks and without votes of other regions.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: reliabilityPillar("REL11-BP04"),
    tags: ["votes", "s3"],
    url: "https://docs.aws.amazon.com/wellarchitected/2023-04-10/framework/rel_withstand_component_failures_avoid_control_plane.html",
    remediationSteps:
        "Give every region a stack with its votes bucket and its votes, and keep records and health checks in another one.",
    validateStack: (args, report) => {
        const votes = voteObjects(args.resources);
        const first = votes[0]?.resource;
        if (first === undefined) {
            return;
        }
        const [check] = ofType(args.resources, healthCheckType);
        if (check !== undefined) {
            report(
                `the stack has votes and the health check ${check.name}, whose control plane is in us-east-1; move the votes to the stacks of their regions`,
                first.urn,
            );
        }
        const regions = new Set(
            votes
                .map(({ voter }) => voter)
                .filter((region) => region !== unknown && region !== undefined),
        );
        if (regions.size > 1) {
            report(
                `the stack has votes in ${[...regions].sort().join(" and ")}, so that changing one needs both; give each region's votes a stack of their own`,
                first.urn,
            );
        }
    },
};
