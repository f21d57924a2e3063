import { expect } from "chai";

import { Edge } from "../../components/edge";
import { policyAllows } from "../../sandbox/aws/support/policyDocument";
import { setMocks, settled, type Registrations } from "../support/mocks";

const distributionType = "aws:cloudfront/distribution:Distribution";
const topic = "arn:aws:sns:us-east-1:111122223333:meridian-alarms";

describe("the edge", () => {
    let registered: Registrations;

    before(async () => {
        registered = await setMocks({ region: "eu-central-1" });
        new Edge("edge", {
            accountId: "111122223333",
            zoneId: "Z0123456789EXAMPLE",
            domain: "example.com",
            secondaryRegion: "eu-west-1",
            requestsPerFiveMinutes: 2000,
            catalogueReadsPerFiveMinutes: 3000,
            topicArns: [topic],
            logRetentionDays: 90,
            deletionProtection: true,
        });
        await settled();
    });

    it("asks the name that DNS leads to the nearest region, then the second region's own", () => {
        const { origins, originGroups } = registered.inputs(distributionType, "edge");
        expect(
            (origins as Record<string, unknown>[]).map(
                ({ domainName, connectionAttempts, connectionTimeout }) => [
                    domainName,
                    connectionAttempts,
                    connectionTimeout,
                ],
            ),
        ).to.deep.equal([
            ["app.example.com", 2, 3],
            ["eu-west-1.origin.example.com", 2, 3],
        ]);
        expect(originGroups).to.deep.equal([
            {
                originId: "regions",
                failoverCriteria: { statusCodes: [500, 502, 503, 504] },
                members: [{ originId: "nearest" }, { originId: "second" }],
            },
        ]);
    });

    it("takes reads alone, over TLS 1.2, under policies of its own", () => {
        const inputs = registered.inputs(distributionType, "edge");
        expect(inputs["defaultCacheBehavior"]).to.deep.equal({
            targetOriginId: "regions",
            viewerProtocolPolicy: "redirect-to-https",
            allowedMethods: ["GET", "HEAD", "OPTIONS"],
            cachedMethods: ["GET", "HEAD"],
            compress: true,
            cachePolicyId: "edge-policies-cache-id",
            originRequestPolicyId: "edge-policies-origin-id",
            responseHeadersPolicyId: "edge-policies-headers-id",
        });
        expect(inputs["viewerCertificate"]).to.deep.include({
            sslSupportMethod: "sni-only",
            minimumProtocolVersion: "TLSv1.2_2021",
        });
        expect(inputs["aliases"]).to.deep.equal(["browse.example.com"]);
        expect(registered.one(distributionType, "edge").options.protect).to.be.true;
    });

    it("keeps nothing that the storefront does not call public, and no error", () => {
        expect(
            registered.inputs("aws:cloudfront/cachePolicy:CachePolicy", "edge-policies-cache"),
        ).to.deep.include({ minTtl: 0, defaultTtl: 0, maxTtl: 300 });
        const { customErrorResponses } = registered.inputs(distributionType, "edge");
        expect(customErrorResponses).to.deep.include({ errorCode: 500, errorCachingMinTtl: 0 });
    });

    it("has everything with a region in us-east-1, wherever its stack is", () => {
        const regions = registered.all
            .filter(({ custom, type }) => custom && !/cloudfront|route53/.test(type))
            .map(({ type, inputs }) => [type, (inputs as { region?: string }).region]);
        expect(regions.length).to.be.above(10);
        expect(regions.filter(([, region]) => region !== "us-east-1")).to.deep.equal([]);
    });

    it("lets CloudFront's log delivery for this account write, with the bucket's own key", () => {
        const policy = registered.inputs("aws:s3/bucketPolicy:BucketPolicy", "edge-logs")["policy"];
        const allows = (account: string): boolean =>
            policyAllows(String(policy), {
                principal: { service: "delivery.logs.amazonaws.com" },
                action: "s3:PutObject",
                resource: "arn:aws:s3:::meridian-edge-logs-111122223333/AWSLogs/111122223333/x",
                context: {
                    "aws:SourceAccount": account,
                    "aws:SourceArn": `arn:aws:logs:us-east-1:${account}:delivery-source:meridian-edge`,
                },
            });
        expect([allows("111122223333"), allows("999988887777")]).to.deep.equal([true, false]);
        expect(
            registered.inputs(
                "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
                "edge-logs",
            )["rules"],
        ).to.have.nested.property("[0].applyServerSideEncryptionByDefault.sseAlgorithm", "aws:kms");
    });

    it("has a web ACL of AWS's rules and a rate for the catalogue and for the rest", () => {
        const acl = registered.inputs("aws:wafv2/webAcl:WebAcl", "edge-firewall");
        expect(acl["scope"]).to.equal("CLOUDFRONT");
        const rules = acl["rules"] as { name: string; statement: Record<string, unknown> }[];
        expect(rules.map(({ name }) => name)).to.deep.equal([
            "rate",
            "catalogue-rate",
            "AWSManagedRulesAmazonIpReputationList",
            "AWSManagedRulesKnownBadInputsRuleSet",
            "AWSManagedRulesCommonRuleSet",
        ]);
        const limits = rules.flatMap(
            ({ statement }) =>
                (statement["rateBasedStatement"] as { limit: number } | undefined)?.limit ?? [],
        );
        expect(limits).to.deep.equal([2000, 3000]);
    });

    it("leads its name to the distribution, and rings when it fails", () => {
        for (const family of ["a", "aaaa"]) {
            expect(
                registered.inputs("aws:route53/record:Record", `edge-browse-${family}`),
            ).to.deep.include({
                name: "browse.example.com",
                aliases: [
                    {
                        name: "d111111abcdef8.cloudfront.net",
                        zoneId: "Z2FDTNDATAQYW2",
                        evaluateTargetHealth: false,
                    },
                ],
            });
        }
        expect(
            registered.inputs("aws:cloudwatch/metricAlarm:MetricAlarm", "edge-errors"),
        ).to.deep.include({ metricName: "5xxErrorRate", alarmActions: [topic] });
    });
});
