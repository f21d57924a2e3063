// Caught by encryption-distribution-tls: site
// Caught by recovery-distribution-origins: site
import * as aws from "@pulumi/aws";

const origin = (originId: string) => ({
    originId,
    domainName: `${originId}.origin.example.com`,
    customOriginConfig: {
        httpPort: 80,
        httpsPort: 443,
        originProtocolPolicy: "https-only",
        originSslProtocols: ["TLSv1.2"],
    },
});
const cached = {
    allowedMethods: ["GET", "HEAD"],
    cachedMethods: ["GET", "HEAD"],
    cachePolicyId: "658327ea-f89d-4fab-a63d-7e88639e58f6",
};

new aws.cloudfront.Distribution("site", {
    enabled: true,
    aliases: ["www.example.com"],
    webAclId:
        "arn:aws:wafv2:us-east-1:111122223333:global/webacl/site/a1b2c3d4-5678-90ab-cdef-111122223333",
    origins: [origin("eu-west-1"), origin("us-east-1")],
    originGroups: [
        {
            originId: "both",
            failoverCriteria: { statusCodes: [500, 502, 503, 504] },
            members: [{ originId: "eu-west-1" }, { originId: "us-east-1" }],
        },
    ],
    defaultCacheBehavior: {
        ...cached,
        targetOriginId: "both",
        viewerProtocolPolicy: "redirect-to-https",
    },
    // Podcast players. Added by marketing.
    orderedCacheBehaviors: [
        {
            ...cached,
            pathPattern: "/feeds/*",
            targetOriginId: "eu-west-1",
            viewerProtocolPolicy: "allow-all",
        },
    ],
    loggingConfig: { bucket: "edge-logs.s3.amazonaws.com" },
    restrictions: { geoRestriction: { restrictionType: "none" } },
    viewerCertificate: {
        acmCertificateArn:
            "arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012",
        sslSupportMethod: "sni-only",
        minimumProtocolVersion: "TLSv1.2_2021",
    },
});
