import { type Mutation, set, without } from "../mutation";

const stack = "global";

/** CloudFront, Global Accelerator and what they log. */
export const edgeMutations: readonly Mutation[] = [
    {
        what: "the edge has no web ACL",
        stack,
        change: set("cloudfront/distribution", "edge", "webAclId", undefined),
        caughtBy: ["access-distribution-firewall"],
    },
    {
        what: "the edge has no second region to ask",
        stack,
        change: set("cloudfront/distribution", "edge", "originGroups", undefined),
        caughtBy: ["recovery-distribution-origins"],
    },
    {
        what: "the edge asks one region alone",
        stack,
        change: set(
            "cloudfront/distribution",
            "edge",
            "defaultCacheBehavior.targetOriginId",
            "nearest",
        ),
        caughtBy: ["recovery-distribution-origins"],
    },
    {
        what: "the edge serves plain HTTP",
        stack,
        change: set(
            "cloudfront/distribution",
            "edge",
            "defaultCacheBehavior.viewerProtocolPolicy",
            "allow-all",
        ),
        caughtBy: ["encryption-distribution-tls"],
    },
    {
        what: "the edge speaks TLS 1.0",
        stack,
        change: set(
            "cloudfront/distribution",
            "edge",
            "viewerCertificate.minimumProtocolVersion",
            "TLSv1",
        ),
        caughtBy: ["encryption-distribution-tls"],
    },
    {
        what: "the edge asks a region over plain HTTP",
        stack,
        change: set(
            "cloudfront/distribution",
            "edge",
            "origins.0.customOriginConfig.originProtocolPolicy",
            "http-only",
        ),
        caughtBy: ["encryption-distribution-tls"],
    },
    {
        what: "the edge's access logs are delivered nowhere",
        stack,
        change: without("cloudwatch/logDelivery", "edge-logs"),
        caughtBy: ["logging-distribution-access-logs"],
    },
    {
        what: "the edge's web ACL logs nothing",
        stack,
        change: without("wafv2/webAclLoggingConfiguration", "edge-firewall"),
        caughtBy: ["logging-web-acl"],
    },
    {
        what: "answers of the edge are not compressed",
        stack,
        change: set("cloudfront/distribution", "edge", "defaultCacheBehavior.compress", false),
        caughtBy: [],
        harmless: "slower for users, and as available",
    },
    {
        what: "the accelerator logs no flows",
        stack,
        change: set("globalaccelerator/accelerator", "direct", "attributes.flowLogsEnabled", false),
        caughtBy: ["logging-accelerator-flow-logs"],
    },
    {
        what: "the accelerator has no door in a region",
        stack,
        change: without("globalaccelerator/endpointGroup", "direct-ap-east-1"),
        caughtBy: [],
        harmless:
            "its users are taken to the next region by the accelerator, as when the region is lost",
    },
    {
        what: "the accelerator's dial for a region is at 0",
        stack,
        change: set(
            "globalaccelerator/endpointGroup",
            "direct-us-east-1",
            "trafficDialPercentage",
            0,
        ),
        caughtBy: [],
        harmless: "what settling an evacuation does; the operator's lever",
    },
    {
        what: "the bucket of the edge's logs may be opened",
        stack,
        change: without("s3/bucketPublicAccessBlock", "edge-logs"),
        caughtBy: ["access-bucket-block-public"],
    },
];
