import type { ResourceValidationPolicy } from "@pulumi/policy";

import { foundationalSecurity } from "../../frameworks";
import { loadBalancerTypes } from "../../loadBalancers";
import { requireValue, resourcesOfType } from "../../support";

export const loadBalancerLogs: ResourceValidationPolicy = {
    name: "logging-load-balancer-access-logs",
    description: "A load balancer must log who asked it for what.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: foundationalSecurity("ELB.5"),
    tags: ["logging", "elb"],
    url: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html",
    remediationSteps: "Set accessLogs.enabled to true, with a bucket.",
    validateResource: resourcesOfType([...loadBalancerTypes], (props, report) => {
        requireValue(
            props,
            "accessLogs.enabled",
            [true],
            "without it nobody can say afterwards who asked for what",
            report,
        );
    }),
};
