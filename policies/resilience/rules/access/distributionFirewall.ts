import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { isSet, read, resourcesOfType } from "../../support";

export const distributionFirewall: ResourceValidationPolicy = {
    name: "access-distribution-firewall",
    description: "A distribution must have a web ACL before it.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: foundationalSecurity("CloudFront.6"),
    tags: ["access", "cloudfront"],
    url: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-web-awswaf.html",
    remediationSteps: "Set webAclId to the ARN of a web ACL with scope CLOUDFRONT.",
    validateResource: resourcesOfType(
        "aws:cloudfront/distribution:Distribution",
        (props, report) => {
            if (!isSet(read(() => props["webAclId"]))) {
                report("webAclId is not set, so nothing limits what anybody sends; name a web ACL");
            }
        },
    ),
};
