import type { StackValidationPolicy } from "@pulumi/policy";

import { Attachments } from "../../attachments";
import { foundationalSecurity } from "../../frameworks";
import { ofType, read, show, unknown } from "../../support";

/** Judged on the whole stack: a flow log is a resource of its own. */
export const flowLogs: StackValidationPolicy = {
    name: "logging-vpc-flow-logs",
    description: "A VPC must log its flows, those that were refused above all.",
    enforcementLevel: "mandatory",
    severity: "medium",
    framework: foundationalSecurity("EC2.6"),
    tags: ["logging", "ec2"],
    url: "https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html",
    remediationSteps: "Add a FlowLog of the VPC with trafficType ALL or REJECT.",
    validateStack: (args, report) => {
        const logs = new Attachments(ofType(args.resources, "aws:ec2/flowLog:FlowLog"), "vpcId");
        for (const vpc of ofType(
            args.resources,
            "aws:ec2/vpc:Vpc",
            "aws:ec2/defaultVpc:DefaultVpc",
        )) {
            const traffic = logs.of(vpc, "id").map(({ props }) => read(() => props["trafficType"]));
            if (!traffic.some((type) => ["ALL", "REJECT", unknown].includes(type as string))) {
                report(
                    `VPC ${show(read(() => vpc.props["cidrBlock"]))} logs ${traffic.length === 0 ? "no flows" : `${traffic.map(show).join(", ")} only`}; log ALL or REJECT`,
                    vpc.urn,
                );
            }
        }
    },
};
