import * as cloudfront from "@pulumi/aws/cloudfront";
import * as pulumi from "@pulumi/pulumi";

/**
 * What the edge keeps, what it tells origins, and what it adds to answers. The catalogue is the same
 * for everybody, so nothing of a user is in a cache key or reaches an origin.
 */
export class EdgePolicies extends pulumi.ComponentResource {
    readonly cachePolicyId: pulumi.Output<string>;
    readonly originRequestPolicyId: pulumi.Output<string>;
    readonly responseHeadersPolicyId: pulumi.Output<string>;

    constructor(name: string, _args: object, opts?: pulumi.ComponentResourceOptions) {
        super("meridian:components:EdgePolicies", name, {}, opts);

        this.cachePolicyId = new cloudfront.CachePolicy(
            `${name}-cache`,
            {
                name: "meridian-catalogue",
                comment: "As long as the storefront says, five minutes at most",
                minTtl: 0,
                // What the storefront does not call public is somebody's own: it is never kept.
                defaultTtl: 0,
                maxTtl: 300,
                parametersInCacheKeyAndForwardedToOrigin: {
                    cookiesConfig: { cookieBehavior: "none" },
                    headersConfig: { headerBehavior: "none" },
                    // The routes of the catalogue have no query; one in the key would only split the cache.
                    queryStringsConfig: { queryStringBehavior: "none" },
                    enableAcceptEncodingBrotli: true,
                    enableAcceptEncodingGzip: true,
                },
            },
            { parent: this },
        ).id;
        this.originRequestPolicyId = new cloudfront.OriginRequestPolicy(
            `${name}-origin`,
            {
                name: "meridian-catalogue",
                comment: "Nothing of the viewer's; the Host stays the origin's own",
                cookiesConfig: { cookieBehavior: "none" },
                headersConfig: { headerBehavior: "none" },
                queryStringsConfig: { queryStringBehavior: "none" },
            },
            { parent: this },
        ).id;
        this.responseHeadersPolicyId = new cloudfront.ResponseHeadersPolicy(
            `${name}-headers`,
            {
                name: "meridian-catalogue",
                securityHeadersConfig: {
                    strictTransportSecurity: {
                        accessControlMaxAgeSec: 31_536_000,
                        includeSubdomains: true,
                        override: true,
                    },
                    contentTypeOptions: { override: true },
                    frameOptions: { frameOption: "DENY", override: true },
                    referrerPolicy: { referrerPolicy: "no-referrer", override: true },
                },
            },
            { parent: this },
        ).id;

        this.registerOutputs({
            cachePolicyId: this.cachePolicyId,
            originRequestPolicyId: this.originRequestPolicyId,
            responseHeadersPolicyId: this.responseHeadersPolicyId,
        });
    }
}
