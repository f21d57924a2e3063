import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { loadBalancerTypes } from "../../loadBalancers";
import { setting } from "../../remediation";
import { requireValue, resourcesOfType } from "../../support";

export const loadBalancerProtection: ResourceValidationPolicy = {
    name: "recovery-load-balancer-deletion-protection",
    description: "A load balancer must be protected from deletion.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: foundationalSecurity("ELB.6"),
    tags: ["recovery", "elb"],
    url: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html",
    remediationSteps:
        "Set enableDeletionProtection to true. To take a stack down, update it once without the pack.",
    remediateResource: setting(loadBalancerTypes, () => ({ enableDeletionProtection: true })),
    validateResource: resourcesOfType([...loadBalancerTypes], (props, report) => {
        requireValue(
            props,
            "enableDeletionProtection",
            [true],
            "a new one has another address, and every record that leads to it is wrong until it is written again",
            report,
        );
    }),
};
