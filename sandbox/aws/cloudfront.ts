import { cachePolicyType } from "./cloudfront/cachePolicy";
import { distributionType } from "./cloudfront/distribution";
import { monitoringSubscriptionType } from "./cloudfront/monitoringSubscription";
import { originRequestPolicyType } from "./cloudfront/originRequestPolicy";
import { responseHeadersPolicyType } from "./cloudfront/responseHeadersPolicy";
import type { ResourceType } from "./resourceType";

export const cloudfrontTypes: readonly ResourceType[] = [
    cachePolicyType,
    distributionType,
    monitoringSubscriptionType,
    originRequestPolicyType,
    responseHeadersPolicyType,
];
