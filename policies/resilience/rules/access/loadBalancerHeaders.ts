import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { isApplication, loadBalancerTypes } from "../../loadBalancers";
import { setting } from "../../remediation";
import { type Props, requireValue, resourcesOfType } from "../../support";

export const loadBalancerHeaders: ResourceValidationPolicy = {
    name: "access-load-balancer-headers",
    description:
        "An application load balancer must drop headers that no HTTP specification allows.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: foundationalSecurity("ELB.4"),
    tags: ["access", "elb"],
    url: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html",
    remediationSteps: "Set dropInvalidHeaderFields to true.",
    remediateResource: setting(loadBalancerTypes, (props): Props =>
        isApplication(props) ? { dropInvalidHeaderFields: true } : {},
    ),
    validateResource: resourcesOfType([...loadBalancerTypes], (props, report) => {
        if (isApplication(props)) {
            requireValue(
                props,
                "dropInvalidHeaderFields",
                [true],
                "what a target reads out of such a header is anybody's guess",
                report,
            );
        }
    }),
};
