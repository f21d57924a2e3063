import type { ResourceValidationPolicy } from "@pulumi/policy";

import { dataPlaneRecovery } from "../framework";
import { type LaneConfig, laneSetting, nameOf, targetsSetting } from "../lane";
import { regionOf } from "../regionOf";

/** On the way out the region may not answer: one call to it, and the update hangs on what it is to leave. */
export const outsideRegion: ResourceValidationPolicy = {
    name: "evacuation-outside-region",
    description: "An update that evacuates or settles a region must change nothing that is in it.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: dataPlaneRecovery,
    tags: ["evacuation"],
    remediationSteps: "Leave what is in the region as it is until the region is back.",
    configSchema: { properties: { ...laneSetting, ...targetsSetting } },
    validateResource: (args, report) => {
        const { urn } = args;
        const { lane, impairedRegion, targets } = args.getConfig<LaneConfig>();
        const out = lane === "failover" || lane === "settle";
        if (out && targets.includes(urn) && regionOf(args) === impairedRegion) {
            report(
                `${nameOf(urn)} is in ${impairedRegion}, which is impaired; a ${lane} changes what is elsewhere`,
            );
        }
    },
};
