import type { ReportViolation, StackValidationPolicy } from "@pulumi/policy";

import { reliabilityPillar } from "../../frameworks";
import { recordTreeOf } from "../../recordTree";
import type { HealthCheck } from "../../routing/healthChecks";
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
        "Make one calculated check of all votes on the region, with a childHealthThreshold that leaves the others one vote short of a majority: children - majority + 1. Beside the votes it may have the region's own endpoint, as a majority of checks that ask the same.",
    validateStack: (args, report) => {
        const tree = recordTreeOf(args.resources);
        const votes = voteChecksIn(tree).filter(({ subject }) => subject !== selfTest);
        const subjectOf = new Map(votes.map(({ check, subject }) => [check, subject]));
        const counted = new Set<string>();
        for (const sum of tree.checks.all) {
            const children = tree.checks.children(sum);
            const subjects = new Set(
                children.flatMap((child) => (child && subjectOf.get(child)) ?? []),
            );
            const [subject, ...others] = [...subjects];
            if (subject === undefined) {
                continue;
            }
            counted.add(subject);
            const all = votes.filter((vote) => vote.subject === subject);
            const beside = children.filter((child) => !child || !subjectOf.has(child));
            if (others.length > 0 || children.length - beside.length !== all.length) {
                report(
                    `it counts ${children.length - beside.length} votes, and there are ${all.length} on ${subject}; count these and no other region's`,
                    sum.urn,
                );
                continue;
            }
            judgeSum(sum, subject, all.length, beside, report);
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

/**
 * A sum of votes decides by itself when the rest of it is well. The rest has to be one thing, or one vote
 * and one check of something else would do; and weigh a majority, or nothing follows when it fails.
 */
function judgeSum(
    { urn, threshold, inverted }: HealthCheck,
    subject: string,
    votes: number,
    beside: readonly (HealthCheck | undefined)[],
    report: ReportViolation,
): void {
    const majority = Math.floor(votes / 2) + 1;
    const needed = votes + beside.length - threshold + 1;
    if (needed !== majority || inverted) {
        report(
            `${inverted ? "it is inverted" : `${needed} of ${votes} votes take ${subject} out`}; it must be ${majority}, so set childHealthThreshold to ${votes + beside.length - majority + 1} and do not invert it`,
            urn,
        );
        return;
    }
    const asked = new Set(beside.map(questionOf));
    if (asked.size > 1) {
        report(
            `beside the votes on ${subject} it counts checks of ${asked.size} things, so that one that fails stands for a vote; count one of them`,
            urn,
        );
    } else if (asked.size === 1 && beside.length < majority) {
        report(
            `beside the votes on ${subject} it counts ${beside.length} check${beside.length === 1 ? "" : "s"} of the region's endpoint, which votes outweigh; count ${majority} that ask the same`,
            urn,
        );
    }
}

/** What a check asks whom: the same for checks that fail together. */
function questionOf(check: HealthCheck | undefined): string {
    return check === undefined
        ? ""
        : JSON.stringify([
              check.type,
              check.host ?? check.hostFrom,
              check.path,
              check.searchString,
          ]);
}
