import type { ResourceValidationPolicy } from "@pulumi/policy";

import { acceleratorGuide } from "../../frameworks";
import { at, resourcesOfType, show, unknown } from "../../support";

export const acceleratorFlowLogs: ResourceValidationPolicy = {
    name: "logging-accelerator-flow-logs",
    description:
        "An accelerator must log its flows: what it turns away never reaches a load balancer's log.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: acceleratorGuide("monitoring-global-accelerator.flow-logs"),
    tags: ["logging", "globalaccelerator"],
    url: "https://docs.aws.amazon.com/global-accelerator/latest/dg/monitoring-global-accelerator.flow-logs.html",
    remediationSteps:
        "Set attributes.flowLogsEnabled to true, with flowLogsS3Bucket and flowLogsS3Prefix.",
    validateResource: resourcesOfType(
        [
            "aws:globalaccelerator/accelerator:Accelerator",
            "aws:globalaccelerator/customRoutingAccelerator:CustomRoutingAccelerator",
        ],
        (props, report) => {
            const enabled = at(props, "attributes.flowLogsEnabled");
            if (enabled !== true && enabled !== unknown) {
                report(
                    `attributes.flowLogsEnabled is ${show(enabled)}; set it to true, with a bucket and a prefix`,
                );
            }
        },
    ),
};
