import { z } from "zod";

import { certificateSchema } from "../loadBalancers/schemas";
import { properties } from "../properties";
import type { Store, StoredResource } from "../store";

/** What the data plane reads of the resources, in the shape of the Pulumi types. */

const number = z.coerce.number();
const selection = (behavior: string, names: string) =>
    z
        .looseObject({})
        .default({})
        .transform((value) => {
            const how = value[behavior];
            const chosen = value[names] as { items?: string[] } | undefined;
            return {
                behavior: typeof how === "string" ? how : "none",
                names: chosen?.items ?? [],
            };
        });

const behaviorSchema = z.object({
    pathPattern: z.string().default("*"),
    targetOriginId: z.string(),
    allowedMethods: z.array(z.string()),
    cachedMethods: z.array(z.string()),
    viewerProtocolPolicy: z.string(),
    cachePolicyId: z.string().optional(),
    responseHeadersPolicyId: z.string().optional(),
});
const originSchema = z.object({
    originId: z.string(),
    domainName: z.string(),
    originPath: z.string().default(""),
    // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html
    connectionAttempts: number.default(3),
    connectionTimeout: number.default(10),
    customOriginConfig: z
        .object({
            originProtocolPolicy: z.string().default("https-only"),
            httpPort: number.default(80),
            httpsPort: number.default(443),
            originReadTimeout: number.default(30),
        })
        .prefault({}),
});
const distributionSchema = z.object({
    id: z.string(),
    domainName: z.string(),
    enabled: z.boolean(),
    aliases: z.array(z.string()).default([]),
    webAclId: z.string().optional(),
    origins: z.array(originSchema),
    originGroups: z
        .array(
            z.object({
                originId: z.string(),
                members: z.array(z.object({ originId: z.string() })),
                failoverCriteria: z.object({ statusCodes: z.array(number) }),
            }),
        )
        .default([]),
    defaultCacheBehavior: behaviorSchema,
    orderedCacheBehaviors: z.array(behaviorSchema).default([]),
    customErrorResponses: z
        .array(z.object({ errorCode: number, errorCachingMinTtl: number.default(10) }))
        .default([]),
    viewerCertificate: z.object({
        acmCertificateArn: z.string().optional(),
        minimumProtocolVersion: z.string().default("TLSv1"),
    }),
});
const cachePolicySchema = z.object({
    minTtl: number.default(0),
    defaultTtl: number.default(86_400),
    maxTtl: number.default(31_536_000),
    parametersInCacheKeyAndForwardedToOrigin: z.object({
        cookiesConfig: selection("cookieBehavior", "cookies"),
        headersConfig: selection("headerBehavior", "headers"),
        queryStringsConfig: selection("queryStringBehavior", "queryStrings"),
    }),
});

export type Behavior = z.infer<typeof behaviorSchema>;
export type Origin = z.infer<typeof originSchema>;
export type Distribution = z.infer<typeof distributionSchema>;
export type CachePolicy = z.infer<typeof cachePolicySchema>;
export type Selection = CachePolicy["parametersInCacheKeyAndForwardedToOrigin"]["cookiesConfig"];

export const distributionType = "aws:cloudfront/distribution:Distribution";
const cachePolicyType = "aws:cloudfront/cachePolicy:CachePolicy";
const responseHeadersPolicyType = "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy";
const subscriptionType = "aws:cloudfront/monitoringSubscription:MonitoringSubscription";

/** A behaviour without a policy of the account keeps nothing, as AWS's own `CachingDisabled` does. */
const noCache: CachePolicy = cachePolicySchema.parse({
    maxTtl: 0,
    defaultTtl: 0,
    parametersInCacheKeyAndForwardedToOrigin: {},
});

/** The account's distributions that serve. */
export function distributions(store: Store): readonly Distribution[] {
    return store
        .list(distributionType)
        .map((resource) => distributionSchema.parse(properties(resource)))
        .filter(({ enabled }) => enabled);
}

export function cachePolicy(store: Store, behavior: Behavior): CachePolicy {
    const found = policy(store, cachePolicyType, behavior.cachePolicyId);
    return found === undefined ? noCache : cachePolicySchema.parse(properties(found));
}

/** Headers that a response headers policy sets: name to value, by whether it replaces the origin's. */
export function addedHeaders(
    store: Store,
    behavior: Behavior,
): readonly { readonly name: string; readonly value: string; readonly override: boolean }[] {
    const found = policy(store, responseHeadersPolicyType, behavior.responseHeadersPolicyId);
    if (found === undefined) {
        return [];
    }
    const { securityHeadersConfig: security, customHeadersConfig: custom } =
        responseHeadersSchema.parse(properties(found));
    const hsts = security.strictTransportSecurity;
    const header = (
        name: string,
        part: { override: boolean } | undefined,
        value: string | undefined,
    ) =>
        part === undefined || value === undefined ? [] : [{ name, value, override: part.override }];
    return [
        ...header(
            "strict-transport-security",
            hsts,
            hsts &&
                `max-age=${hsts.accessControlMaxAgeSec}${hsts.includeSubdomains ? "; includeSubDomains" : ""}${hsts.preload ? "; preload" : ""}`,
        ),
        ...header("x-content-type-options", security.contentTypeOptions, "nosniff"),
        ...header("x-frame-options", security.frameOptions, security.frameOptions?.frameOption),
        ...header(
            "referrer-policy",
            security.referrerPolicy,
            security.referrerPolicy?.referrerPolicy,
        ),
        ...header(
            "content-security-policy",
            security.contentSecurityPolicy,
            security.contentSecurityPolicy?.contentSecurityPolicy,
        ),
        ...custom.items.map(({ header: name, value, override }) => ({
            name: name.toLowerCase(),
            value,
            override,
        })),
    ];
}

/** Whether the distribution pays for its additional metrics, such as the hit rate. */
export function hasMoreMetrics(store: Store, distributionId: string): boolean {
    return store.get(subscriptionType, "global", distributionId) !== undefined;
}

/** Names on the distribution's certificate, and its own. */
export function namesOn(store: Store, { viewerCertificate, domainName }: Distribution): string[] {
    const certificate = store.find(
        "aws:acm/certificate:Certificate",
        ({ outputs }) => outputs["arn"] === viewerCertificate.acmCertificateArn,
    );
    if (certificate === undefined) {
        return [domainName];
    }
    const read = certificateSchema.parse(properties(certificate));
    return [read.domainName, ...read.subjectAlternativeNames, domainName];
}

const override = z.object({ override: z.boolean() });
const responseHeadersSchema = z.object({
    securityHeadersConfig: z
        .object({
            strictTransportSecurity: override
                .extend({
                    accessControlMaxAgeSec: number,
                    includeSubdomains: z.boolean().default(false),
                    preload: z.boolean().default(false),
                })
                .optional(),
            contentTypeOptions: override.optional(),
            frameOptions: override.extend({ frameOption: z.string() }).optional(),
            referrerPolicy: override.extend({ referrerPolicy: z.string() }).optional(),
            contentSecurityPolicy: override
                .extend({ contentSecurityPolicy: z.string() })
                .optional(),
        })
        .prefault({}),
    customHeadersConfig: z
        .object({
            items: z.array(override.extend({ header: z.string(), value: z.string() })).default([]),
        })
        .prefault({}),
});

function policy(store: Store, type: string, id: string | undefined): StoredResource | undefined {
    return id === undefined ? undefined : store.get(type, "global", id);
}
