import type { StackValidationPolicy } from "@pulumi/policy";

import { reliabilityPillar } from "../../frameworks";
import { recordTreeOf } from "../../recordTree";
import { selfTest, voteChecksIn } from "../../voteChecks";

/**
 * One region alone must never take another out, and a majority must always be able to: with fewer, a
 * region that is wrong about the others decides; with more, a second loss leaves nobody to decide.
 */
export const quorum: StackValidationPolicy = {
    name: "votes-quorum",
    description:
        "A region must leave service when a majority of the other regions say so, and not before.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: reliabilityPillar("REL11-BP04"),
    tags: ["votes", "route53"],
    url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html#health-checks-creating-values-calculated",
    remediationSteps:
        "Make one calculated check of all votes on the region, with a childHealthThreshold that leaves the others one vote short of a majority: votes - majority + 1.",
    validateStack: (args, report) => {
        const tree = recordTreeOf(args.resources);
        const votes = voteChecksIn(tree).filter(({ subject }) => subject !== selfTest);
        const subjectOf = new Map(votes.map(({ check, subject }) => [check, subject]));
        const counted = new Set<string>();
        for (const tally of tree.checks.all) {
            const children = tree.checks.children(tally);
            const subjects = new Set(
                children.flatMap((child) => (child && subjectOf.get(child)) ?? []),
            );
            const [subject, ...others] = [...subjects];
            if (subject === undefined) {
                continue;
            }
            counted.add(subject);
            const all = votes.filter((vote) => vote.subject === subject);
            if (others.length > 0 || children.length !== all.length) {
                report(
                    `it counts ${children.length} checks, and there are ${all.length} votes on ${subject}; count these and nothing else`,
                    tally.urn,
                );
                continue;
            }
            const majority = Math.floor(all.length / 2) + 1;
            const needed = all.length - tally.threshold + 1;
            if (needed !== majority || tally.inverted) {
                report(
                    `${tally.inverted ? "it is inverted" : `${needed} of ${all.length} votes take ${subject} out`}; it must be ${majority}, so set childHealthThreshold to ${all.length - majority + 1} and do not invert it`,
                    tally.urn,
                );
            }
        }
        for (const { check, subject } of votes) {
            if (!counted.has(subject)) {
                counted.add(subject);
                report(
                    `no calculated check counts the votes on ${subject}, so that they decide nothing, or each by itself; add one`,
                    check.urn,
                );
            }
        }
    },
};
