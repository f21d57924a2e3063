import type { Props } from "../../../sandbox/world/store";
import { account, type Declaring } from "./estate";

export const distributionId = "E2EXAMPLE1234";
export const distributionName = "d111111abcdef8.cloudfront.net";
export const webAclArn = `arn:aws:wafv2:us-east-1:${account}:global/webacl/edge/1`;

const type = (name: string): string =>
    `aws:cloudfront/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`;

/** A distribution over two origins, as the control planes would have it; `changes` go over it. */
export function declareDistribution(
    world: Declaring,
    origins: readonly [string, string],
    changes: Props = {},
): void {
    const certificateArn = `arn:aws:acm:us-east-1:${account}:certificate/edge`;
    world.declare(
        "aws:acm/certificate:Certificate",
        "us-east-1",
        certificateArn,
        { domainName: "browse.example.com", subjectAlternativeNames: ["browse.example.com"] },
        { arn: certificateArn },
    );
    world.declare(type("CachePolicy"), "global", "policy", {
        minTtl: 0,
        defaultTtl: 0,
        maxTtl: 300,
        parametersInCacheKeyAndForwardedToOrigin: {
            cookiesConfig: { cookieBehavior: "none" },
            headersConfig: { headerBehavior: "none" },
            queryStringsConfig: { queryStringBehavior: "none" },
        },
    });
    world.declare(type("ResponseHeadersPolicy"), "global", "headers", {
        securityHeadersConfig: { frameOptions: { frameOption: "DENY", override: true } },
    });
    world.declare(
        type("Distribution"),
        "global",
        distributionId,
        {
            enabled: true,
            aliases: ["browse.example.com"],
            origins: origins.map((domainName, index) => ({
                originId: `o${index}`,
                domainName,
                connectionAttempts: 2,
                connectionTimeout: 3,
                customOriginConfig: { originProtocolPolicy: "https-only", originReadTimeout: 10 },
            })),
            originGroups: [
                {
                    originId: "group",
                    members: [{ originId: "o0" }, { originId: "o1" }],
                    failoverCriteria: { statusCodes: [500, 502, 503, 504] },
                },
            ],
            defaultCacheBehavior: {
                targetOriginId: "group",
                viewerProtocolPolicy: "redirect-to-https",
                allowedMethods: ["GET", "HEAD", "OPTIONS"],
                cachedMethods: ["GET", "HEAD"],
                cachePolicyId: "policy",
                responseHeadersPolicyId: "headers",
            },
            customErrorResponses: [500, 502, 503, 504].map((errorCode) => ({
                errorCode,
                errorCachingMinTtl: 0,
            })),
            viewerCertificate: {
                acmCertificateArn: certificateArn,
                minimumProtocolVersion: "TLSv1.2_2021",
            },
            ...changes,
        },
        { id: distributionId, domainName: distributionName },
    );
}

/** A web ACL for the edge that lets an address send so many requests in five minutes. */
export function declareRateLimit(world: Declaring, limit: number): void {
    world.declare(
        "aws:wafv2/webAcl:WebAcl",
        "us-east-1",
        "acl",
        {
            name: "edge",
            scope: "CLOUDFRONT",
            defaultAction: { allow: {} },
            visibilityConfig: { metricName: "edge" },
            rules: [
                {
                    name: "rate",
                    priority: 0,
                    action: { block: {} },
                    statement: { rateBasedStatement: { limit, aggregateKeyType: "IP" } },
                    visibilityConfig: { metricName: "rate" },
                },
            ],
        },
        { arn: webAclArn },
    );
}
