import { expect } from "chai";

import type { Props } from "../../../sandbox/world/store";
import { Account, refusal } from "./support/account";

const distributionType = "aws:cloudfront/distribution:Distribution";
const cachePolicyType = "aws:cloudfront/cachePolicy:CachePolicy";
const originRequestPolicyType = "aws:cloudfront/originRequestPolicy:OriginRequestPolicy";
const responseHeadersPolicyType = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy";
const subscriptionType = "aws:cloudfront/monitoringSubscription:MonitoringSubscription";
const certificateArn = "arn:aws:acm:us-east-1:111122223333:certificate/1";
/** AWS's own CachingOptimized. */
const optimized = "658327ea-f89d-4fab-a63d-7e88639e58f6";

describe("CloudFront", () => {
    let account: Account;
    beforeEach(async () => {
        account = await Account.open("us-east-1");
        certificate("browse.example.com");
    });
    afterEach(() => {
        account.close();
    });

    function certificate(domainName: string, status = "ISSUED"): void {
        account.declare("aws:acm/certificate:Certificate", certificateArn, {
            arn: certificateArn,
            domainName,
            subjectAlternativeNames: [domainName],
            domainValidationOptions: [
                { resourceRecordName: "_a.example.com.", resourceRecordValue: "_b." },
            ],
            status,
        });
    }

    const origin = (originId: string, changes: Props = {}): Props => ({
        originId,
        domainName: `${originId}.example.com`,
        connectionAttempts: 2,
        connectionTimeout: 3,
        customOriginConfig: {
            originProtocolPolicy: "https-only",
            originSslProtocols: ["TLSv1.2"],
            httpPort: 80,
            httpsPort: 443,
            originReadTimeout: 10,
        },
        ...changes,
    });
    const custom = (customOriginConfig: Props): Props => origin("a", { customOriginConfig });
    const group = (changes: Props = {}): Props => ({
        originId: "group",
        members: [{ originId: "a" }, { originId: "b" }],
        failoverCriteria: { statusCodes: [500, 502, 503, 504] },
        ...changes,
    });
    const behavior = (changes: Props = {}): Props => ({
        targetOriginId: "group",
        viewerProtocolPolicy: "redirect-to-https",
        allowedMethods: ["GET", "HEAD", "OPTIONS"],
        cachedMethods: ["GET", "HEAD"],
        cachePolicyId: optimized,
        ...changes,
    });
    const own = { acmCertificateArn: certificateArn, sslSupportMethod: "sni-only" };
    const distribution = (changes: Props = {}): Props => ({
        enabled: true,
        aliases: ["browse.example.com"],
        origins: [origin("a"), origin("b")],
        originGroups: [group()],
        defaultCacheBehavior: behavior(),
        viewerCertificate: { ...own, minimumProtocolVersion: "TLSv1.2_2021" },
        restrictions: { geoRestriction: { restrictionType: "none" } },
        ...changes,
    });

    describe("a distribution", () => {
        it("has the names and the zone that AWS gives it, and keeps them", async () => {
            const made = await account.create(distributionType, "d", distribution());
            expect(made.id).to.match(/^E[0-9A-F]{13}$/);
            expect(made.domainName).to.match(/^d[0-9a-f]{14}\.cloudfront\.net$/);
            expect(made.hostedZoneId).to.equal("Z2FDTNDATAQYW2");
            expect(made.arn).to.equal(`arn:aws:cloudfront::111122223333:distribution/${made.id}`);
            const after = await account.update(
                distributionType,
                "d",
                distribution({ comment: "changed" }),
            );
            expect([after.id, after.domainName]).to.deep.equal([made.id, made.domainName]);
            expect(after.etag).not.to.equal(made.etag);
        });

        const refused: readonly [string, Props, string][] = [
            [
                "an origin group of one",
                { originGroups: [group({ members: [{ originId: "a" }] })] },
                "exactly 2 members",
            ],
            [
                "an origin group of one origin twice",
                { originGroups: [group({ members: [{ originId: "a" }, { originId: "a" }] })] },
                'got "a" twice',
            ],
            [
                "an origin group over an origin that is not there",
                { originGroups: [group({ members: [{ originId: "a" }, { originId: "c" }] })] },
                'got "c"',
            ],
            [
                "failover on 401",
                { originGroups: [group({ failoverCriteria: { statusCodes: [401] } })] },
                "got 401",
            ],
            [
                "failover on nothing",
                { originGroups: [group({ failoverCriteria: { statusCodes: [] } })] },
                "at least one status",
            ],
            [
                "11 origin groups",
                {
                    originGroups: Array.from({ length: 11 }, (_, i) =>
                        group({ originId: `g${i}` }),
                    ),
                },
                "at most 10",
            ],
            [
                "an origin and a group of one id",
                { originGroups: [group({ originId: "a" })] },
                '"a" is used more than once',
            ],
            ["no origin", { origins: [] }, "1 to 100 origins"],
            [
                "an address as origin",
                { origins: [origin("a", { domainName: "192.0.2.1" }), origin("b")] },
                "DNS name",
            ],
            [
                "4 connection attempts",
                { origins: [origin("a", { connectionAttempts: 4 }), origin("b")] },
                "from 1 to 3, got 4",
            ],
            [
                "a connection timeout of 11 s",
                { origins: [origin("a", { connectionTimeout: 11 }), origin("b")] },
                "from 1 to 10, got 11",
            ],
            [
                "a read timeout of 0 s",
                {
                    origins: [
                        origin("a", { customOriginConfig: { originReadTimeout: 0 } }),
                        origin("b"),
                    ],
                },
                "from 1 to 120, got 0",
            ],
            [
                "an origin on port 22",
                { origins: [origin("a", { customOriginConfig: { httpPort: 22 } }), origin("b")] },
                "got 22",
            ],
            [
                "no origin protocol",
                {
                    origins: [
                        origin("a", { customOriginConfig: { originSslProtocols: [] } }),
                        origin("b"),
                    ],
                },
                "at least one protocol",
            ],
            ["an origin without a name", { origins: [origin("", {}), origin("b")] }, "1 to 128"],
            [
                "31 headers to an origin",
                {
                    origins: [
                        origin("a", { customHeaders: Array.from({ length: 31 }, () => ({})) }),
                        origin("b"),
                    ],
                },
                "at most 30",
            ],
            [
                "an unknown protocol to an origin",
                { origins: [custom({ originProtocolPolicy: "https" }), origin("b")] },
                "originProtocolPolicy: must be one of",
            ],
            [
                "an origin kept alive for 121 s",
                { origins: [custom({ originKeepaliveTimeout: 121 }), origin("b")] },
                "from 1 to 120, got 121",
            ],
            [
                "TLS 1.3 to an origin",
                { origins: [custom({ originSslProtocols: ["TLSv1.3"] }), origin("b")] },
                'got "TLSv1.3"',
            ],
            [
                "writes to an origin group",
                {
                    defaultCacheBehavior: behavior({
                        allowedMethods: [
                            "DELETE",
                            "GET",
                            "HEAD",
                            "OPTIONS",
                            "PATCH",
                            "POST",
                            "PUT",
                        ],
                    }),
                },
                "cannot include POST, PUT, PATCH, or DELETE",
            ],
            [
                "GET and POST alone",
                { defaultCacheBehavior: behavior({ allowedMethods: ["GET", "POST"] }) },
                "allowedMethods: must be one of",
            ],
            [
                "cached methods that are not allowed",
                {
                    defaultCacheBehavior: behavior({
                        allowedMethods: ["GET", "HEAD"],
                        cachedMethods: ["GET", "HEAD", "OPTIONS"],
                    }),
                },
                "among the allowed methods, got OPTIONS",
            ],
            [
                "a target that is not there",
                { defaultCacheBehavior: behavior({ targetOriginId: "c" }) },
                'got "c"',
            ],
            [
                "a cache policy and its own TTL",
                { defaultCacheBehavior: behavior({ minTtl: 0 }) },
                "cannot be used when a cache policy",
            ],
            [
                "no cache policy",
                { defaultCacheBehavior: behavior({ cachePolicyId: undefined }) },
                "a cache policy or forwardedValues",
            ],
            [
                "an origin request policy alone",
                {
                    defaultCacheBehavior: behavior({
                        cachePolicyId: undefined,
                        forwardedValues: {},
                        originRequestPolicyId: "x",
                    }),
                },
                "needs a cache policy",
            ],
            [
                "an unknown viewer protocol policy",
                { defaultCacheBehavior: behavior({ viewerProtocolPolicy: "https" }) },
                "viewerProtocolPolicy: must be one of",
            ],
            [
                "a path pattern twice",
                {
                    orderedCacheBehaviors: [
                        behavior({ pathPattern: "/a" }),
                        behavior({ pathPattern: "/a" }),
                    ],
                },
                '"/a" is there twice',
            ],
            [
                "75 path patterns beside the default",
                {
                    orderedCacheBehaviors: Array.from({ length: 75 }, (_, i) =>
                        behavior({ pathPattern: `/${i}` }),
                    ),
                },
                "at most 75 behaviors, got 76",
            ],
            ["an unknown HTTP version", { httpVersion: "http4" }, "httpVersion: must be one of"],
            [
                "101 aliases",
                { aliases: Array.from({ length: 101 }, (_, i) => `a${i}.example.com`) },
                "at most 100 are allowed, got 101",
            ],
            [
                "an unknown way to serve TLS",
                { viewerCertificate: { ...own, sslSupportMethod: "any" } },
                "sslSupportMethod: must be one of",
            ],
            [
                "a certificate of another region",
                {
                    viewerCertificate: {
                        ...own,
                        acmCertificateArn: "arn:aws:acm:eu-west-1:111122223333:certificate/1",
                    },
                },
                "must be a certificate in us-east-1",
            ],
            ["no certificate", { viewerCertificate: {} }, "exactly one of"],
            [
                "a certificate without sslSupportMethod",
                { viewerCertificate: { acmCertificateArn: certificateArn } },
                "sslSupportMethod: must be set",
            ],
            [
                "an unknown security policy",
                { viewerCertificate: { ...own, minimumProtocolVersion: "TLSv1.2" } },
                "minimumProtocolVersion: must be one of",
            ],
            [
                "an alias under CloudFront's own certificate",
                { viewerCertificate: { cloudfrontDefaultCertificate: true } },
                "need a certificate that covers them",
            ],
            [
                "TLS 1.2 under CloudFront's own certificate",
                {
                    aliases: [],
                    viewerCertificate: {
                        cloudfrontDefaultCertificate: true,
                        minimumProtocolVersion: "TLSv1.2_2021",
                    },
                },
                "is TLSv1 with CloudFront's own",
            ],
            [
                "an alias twice",
                { aliases: ["browse.example.com", "BROWSE.example.com"] },
                "each domain once",
            ],
            ["an alias that is no name", { aliases: ["browse example"] }, "is not a domain name"],
            [
                "a regional web ACL",
                { webAclId: "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/a/1" },
                "scope CLOUDFRONT",
            ],
            [
                "a whitelist of nobody",
                { restrictions: { geoRestriction: { restrictionType: "whitelist" } } },
                "must name a country",
            ],
            [
                "no restriction with places",
                {
                    restrictions: {
                        geoRestriction: { restrictionType: "none", locations: ["DE"] },
                    },
                },
                "must be empty",
            ],
            ["nothing said of places", { restrictions: {} }, "geoRestriction: missing"],
            [
                "an unknown restriction",
                {
                    restrictions: {
                        geoRestriction: { restrictionType: "some", locations: ["DE"] },
                    },
                },
                "restrictionType: must be one of",
            ],
            [
                "an error kept for less than no time",
                { customErrorResponses: [{ errorCode: 500, errorCachingMinTtl: -1 }] },
                "got -1",
            ],
            [
                "an error response for 418",
                { customErrorResponses: [{ errorCode: 418 }] },
                "got 418",
            ],
            [
                "half an error page",
                { customErrorResponses: [{ errorCode: 404, responseCode: 200 }] },
                "set both or neither",
            ],
            [
                "an unknown price class",
                { priceClass: "PriceClass_300" },
                "priceClass: must be one of",
            ],
        ];
        it("is accepted as it should be", () => {
            expect(account.problems(distributionType, distribution())).to.deep.equal([]);
            const direct = distribution({
                originGroups: [],
                defaultCacheBehavior: behavior({
                    targetOriginId: "a",
                    allowedMethods: ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
                }),
                orderedCacheBehaviors: [behavior({ targetOriginId: "b", pathPattern: "/b" })],
                restrictions: {
                    geoRestriction: { restrictionType: "blacklist", locations: ["XX"] },
                },
            });
            expect(account.problems(distributionType, direct)).to.deep.equal([]);
        });
        for (const [what, changes, words] of refused) {
            it(`is refused with ${what}`, () => {
                expect(account.problems(distributionType, distribution(changes)).join()).to.contain(
                    words,
                );
            });
        }

        const make = (changes: Props = {}, name = "d"): Promise<Props> =>
            account.create(distributionType, name, distribution(changes));

        it("needs a certificate that covers its aliases, by name or by wildcard", async () => {
            expect(await refusal(make({ aliases: ["other.example.com"] }))).to.contain(
                "InvalidViewerCertificate: The certificate that is attached to your distribution doesn't cover",
            );
            certificate("*.example.com");
            await make({ aliases: ["other.example.com"] });
            expect(await refusal(make({ aliases: ["a.b.example.com"] }, "e"))).to.contain(
                "InvalidViewerCertificate",
            );
        });

        it("needs a certificate that is issued", async () => {
            certificate("browse.example.com", "PENDING_VALIDATION");
            expect(await refusal(make())).to.contain("InvalidViewerCertificate");
        });

        it("takes no alias of another distribution", async () => {
            await make();
            expect(await refusal(make({}, "e"))).to.contain("CNAMEAlreadyExists");
        });

        for (const [property, code] of [
            ["cachePolicyId", "NoSuchCachePolicy"],
            ["originRequestPolicyId", "NoSuchOriginRequestPolicy"],
            ["responseHeadersPolicyId", "NoSuchResponseHeadersPolicy"],
        ] as const) {
            it(`is refused with a ${property} that is not there`, async () => {
                const changes = { defaultCacheBehavior: behavior({ [property]: "nothing" }) };
                expect(await refusal(make(changes))).to.contain(code);
            });
        }

        it("needs a web ACL of its own scope that is there", async () => {
            const arn = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/edge/1";
            expect(await refusal(make({ webAclId: arn }))).to.contain("InvalidWebACLId");
            account.declare("aws:wafv2/webAcl:WebAcl", "1", { arn, scope: "CLOUDFRONT" });
            await make({ webAclId: arn });
        });

        it("writes older logs only where ACLs are on", async () => {
            const loggingConfig = { bucket: "logs.s3.amazonaws.com" };
            expect(await refusal(make({ loggingConfig }))).to.contain("doesn't exist");
            account.declare("aws:s3/bucket:Bucket", "logs", { bucket: "logs" });
            expect(await refusal(make({ loggingConfig }))).to.contain("does not enable ACL access");
            account.declare("aws:s3/bucketOwnershipControls:BucketOwnershipControls", "logs", {
                bucket: "logs",
                rule: { objectOwnership: "BucketOwnerPreferred" },
            });
            await make({ loggingConfig });
        });

        it("keeps its certificate from being deleted", async () => {
            const requested = {
                domainName: "shop.example.com",
                validationMethod: "DNS",
            };
            const made = await account.create("aws:acm/certificate:Certificate", "c", requested);
            account.declare(distributionType, "E1", {
                viewerCertificate: { acmCertificateArn: made.arn },
            });
            expect(
                await refusal(account.remove("aws:acm/certificate:Certificate", "c")),
            ).to.contain("ResourceInUseException");
        });

        it("stays behind disabled when it is retained, and is gone otherwise", async () => {
            const kept = await make({ retainOnDelete: true });
            await account.remove(distributionType, "d");
            expect(account.store.get(distributionType, "global", String(kept.id))?.outputs.enabled)
                .to.be.false;
            await make({ aliases: [] }, "e");
            await account.remove(distributionType, "e");
            expect(account.store.list(distributionType)).to.have.length(1);
        });
    });

    const none = {
        cookiesConfig: { cookieBehavior: "none" },
        headersConfig: { headerBehavior: "none" },
        queryStringsConfig: { queryStringBehavior: "none" },
    };

    describe("a cache policy", () => {
        const policy = (changes: Props = {}, key: Props = {}): Props => ({
            name: "catalogue",
            minTtl: 0,
            defaultTtl: 0,
            maxTtl: 300,
            parametersInCacheKeyAndForwardedToOrigin: { ...none, ...key },
            ...changes,
        });
        const refused: readonly [string, Props, string][] = [
            [
                "a default below its least",
                policy({ minTtl: 10 }),
                "must not be below minTtl, 10, got 0",
            ],
            [
                "a default above its most",
                policy({ defaultTtl: 301 }),
                "must not be below defaultTtl",
            ],
            ["a time below none", policy({ minTtl: -1 }), "minTtl: must be"],
            ["a name with a space", policy({ name: "a b" }), "name: must be"],
            [
                "names that nothing asks for",
                policy(
                    {},
                    { headersConfig: { headerBehavior: "none", headers: { items: ["A"] } } },
                ),
                "must be absent for none",
            ],
            [
                "a whitelist of nothing",
                policy({}, { cookiesConfig: { cookieBehavior: "whitelist" } }),
                "at least one name",
            ],
            [
                "11 query strings",
                policy(
                    {},
                    {
                        queryStringsConfig: {
                            queryStringBehavior: "whitelist",
                            queryStrings: { items: Array.from({ length: 11 }, String) },
                        },
                    },
                ),
                "at most 10 are allowed, got 11",
            ],
            [
                "Accept-Encoding in the key",
                policy(
                    {},
                    {
                        headersConfig: {
                            headerBehavior: "whitelist",
                            headers: { items: ["Accept-Encoding"] },
                        },
                    },
                ),
                "cannot be part of the cache key",
            ],
            [
                "a key but no cache",
                policy({ maxTtl: 0 }, { cookiesConfig: { cookieBehavior: "all" } }),
                "disables caching",
            ],
            [
                "compression but no cache",
                policy({ maxTtl: 0 }, { enableAcceptEncodingGzip: true }),
                "must be false",
            ],
            [
                "an unknown behaviour",
                policy({}, { headersConfig: { headerBehavior: "all" } }),
                "must be one of",
            ],
        ];
        it("is accepted as it should be", () => {
            expect(account.problems(cachePolicyType, policy())).to.deep.equal([]);
            expect(account.problems(cachePolicyType, policy({ maxTtl: 0 }))).to.deep.equal([]);
        });
        for (const [what, inputs, words] of refused) {
            it(`is refused with ${what}`, () => {
                expect(account.problems(cachePolicyType, inputs).join()).to.contain(words);
            });
        }

        it("has a name of its own, and stays while a behaviour uses it", async () => {
            const made = await account.create(cachePolicyType, "p", policy());
            expect(await refusal(account.create(cachePolicyType, "q", policy()))).to.contain(
                "CachePolicyAlreadyExists",
            );
            await account.create(
                distributionType,
                "d",
                distribution({ defaultCacheBehavior: behavior({ cachePolicyId: made.id }) }),
            );
            expect(await refusal(account.remove(cachePolicyType, "p"))).to.contain(
                "CachePolicyInUse",
            );
            await account.remove(distributionType, "d");
            await account.remove(cachePolicyType, "p");
        });

        it("is one of 20 at most", async () => {
            for (let index = 0; index < 20; index++) {
                account.declare(cachePolicyType, `id-${index}`, { name: `n${index}` });
            }
            expect(await refusal(account.create(cachePolicyType, "p", policy()))).to.contain(
                "TooManyCachePolicies",
            );
        });
    });

    describe("an origin request policy", () => {
        it("picks headers in ways of its own", () => {
            const policy = (headersConfig: Props): Props => ({ name: "o", ...none, headersConfig });
            for (const headerBehavior of ["none", "allViewer"]) {
                expect(
                    account.problems(originRequestPolicyType, policy({ headerBehavior })),
                ).to.deep.equal([]);
            }
            expect(
                account.problems(originRequestPolicyType, policy({ headerBehavior: "all" })).join(),
            ).to.contain("must be one of");
            expect(
                account
                    .problems(originRequestPolicyType, policy({ headerBehavior: "whitelist" }))
                    .join(),
            ).to.contain("at least one name");
        });

        it("has a name without spaces", () => {
            const named = { ...none, name: "a b" };
            expect(account.problems(originRequestPolicyType, named).join()).to.contain(
                "name: must be",
            );
        });
    });

    describe("a response headers policy", () => {
        const policy = (changes: Props): Props => ({ name: "h", ...changes });
        const security = (securityHeadersConfig: Props): Props => policy({ securityHeadersConfig });
        const frames: Props = {
            securityHeadersConfig: { frameOptions: { frameOption: "DENY", override: true } },
        };
        const header = (name: string): Props => ({ header: name, value: "v", override: true });
        const refused: readonly [string, Props, string][] = [
            ["a name with a space", policy({ ...frames, name: "a b" }), "name: must be"],
            ["no header", policy({}), "at least one of"],
            [
                "an unknown frame option",
                security({ frameOptions: { frameOption: "NEVER" } }),
                "must be one of DENY",
            ],
            [
                "an unknown referrer policy",
                security({ referrerPolicy: { referrerPolicy: "x" } }),
                "must be one of",
            ],
            [
                "a negative age",
                security({ strictTransportSecurity: { accessControlMaxAgeSec: -1 } }),
                "from 0",
            ],
            [
                "a header twice",
                policy({ customHeadersConfig: { items: [header("A"), header("a")] } }),
                "each header once",
            ],
            [
                "11 headers",
                policy({
                    customHeadersConfig: {
                        items: Array.from({ length: 11 }, (_, i) => header(`h${i}`)),
                    },
                }),
                "at most 10",
            ],
        ];
        it("is accepted as it should be", () => {
            expect(
                account.problems(
                    responseHeadersPolicyType,
                    security({ frameOptions: { frameOption: "DENY", override: true } }),
                ),
            ).to.deep.equal([]);
        });
        for (const [what, inputs, words] of refused) {
            it(`is refused with ${what}`, () => {
                expect(account.problems(responseHeadersPolicyType, inputs).join()).to.contain(
                    words,
                );
            });
        }
    });

    describe("a monitoring subscription", () => {
        const status = (distributionId: unknown, realtimeMetricsSubscriptionStatus: string) => ({
            distributionId,
            monitoringSubscription: {
                realtimeMetricsSubscriptionConfig: { realtimeMetricsSubscriptionStatus },
            },
        });

        it("is for a distribution that is there", async () => {
            expect(
                await refusal(account.create(subscriptionType, "m", status("E1", "Enabled"))),
            ).to.contain("NoSuchDistribution");
            const made = await account.create(distributionType, "d", distribution());
            await account.create(subscriptionType, "m", status(made.id, "Enabled"));
        });

        it("is on or off", () => {
            expect(account.problems(subscriptionType, status("E1", "On")).join()).to.contain(
                "must be one of Disabled, Enabled",
            );
        });
    });

    describe("an alias", () => {
        const zoneId = "Z0123456789EXAMPLE";
        const alias = (
            name: unknown,
            target: unknown,
            evaluateTargetHealth = false,
        ): Promise<Props> =>
            account.create("aws:route53/record:Record", "browse", {
                zoneId,
                name: "browse.example.com",
                type: "A",
                aliases: [{ name, zoneId: target, evaluateTargetHealth }],
            });
        beforeEach(() => {
            account.declare(
                "aws:route53/zone:Zone",
                zoneId,
                { name: "example.com", nameServers: ["ns-1.example.com"] },
                "global",
            );
        });

        it("leads to a distribution that is there, in the zone of all distributions", async () => {
            const made = await account.create(distributionType, "d", distribution());
            expect(made.hostedZoneId).to.equal("Z2FDTNDATAQYW2");
            expect(await refusal(alias("d0.cloudfront.net", made.hostedZoneId))).to.contain(
                "that target was not found",
            );
            expect(await refusal(alias(made.domainName, "Z32O12XQLNTSW2"))).to.contain(
                "does not lie within the target zone",
            );
            await alias(made.domainName, made.hostedZoneId);
        });

        it("goes by no health of a distribution", async () => {
            const made = await account.create(distributionType, "d", distribution());
            expect(await refusal(alias(made.domainName, made.hostedZoneId, true))).to.contain(
                "EvaluateTargetHealth cannot be set to true",
            );
        });
    });
});
