import type { PolicyComplianceFramework } from "@pulumi/policy";

/** Recovery that uses the data plane alone; what a vote is, and may say, follows from it. */
export const dataPlaneRecovery: PolicyComplianceFramework = {
    name: "AWS Well-Architected Framework, Reliability Pillar",
    version: "2023-04-10",
    reference: "REL11-BP04",
    specification:
        "https://docs.aws.amazon.com/wellarchitected/2023-04-10/framework/rel_withstand_component_failures_avoid_control_plane.html",
};
