import type { ResourceValidationPolicy } from "@pulumi/policy";

import { route53Guide } from "../../frameworks";
import { read, resourcesOfType, show, unknown } from "../../support";

interface Config {
    readonly interval: number;
    readonly minimumThreshold: number;
    readonly maximumThreshold: number;
    readonly minimumRegions: number;
}

const derived = ["CALCULATED", "CLOUDWATCH_METRIC", "RECOVERY_CONTROL"];

/**
 * How fast and how surely a failure is seen. An inverted string match is healthy *until* the text
 * appears, so that a single match is proof and one observation is enough; every other check needs two
 * or three in a row.
 */
export const endpointCheck: ResourceValidationPolicy = {
    name: "health-check-thresholds",
    description:
        "A Route 53 health check must be enabled, and one of an endpoint must use HTTPS, a 10 s interval, a threshold of 2 to 3 and at least 3 checker regions.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: route53Guide("dns-failover-determining-health-of-endpoints"),
    tags: ["health", "route53"],
    url: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html",
    remediationSteps:
        "Use type HTTPS or HTTPS_STR_MATCH, requestInterval 10, failureThreshold 2 or 3, and name at least 3 regions or none (which means all eight).",
    configSchema: {
        properties: {
            interval: { type: "number", enum: [10, 30], default: 10 },
            minimumThreshold: { type: "number", minimum: 1, maximum: 10, default: 2 },
            maximumThreshold: { type: "number", minimum: 1, maximum: 10, default: 3 },
            minimumRegions: { type: "number", minimum: 3, maximum: 8, default: 3 },
        },
    },
    validateResource: resourcesOfType(
        "aws:route53/healthCheck:HealthCheck",
        (props, report, args) => {
            const config = args.getConfig<Config>();
            if (read(() => props["disabled"]) === true) {
                report(
                    "disabled is true, so Route 53 takes the check for healthy whatever happens; remove it",
                );
            }
            const type = read(() => props["type"]);
            if (derived.includes(String(type))) {
                return;
            }
            if (type !== unknown && type !== "HTTPS" && type !== "HTTPS_STR_MATCH") {
                report(
                    `type is ${show(type)}; it must be HTTPS or HTTPS_STR_MATCH, or a broken certificate set-up stays unseen`,
                );
            }
            const interval = read(() => props["requestInterval"]);
            if (interval !== unknown && (interval ?? 30) !== config.interval) {
                report(
                    `requestInterval is ${show(interval ?? 30)}; it must be ${config.interval} (it cannot be changed later: the check is replaced)`,
                );
            }
            const inverted = read(() => props["invertHealthcheck"]) === true;
            if (inverted && type !== unknown && type !== "HTTPS_STR_MATCH") {
                report(
                    "invertHealthcheck is true, so the check is healthy while nobody answers; remove it",
                );
            }
            const invertedMatch = type === "HTTPS_STR_MATCH" && inverted;
            const minimum = invertedMatch ? 1 : config.minimumThreshold;
            const threshold = read(() => props["failureThreshold"]);
            const number = threshold === unknown ? minimum : Number(threshold ?? 3);
            if (number < minimum || number > config.maximumThreshold) {
                report(
                    `failureThreshold is ${number}; it must be ${minimum} to ${config.maximumThreshold}: fewer flaps, more detects late`,
                );
            }
            const regions = read(() => props["regions"]);
            if (
                Array.isArray(regions) &&
                regions.length > 0 &&
                regions.length < config.minimumRegions
            ) {
                report(
                    `regions names ${regions.length}; name at least ${config.minimumRegions}, or none for all eight`,
                );
            }
        },
    ),
};
