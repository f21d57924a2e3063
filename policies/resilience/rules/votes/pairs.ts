import type { ReportViolation, StackValidationPolicy } from "@pulumi/policy";

import { reliabilityPillar } from "../../frameworks";
import { recordTreeOf } from "../../recordTree";
import { evacuate, selfTest, type VoteCheck, voteChecksIn } from "../../voteChecks";

/**
 * A vote that nobody reads is no vote, and one that is read the wrong way round takes a region out when
 * its voter dies. Which regions vote shows in the update where it is not known before.
 */
export const pairs: StackValidationPolicy = {
    name: "votes-pairs",
    description:
        "Every region must have a health check on what each other region says of it, and one on whether that other one could say it.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: reliabilityPillar("REL11-BP04"),
    tags: ["votes", "route53"],
    url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html",
    remediationSteps:
        'Make a health check of type HTTPS_STR_MATCH on /votes/<region> of each other region\'s votes bucket, with searchString "evacuate", inverted; and one, not inverted, on /votes/self-test.',
    validateStack: (args, report) => {
        const tree = recordTreeOf(args.resources);
        const checks = voteChecksIn(tree);
        for (const each of checks) {
            judgeCheck(each, report);
        }
        const voters = new Set(checks.map(({ voter }) => voter));
        if (voters.has(undefined)) {
            return;
        }
        const regions = [
            ...new Set([
                ...(voters as Set<string>),
                ...checks.flatMap(({ subject }) => (subject === selfTest ? [] : [subject])),
            ]),
        ].sort();
        const has = new Set(checks.map(({ voter, subject }) => `${voter} ${subject}`));
        for (const voter of regions) {
            const missing = [...regions.filter((region) => region !== voter), selfTest].filter(
                (subject) => !has.has(`${voter} ${subject}`),
            );
            for (const subject of missing) {
                report(
                    subject === selfTest
                        ? `no health check reads /votes/self-test of ${voter}, so that nobody knows whether it could vote; add one that is not inverted`
                        : `no health check reads what ${voter} says of ${subject}; add one on /votes/${subject} of its bucket`,
                    checks[0]?.check.urn,
                );
            }
        }
    },
};

function judgeCheck({ check, subject, voter }: VoteCheck, report: ReportViolation): void {
    const { type, inverted, searchString, urn } = check;
    if (type !== "HTTPS_STR_MATCH") {
        report(
            `type is ${JSON.stringify(type)}, which does not read what /votes/${subject} says; set it to "HTTPS_STR_MATCH"`,
            urn,
        );
    } else if (searchString !== undefined && searchString !== evacuate) {
        report(
            `searchString is ${JSON.stringify(searchString)}, which no vote says; set it to "${evacuate}"`,
            urn,
        );
    }
    if (subject === voter) {
        report(`${voter} has a say in its own evacuation; let the other regions vote`, urn);
    }
    if (subject === selfTest && inverted) {
        report(
            "the check on /votes/self-test is inverted, so that it is healthy when nobody can read it; set invertHealthcheck to false",
            urn,
        );
    }
    if (subject !== selfTest && !inverted) {
        report(
            `the check on /votes/${subject} is not inverted, so that a region which cannot be read counts as a vote; set invertHealthcheck to true`,
            urn,
        );
    }
}
