import type { Store } from "../../world/store";

export const distributionToken = "aws:cloudfront/distribution:Distribution";
export const cachePolicyToken = "aws:cloudfront/cachePolicy:CachePolicy";
export const originRequestPolicyToken = "aws:cloudfront/originRequestPolicy:OriginRequestPolicy";
export const responseHeadersPolicyToken =
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy";
export const monitoringSubscriptionToken =
    "aws:cloudfront/monitoringSubscription:MonitoringSubscription";

/** Zone of every distribution for aliases, https://docs.aws.amazon.com/general/latest/gr/cf_region.html. */
export const cloudfrontZoneId = "Z2FDTNDATAQYW2";

/** Policies that AWS keeps for everybody, https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html and its siblings. */
export const managedPolicies: Readonly<Record<string, readonly string[]>> = {
    [cachePolicyToken]: [
        "658327ea-f89d-4fab-a63d-7e88639e58f6",
        "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
        "08627262-05a9-4f76-9ded-b50ca2e3a84f",
    ],
    [originRequestPolicyToken]: [
        "216adef6-5c7f-47e4-b989-5492eafa07d3",
        "b689b0a8-53d0-40ab-baf2-68738e2966ac",
        "59781a5b-3903-41f3-afcb-af62929ccde1",
        "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf",
        "33f36d7e-f396-46d9-90e0-52428a34d9dc",
        "acba4595-bd28-49b8-b9fe-13317c0390fa",
    ],
    [responseHeadersPolicyToken]: [
        "60669652-455b-4ae9-85a4-c4c02393f86c",
        "5cc3b908-e619-4b99-88e5-2cf7f45965bd",
        "67f7725c-6f97-4210-82d7-5512b31e9d03",
        "e61eb60c-9c35-4d20-a928-2b84e02af89c",
        "eaab4381-ed33-4a86-88ca-d9558dc6cd63",
    ],
};

/** Whether a policy of the kind has the id: one of the account's, or one of AWS's own. */
export function policyExists(store: Store, token: string, id: string): boolean {
    return (
        managedPolicies[token]?.includes(id) === true ||
        store.get(token, "global", id) !== undefined
    );
}
