import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { isSet, list, type Props, read, resourcesOfType, show, unknown } from "../../support";

/** A secondary of a global datastore takes its encryption from its primary, and its users from nobody. */
export const cacheTls: ResourceValidationPolicy = {
    name: "encryption-cache-in-transit",
    description:
        "A cache must be reached over TLS only, by users who say who they are: a user group or a token.",
    enforcementLevel: "mandatory",
    severity: "high",
    framework: foundationalSecurity("ElastiCache.5"),
    tags: ["encryption", "elasticache"],
    url: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption.html",
    remediationSteps:
        "Set transitEncryptionEnabled to true and transitEncryptionMode to required, and userGroupIds to a group of IAM users.",
    validateResource: resourcesOfType(
        "aws:elasticache/replicationGroup:ReplicationGroup",
        (props: Props, report) => {
            if (!isSet(read(() => props["globalReplicationGroupId"]))) {
                const enabled = read(() => props["transitEncryptionEnabled"]);
                const mode = read(() => props["transitEncryptionMode"]);
                if (enabled !== true && enabled !== unknown) {
                    report(
                        `transitEncryptionEnabled is ${show(enabled)}, so the cache answers in clear text; set it to true`,
                    );
                } else if (mode === "preferred") {
                    report(
                        `transitEncryptionMode is ${show(mode)}, so the cache answers in clear text as well; set it to "required"`,
                    );
                }
            }
            const groups = read(() => props["userGroupIds"]);
            const known = groups === unknown || (Array.isArray(groups) && groups.length > 0);
            const tokens = ["authToken", "authTokenWo"].some((name) =>
                isSet(read(() => props[name])),
            );
            if (!known && !tokens) {
                report(
                    `userGroupIds is ${show(list(() => props["userGroupIds"]))} and there is no authToken, so whoever reaches the cache may use it; name a user group`,
                );
            }
        },
    ),
};
