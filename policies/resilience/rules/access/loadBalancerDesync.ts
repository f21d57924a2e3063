import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { isApplication, loadBalancerTypes } from "../../loadBalancers";
import { requireValue, resourcesOfType } from "../../support";

export const loadBalancerDesync: ResourceValidationPolicy = {
    name: "access-load-balancer-desync",
    description:
        "An application load balancer must treat ambiguous requests defensively or strictly.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: foundationalSecurity("ELB.12"),
    tags: ["access", "elb"],
    url: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html",
    remediationSteps:
        "Leave desyncMitigationMode out, which is defensive, or set it to defensive or strictest.",
    validateResource: resourcesOfType([...loadBalancerTypes], (props, report) => {
        if (isApplication(props)) {
            requireValue(
                props,
                "desyncMitigationMode",
                ["defensive", "strictest", undefined],
                "two readings of one request let one user speak for another",
                report,
            );
        }
    }),
};
