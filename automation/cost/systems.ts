import type { CostResource } from "./pricedResource";
import { isVotes } from "./rules/data";

/** What the votes are reported as. */
export const votesSystem = "votes";

/** By the module of the type token. */
const systems: Readonly<Record<string, string>> = {
    acm: "certificates",
    appautoscaling: "service",
    backup: "tables",
    cloudfront: "edge",
    cloudwatch: "alarms and logs",
    dynamodb: "tables",
    ec2: "network",
    ecs: "service",
    elasticache: "cache",
    globalaccelerator: "accelerator",
    iam: "permissions",
    kinesis: "streams",
    kms: "keys",
    lambda: "functions and messages",
    lb: "load balancers",
    rds: "database",
    route53: "dns",
    s3: "buckets",
    secretsmanager: "secrets",
    sns: "functions and messages",
    sqs: "functions and messages",
    vpc: "network",
    wafv2: "firewall",
};

/** What the resource is a part of, as the report counts it. */
export function systemOf(resource: Pick<CostResource, "urn" | "type" | "name">): string {
    if (isVotingPart(resource)) {
        return votesSystem;
    }
    const module = /^aws:([^/]+)\//.exec(resource.type)?.[1] ?? "";
    return systems[module] ?? module;
}

/**
 * The vote mechanism: the votes themselves, every health check that follows from them, and the alarms
 * of their levers. What would be there without it, one check of each region's endpoint, is not.
 */
function isVotingPart({ urn, type, name }: Pick<CostResource, "urn" | "type" | "name">): boolean {
    return (
        isVotes(urn) ||
        urn.includes("meridian:components:LeverAlarms$") ||
        (type === "aws:route53/healthCheck:HealthCheck" &&
            /^(vote|lever|in-service)-|^endpoint-.+-copy\d+$/.test(name))
    );
}
