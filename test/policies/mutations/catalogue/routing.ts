import { both, type Mutation, set, without } from "../mutation";

const stack = "global";
const check = "route53/healthCheck";
const record = "route53/record";

/** Health checks and records. */
export const routingMutations: readonly Mutation[] = [
    {
        what: "a region's endpoint is asked every 30 seconds",
        stack,
        change: set(check, /^endpoint-us-east-1/, "requestInterval", 30),
        caughtBy: ["health-check-thresholds"],
    },
    {
        what: "a region is given up after ten failures",
        stack,
        change: set(check, /^endpoint-us-east-1/, "failureThreshold", 10),
        caughtBy: ["health-check-thresholds"],
    },
    {
        what: "a region is asked over plain HTTP",
        stack,
        change: set(check, /^endpoint-us-east-1/, "type", "HTTP"),
        caughtBy: ["health-check-thresholds"],
    },
    {
        what: "the check of a region is switched off",
        stack,
        change: set(check, /^endpoint-us-east-1/, "disabled", true),
        caughtBy: ["health-check-thresholds"],
    },
    {
        what: "a region is asked from one place",
        stack,
        change: set(check, /^endpoint-us-east-1/, "regions", ["us-west-2"]),
        caughtBy: ["health-check-thresholds"],
    },
    {
        what: "a region is out when anything about it is not well, or more than there is",
        stack,
        change: set(check, "in-service-us-east-1", "childHealthThreshold", 6),
        caughtBy: ["health-calculated-threshold", "routing-reachable", "votes-quorum"],
    },
    {
        what: "a region is always in service",
        stack,
        change: set(check, "in-service-us-east-1", "childHealthThreshold", 0),
        caughtBy: [
            "health-calculated-threshold",
            "routing-evacuated-regions",
            "routing-reachable",
            "votes-quorum",
        ],
    },
    {
        what: "a region's record follows nothing",
        stack,
        change: both(
            set(record, /^world-us-east-1-a{1,4}$/, "healthCheckId", undefined),
            set(record, /^world-us-east-1-a{1,4}$/, "aliases.0.evaluateTargetHealth", false),
        ),
        caughtBy: ["routing-evacuated-regions", "routing-follows-health"],
    },
    {
        what: "the record of a load balancer does not look at it",
        stack,
        change: set(record, "us-east-1-home-a", "aliases.0.evaluateTargetHealth", false),
        caughtBy: ["routing-follows-health", "routing-reachable"],
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
        what: "a region's record follows its load balancer, and no votes",
        stack,
        change: set(record, "world-us-east-1-a", "healthCheckId", undefined),
        caughtBy: ["routing-evacuated-regions"],
    },
    {
        what: "a region's record follows another region's votes",
        stack,
        change: set(record, "world-us-east-1-a", "healthCheckId", "in-service-eu-west-1-id"),
        caughtBy: ["capacity-region-loss", "routing-evacuated-regions"],
    },
    {
        what: "users near one region are taken for users near another",
        stack,
        change: set(record, "world-us-east-1-a", "latencyRoutingPolicies.0.region", "ap-south-1"),
        caughtBy: ["routing-unique-records"],
    },
    {
        what: "two regions' records have one identifier",
        stack,
        change: set(record, "world-eu-west-1-aaaa", "setIdentifier", "us-east-1"),
        caughtBy: ["routing-unique-records"],
    },
    {
        what: "the default leads to a name that nobody has",
        stack,
        change: set(record, "app-default-a", "aliases.0.name", "wrld.app.example.com"),
        caughtBy: ["routing-alias-targets"],
    },
    {
        what: "a region's record leads back to where it came from",
        stack,
        change: set(record, "world-us-east-1-a", "aliases.0.name", "app.example.com"),
        caughtBy: ["routing-alias-targets"],
    },
    {
        what: "a region's home record has a weight and a latency",
        stack,
        change: both(
            set(record, "us-east-1-home-a", "weightedRoutingPolicies", undefined),
            set(record, "us-east-1-home-a", "latencyRoutingPolicies", [{ region: "us-east-1" }]),
        ),
        caughtBy: ["routing-evacuated-regions", "routing-one-policy"],
    },
    {
        what: "a region's home record leads to another region",
        stack,
        change: set(
            record,
            "us-east-1-home-a",
            "aliases.0.name",
            "meridian-load-balancer-123.eu-west-1.elb.amazonaws.com",
        ),
        caughtBy: ["routing-evacuated-regions"],
    },
    {
        what: "a region's check is turned round",
        stack,
        change: set(check, /^endpoint-us-east-1/, "invertHealthcheck", true),
        caughtBy: ["health-check-thresholds"],
    },
    {
        what: "a region's check asks another region",
        stack,
        change: set(
            check,
            /^endpoint-us-east-1/,
            "fqdn",
            "meridian-load-balancer-123.eu-west-1.elb.amazonaws.com",
        ),
        caughtBy: ["capacity-region-loss"],
    },
    {
        what: "a region is in service when it is well or not voted out",
        stack,
        change: set(check, "in-service-us-east-1", "childHealthThreshold", 2),
        caughtBy: ["routing-evacuated-regions", "votes-quorum"],
    },
    {
        what: "the name that payments are made at has no standby",
        stack,
        change: without(record, /^write-secondary-/),
        caughtBy: ["routing-failover-pair"],
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
