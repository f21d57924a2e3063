import { awsRegions } from "../../world/network";
import { geolocationProblem, geoproximityProblem } from "./places";
import { policiesOf, type RecordSet } from "./recordSet";
import { valueProblem } from "./valueRules";

/**
 * What Route 53 says of a record set by itself (`InvalidInput`); empty when it is well formed.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
 */
export function recordProblems(set: RecordSet): readonly string[] {
    return [
        ...nameProblems(set),
        ...targetProblems(set),
        ...policyProblems(set),
        ...(set.values ?? []).flatMap((value) => valueProblem(set.type, value) ?? []),
    ];
}

const types = [
    "A",
    "AAAA",
    "CAA",
    "CNAME",
    "DS",
    "HTTPS",
    "MX",
    "NAPTR",
    "NS",
    "PTR",
    "SOA",
    "SPF",
    "SRV",
    "SSHFP",
    "SVCB",
    "TLSA",
    "TXT",
];

/** How the set is named in an error, as Route 53 does. */
export function describe(set: RecordSet): string {
    return (
        `[Action=CREATE, Name=${set.name}., Type=${set.type}, ` +
        `SetIdentifier=${set.setIdentifier ?? "null"}]`
    );
}

function nameProblems(set: RecordSet): readonly string[] {
    const problems: string[] = [];
    if (!types.includes(set.type)) {
        problems.push(
            `Invalid request: Type must be one of ${types.join(", ")}, got "${set.type}"`,
        );
    }
    // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
    const labels = set.name.split(".");
    if (set.name.length > 255) {
        problems.push(
            `FATAL problem: DomainNameTooLong (Domain name is too long) encountered with '${set.name}'`,
        );
    }
    if (labels.some((label) => label === "")) {
        problems.push(
            `FATAL problem: DomainLabelEmpty (Domain label is empty) encountered with '${set.name}'`,
        );
    }
    for (const label of labels.filter((entry) => entry.length > 63)) {
        problems.push(
            `FATAL problem: DomainLabelTooLong (Domain label is too long) encountered with '${label}'`,
        );
    }
    return problems;
}

function targetProblems(set: RecordSet): readonly string[] {
    const problems: string[] = [];
    const asks =
        "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]";
    const hasValues = set.values !== undefined || set.ttl !== undefined;
    if (set.alias !== undefined && hasValues) {
        problems.push(`${asks}, but found more than one in Change with ${describe(set)}`);
    } else if (set.alias === undefined && (set.values === undefined || set.ttl === undefined)) {
        problems.push(`${asks}, but found none in Change with ${describe(set)}`);
    }
    if (set.ttl !== undefined && !(set.ttl >= 0 && set.ttl <= 2147483647)) {
        problems.push(`Invalid request: TTL must be from 0 to 2147483647, got ${set.ttl}`);
    }
    if (set.values !== undefined && (set.values.length < 1 || set.values.length > 400)) {
        problems.push(
            `Invalid request: a record set has 1 to 400 values, got ${set.values.length}`,
        );
    }
    const seen = new Set<string>();
    for (const value of set.values ?? []) {
        if (seen.has(value)) {
            problems.push(`Duplicate Resource Record: '${value}'`);
        }
        seen.add(value);
    }
    if (set.type === "CNAME" && (set.values?.length ?? 0) > 1) {
        problems.push("Invalid request: a CNAME record set has exactly one value");
    }
    if (set.alias !== undefined && ["NS", "SOA"].includes(set.type)) {
        problems.push(`Invalid request: an alias of type ${set.type} is not allowed`);
    }
    // https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html: CloudFront has no target health.
    if (set.alias?.evaluateTargetHealth === true && set.alias.name.endsWith(".cloudfront.net")) {
        problems.push(
            "EvaluateTargetHealth cannot be set to true when the alias target is a CloudFront distribution",
        );
    }
    return problems;
}

function policyProblems(set: RecordSet): readonly string[] {
    const problems: string[] = [];
    const policies = policiesOf(set);
    const asks =
        "Invalid request: Expected exactly one of [Weight, Region, Failover, GeoLocation, GeoProximityLocation, CidrRoutingConfig, or MultiValueAnswer]";
    if (policies.length > 1) {
        problems.push(`${asks}, but found more than one in Change with ${describe(set)}`);
    }
    const simple = policies[0] === "simple";
    if (simple && set.setIdentifier !== undefined) {
        problems.push(`${asks}, but found none in Change with ${describe(set)}`);
    }
    if (!simple && set.setIdentifier === undefined) {
        problems.push(
            `Invalid request: Missing field 'SetIdentifier' in Change with ${describe(set)}`,
        );
    }
    if (set.setIdentifier !== undefined && !/^.{1,128}$/.test(set.setIdentifier)) {
        problems.push("Invalid request: SetIdentifier has 1 to 128 characters");
    }
    if (set.weight !== undefined) {
        if (!Number.isInteger(set.weight) || set.weight < 0 || set.weight > 255) {
            problems.push(`Invalid request: Weight must be from 0 to 255, got ${set.weight}`);
        }
        // "You can only specify one ResourceRecord per weighted resource record set."
        if ((set.values?.length ?? 0) > 1) {
            problems.push("Invalid request: a weighted record set has one ResourceRecord");
        }
    }
    if (set.region !== undefined && !(awsRegions as readonly string[]).includes(set.region)) {
        problems.push(
            `Invalid request: Region must be one of ${awsRegions.join(", ")}, got "${set.region}"`,
        );
    }
    if (set.region !== undefined && (set.values?.length ?? 0) > 1) {
        problems.push("Invalid request: a latency record set has one ResourceRecord");
    }
    if (set.failover !== undefined) {
        if (!["PRIMARY", "SECONDARY"].includes(set.failover)) {
            problems.push(
                `Invalid request: Failover must be PRIMARY or SECONDARY, got "${set.failover}"`,
            );
        }
        if (set.alias?.evaluateTargetHealth === false) {
            problems.push(
                `EvaluateTargetHealth must be set to true for failover alias resource record sets in Change with ${describe(set)}`,
            );
        }
    }
    const place = set.geolocation === undefined ? undefined : geolocationProblem(set.geolocation);
    if (place !== undefined) {
        problems.push(`Invalid request: ${place}`);
    }
    const proximity =
        set.geoproximity === undefined ? undefined : geoproximityProblem(set.geoproximity);
    if (proximity !== undefined) {
        problems.push(`Invalid request: ${proximity}`);
    }
    if (set.multivalue === true && set.alias !== undefined) {
        problems.push("Invalid request: a multivalue answer record set cannot be an alias");
    }
    return problems;
}
