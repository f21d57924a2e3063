import { both, type Mutation, set, without } from "../mutation";

const stack = "global";
const check = "route53/healthCheck";
const record = "route53/record";

/** Health checks and records. */
export const routingMutations: readonly Mutation[] = [
    {
        what: "a region's endpoint is asked every 30 seconds",
        stack,
        change: set(check, "endpoint-us-east-1", "requestInterval", 30),
        caughtBy: ["health-check-thresholds"],
    },
    {
        what: "a region is given up after ten failures",
        stack,
        change: set(check, "endpoint-us-east-1", "failureThreshold", 10),
        caughtBy: ["health-check-thresholds"],
    },
    {
        what: "a region is asked over plain HTTP",
        stack,
        change: set(check, "endpoint-us-east-1", "type", "HTTP"),
        caughtBy: ["health-check-thresholds"],
    },
    {
        what: "the check of a region is switched off",
        stack,
        change: set(check, "endpoint-us-east-1", "disabled", true),
        caughtBy: ["health-check-thresholds"],
    },
    {
        what: "a region is asked from one place",
        stack,
        change: set(check, "endpoint-us-east-1", "regions", ["us-west-2"]),
        caughtBy: ["health-check-thresholds"],
    },
    {
        what: "a region is out when anything about it is not well, or more than there is",
        stack,
        change: set(check, "in-service-us-east-1", "childHealthThreshold", 3),
        caughtBy: ["health-calculated-threshold"],
    },
    {
        what: "a region is always in service",
        stack,
        change: set(check, "in-service-us-east-1", "childHealthThreshold", 0),
        caughtBy: ["health-calculated-threshold"],
    },
    {
        what: "a region's record follows nothing",
        stack,
        change: both(
            set(record, /^world-us-east-1-a{1,4}$/, "healthCheckId", undefined),
            set(record, /^world-us-east-1-a{1,4}$/, "aliases.0.evaluateTargetHealth", false),
        ),
        caughtBy: ["routing-follows-health"],
    },
    {
        what: "the record of a load balancer does not look at it",
        stack,
        change: set(record, "us-east-1-home-a", "aliases.0.evaluateTargetHealth", false),
        caughtBy: ["routing-follows-health"],
    },
    {
        what: "the rest of the world gets no answer",
        stack,
        change: without(record, /^app-default-/),
        caughtBy: ["routing-default-geolocation"],
    },
    {
        what: "a region's state is kept in caches for an hour",
        stack,
        change: set(record, /^state-us-east-1-/, "ttl", 3600),
        caughtBy: ["routing-ttl"],
    },
    {
        what: "where the cache is may be kept for an hour",
        stack,
        change: set(record, "cache-us-east-1", "ttl", 3600),
        caughtBy: [],
        harmless:
            "the name leads to a region's own cache and to no other one: no failover changes it",
    },
    {
        what: "health checks have no names",
        stack,
        change: set(check, /./, "tags", undefined),
        caughtBy: [],
        harmless: "names are for people in the console",
    },
];
