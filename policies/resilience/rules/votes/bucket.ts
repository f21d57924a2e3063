import type { PolicyResource, ReportViolation, StackValidationPolicy } from "@pulumi/policy";

import { Attachments } from "../../attachments";
import { bucketsWith } from "../../buckets";
import { serviceGuide } from "../../frameworks";
import { type Statement, statementsOf } from "../../policyText";
import { read, show, unknown } from "../../support";
import { selfTestKey, voteObjects } from "../../voteObjects";

interface Config {
    readonly checkerRanges: readonly string[];
}

/** As AWS publishes them for ROUTE53_HEALTHCHECKS in ip-ranges.json, IPv4; of November 2026. */
const checkerRanges = [
    "15.177.0.0/18",
    "54.183.255.128/26",
    "54.228.16.0/26",
    "54.232.40.64/26",
    "54.241.32.64/26",
    "54.243.31.192/26",
    "54.244.52.192/26",
    "54.245.168.0/26",
    "54.248.220.0/26",
    "54.250.253.192/26",
    "54.251.31.128/26",
    "54.252.79.128/26",
    "54.252.254.192/26",
    "54.255.254.192/26",
    "107.23.255.0/26",
    "176.34.159.192/26",
    "177.71.207.128/26",
];

export const bucket: StackValidationPolicy = {
    name: "votes-bucket",
    description:
        "A bucket of votes must have a self-test, and let Route 53's health checkers read the votes, and nobody else.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: serviceGuide(
        "Amazon S3",
        "AmazonS3/latest/userguide/access-control-block-public-access",
    ),
    tags: ["votes", "s3"],
    url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/route-53-ip-addresses.html",
    remediationSteps:
        "Allow s3:GetObject on <bucket>/votes/* to everybody with an IpAddress condition on aws:SourceIp that names the health checkers' ranges, and write votes/self-test with the word evacuate.",
    configSchema: {
        properties: {
            checkerRanges: {
                type: "array",
                items: { type: "string" },
                default: checkerRanges,
                description: "address ranges that Route 53's health checkers ask from",
            },
        },
    },
    validateStack: (args, report) => {
        const { checkerRanges: ranges } = args.getConfig<Config>();
        const objects = new Attachments(
            voteObjects(args.resources).map(({ resource }) => resource),
            "bucket",
        );
        for (const { resource, name, parts } of bucketsWith(args.resources, "BucketPolicy")) {
            const own = objects.of(resource, "bucket", "id");
            if (own.length === 0) {
                continue;
            }
            if (!own.some(({ props }) => read(() => props["key"]) === selfTestKey)) {
                report(
                    `bucket ${show(name)} has votes and no votes/self-test, so that nobody knows whether they can be read; add it`,
                    resource.urn,
                );
            }
            const policies = parts.map(({ props }) => read(() => props["policy"]));
            if (!policies.includes(unknown)) {
                judgePolicies(policies, ranges, name, resource, report);
            }
        }
    },
};

function judgePolicies(
    policies: readonly unknown[],
    ranges: readonly string[],
    name: unknown,
    { urn }: PolicyResource,
    report: ReportViolation,
): void {
    const open = policies
        .flatMap(statementsOf)
        .filter(({ allows, everybody }) => allows && everybody);
    if (!open.some(({ actions }) => actions.includes("s3:GetObject"))) {
        report(
            `bucket ${show(name)} lets no health checker read its votes, so that it can cast none; allow them s3:GetObject on its votes/*`,
            urn,
        );
    }
    for (const statement of open) {
        const sources = sourcesOf(statement);
        const strangers = sources?.filter((range) => !ranges.includes(range));
        if (strangers === undefined || strangers.length > 0) {
            report(
                `bucket ${show(name)} lets ${strangers === undefined ? "everybody" : strangers.join(", ")} in by statement ${statement.name}; name the health checkers' ranges in IpAddress aws:SourceIp and no other`,
                urn,
            );
        }
        const beyond = [
            ...statement.inverted,
            ...statement.actions.filter((action) => action !== "s3:GetObject"),
            ...statement.resources.filter((resource) => !/\/votes\/[^*]*\*?$/.test(resource)),
        ];
        if (beyond.length > 0) {
            report(
                `bucket ${show(name)} grants ${beyond.join(", ")} by statement ${statement.name}; grant s3:GetObject on its votes/* and nothing else`,
                urn,
            );
        }
    }
}

/** Ranges that a statement is limited to; undefined when it is limited to none. */
function sourcesOf({ conditions }: Statement): readonly string[] | undefined {
    const limits = conditions.filter(
        ({ operator, key }) => operator === "IpAddress" && key === "aws:sourceip",
    );
    return limits.length === 0 ? undefined : limits.flatMap(({ values }) => values);
}
