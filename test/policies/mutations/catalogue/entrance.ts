import { type Mutation, set, without } from "../mutation";

const stack = "ap-south-1";
const balancer = "meridian-load-balancer";

/** How users come in: load balancer, listeners, firewalls, network. */
export const entranceMutations: readonly Mutation[] = [
    {
        what: "the load balancer passes on headers that no specification allows",
        stack,
        change: set("lb/loadBalancer", balancer, "dropInvalidHeaderFields", undefined),
        caughtBy: ["access-load-balancer-headers"],
    },
    {
        what: "the load balancer only watches ambiguous requests",
        stack,
        change: set("lb/loadBalancer", balancer, "desyncMitigationMode", "monitor"),
        caughtBy: ["access-load-balancer-desync"],
    },
    {
        what: "the load balancer may be deleted",
        stack,
        change: set("lb/loadBalancer", balancer, "enableDeletionProtection", false),
        caughtBy: ["recovery-load-balancer-deletion-protection"],
    },
    {
        what: "the load balancer logs nothing",
        stack,
        change: set("lb/loadBalancer", balancer, "accessLogs.enabled", false),
        caughtBy: ["logging-load-balancer-access-logs"],
    },
    {
        what: "the load balancer stands in one zone",
        stack,
        change: set("lb/loadBalancer", balancer, "subnets", (subnets: unknown) =>
            (subnets as unknown[]).slice(0, 1),
        ),
        caughtBy: ["recovery-load-balancer-zones"],
    },
    {
        what: "the load balancer has no web ACL",
        stack,
        change: without("wafv2/webAclAssociation", /firewall/),
        caughtBy: ["access-load-balancer-firewall"],
    },
    {
        what: "what the load balancer's web ACL blocks is logged nowhere",
        stack,
        change: without("wafv2/webAclLoggingConfiguration", /firewall/),
        caughtBy: ["logging-web-acl"],
    },
    {
        what: "connections are kept for an hour",
        stack,
        change: set("lb/loadBalancer", balancer, "clientKeepAlive", 3600),
        caughtBy: [],
        harmless:
            "AWS's own default; the storefront ends its connections by itself when it is voted out",
    },
    {
        what: "the HTTPS listener speaks TLS 1.0",
        stack,
        change: set("lb/listener", `${balancer}-https`, "sslPolicy", "ELBSecurityPolicy-2016-08"),
        caughtBy: ["encryption-load-balancer-tls"],
    },
    {
        what: "the HTTP listener serves",
        stack,
        change: set("lb/listener", `${balancer}-http`, "defaultActions.0", { type: "forward" }),
        caughtBy: ["encryption-load-balancer-tls"],
    },
    {
        what: "a dead task keeps its users for five minutes",
        stack,
        change: set("lb/targetGroup", balancer, "healthCheck.unhealthyThreshold", 30),
        caughtBy: ["health-target-group-check"],
    },
    {
        what: "tasks are not checked",
        stack,
        change: set("lb/targetGroup", balancer, "healthCheck.enabled", false),
        caughtBy: ["health-target-group-check"],
    },
    {
        what: "requests go to tasks in turn",
        stack,
        change: set("lb/targetGroup", balancer, "loadBalancingAlgorithmType", "round_robin"),
        caughtBy: [],
        harmless: "AWS's own default; it spreads requests less well, and loses none",
    },
    {
        what: "the whole internet reaches the tasks",
        stack,
        change: set(
            "vpc/securityGroupIngressRule",
            "meridian-service-access-requests-in",
            "cidrIpv4",
            "0.0.0.0/0",
        ),
        caughtBy: ["access-public-ports"],
    },
    {
        what: "the whole internet reaches the database, over IPv6",
        stack,
        change: set("vpc/securityGroupIngressRule", "meridian-database-in", "cidrIpv6", "::/0"),
        caughtBy: ["access-public-ports"],
    },
    {
        what: "the load balancer's group opens every port",
        stack,
        change: set(
            "vpc/securityGroupIngressRule",
            "meridian-load-balancer-https-ipv4",
            "ipProtocol",
            "-1",
        ),
        caughtBy: ["access-public-ports"],
    },
    {
        what: "flows are logged nowhere",
        stack,
        change: without("ec2/flowLog", /flow-logs/),
        caughtBy: ["logging-vpc-flow-logs"],
    },
    {
        what: "refused flows are not logged",
        stack,
        change: set("ec2/flowLog", /flow-logs/, "trafficType", "ACCEPT"),
        caughtBy: ["logging-vpc-flow-logs"],
    },
    {
        what: "a log is kept for ever",
        stack,
        change: set("cloudwatch/logGroup", "meridian-service", "retentionInDays", undefined),
        caughtBy: ["logging-retention"],
    },
    {
        what: "a log is kept for three days",
        stack,
        change: set("cloudwatch/logGroup", "meridian-observer", "retentionInDays", 3),
        caughtBy: ["logging-retention"],
    },
    {
        what: "a log is encrypted with AWS's key",
        stack,
        change: set("cloudwatch/logGroup", "meridian-service", "kmsKeyId", undefined),
        caughtBy: ["encryption-log-group-customer-managed-key"],
    },
];
