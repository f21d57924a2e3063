import type { ResourceType } from "../resourceType";
import { arn, flag, keepId, record } from "../support/known";
import { Problems } from "../support/problems";
import { checkBehaviors } from "./behaviorRules";
import { refuseReferences } from "./distributionReferences";
import { nextVersion } from "./namedPolicy";
import { checkOrigins } from "./originRules";
import { cloudfrontZoneId, distributionToken } from "./tokens";
import { checkViewers } from "./viewerRules";

/**
 * A distribution. AWS deletes a disabled one only; the provider disables an enabled one itself before
 * it deletes it, so nothing is refused here. With `retainOnDelete` it only disables it.
 *
 * @see https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_CreateDistribution.html
 * @see https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_DeleteDistribution.html
 */
export const distributionType: ResourceType = {
    type: distributionToken,
    service: "cloudfront",
    home: "us-east-1",
    actions: {
        create: "CreateDistribution",
        read: "GetDistribution",
        update: "UpdateDistribution",
        delete: "DeleteDistribution",
    },
    inputs: [
        "aliases",
        "anycastIpListId",
        "cacheTagConfig",
        "comment",
        "connectionFunctionAssociation",
        "continuousDeploymentPolicyId",
        "customErrorResponses",
        "defaultCacheBehavior",
        "defaultRootObject",
        "enabled",
        "httpVersion",
        "isIpv6Enabled",
        "loggingConfig",
        "orderedCacheBehaviors",
        "originGroups",
        "origins",
        "priceClass",
        "restrictions",
        "retainOnDelete",
        "staging",
        "tags",
        "viewerCertificate",
        "viewerMtlsConfig",
        "waitForDeployment",
        "webAclId",
    ],
    required: ["defaultCacheBehavior", "enabled", "origins", "restrictions", "viewerCertificate"],
    replaceOn: ["staging"],
    unordered: ["aliases", "customErrorResponses", "originGroups", "origins"],
    defaults: {
        httpVersion: "http2",
        priceClass: "PriceClass_All",
        retainOnDelete: false,
        staging: false,
        waitForDeployment: true,
    },
    computed: [
        "arn",
        "callerReference",
        "domainName",
        "etag",
        "hostedZoneId",
        "inProgressValidationBatches",
        "lastModifiedTime",
        "loggingV1Enabled",
        "status",
        "trustedKeyGroups",
        "trustedSigners",
    ],
    changesOnUpdate: ["etag", "lastModifiedTime"],

    check(inputs) {
        const problems = new Problems();
        checkOrigins(problems, inputs);
        checkBehaviors(problems, inputs);
        checkViewers(problems, inputs);
        return problems.found;
    },

    admit: refuseReferences,

    deleted(outputs, context) {
        if (flag(outputs, "retainOnDelete") === true) {
            const left = { ...outputs, enabled: false };
            const id = String(outputs.id);
            context.store.put({
                type: distributionToken,
                region: context.region,
                id,
                inputs: left,
                outputs: left,
            });
        }
    },

    compute(inputs, context, current) {
        const id = keepId(current, () => `E${context.unique(13).toUpperCase()}`);
        return {
            id,
            outputs: {
                ...inputs,
                id,
                arn: arn("cloudfront", context, `distribution/${id}`),
                callerReference: current?.callerReference ?? `terraform-${context.unique(20)}`,
                domainName: current?.domainName ?? `d${context.unique(14)}.cloudfront.net`,
                etag: nextVersion(current, context),
                hostedZoneId: cloudfrontZoneId,
                inProgressValidationBatches: 0,
                isIpv6Enabled: flag(inputs, "isIpv6Enabled") ?? false,
                lastModifiedTime: new Date(context.nowMs).toISOString(),
                loggingV1Enabled: record(inputs, "loggingConfig") !== undefined,
                status: "Deployed",
                trustedKeyGroups: [{ enabled: false, items: [] }],
                trustedSigners: [{ enabled: false, items: [] }],
            },
        };
    },
};
