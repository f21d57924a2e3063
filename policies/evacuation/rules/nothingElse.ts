import type { ResourceValidationPolicy } from "@pulumi/policy";

import { dataPlaneRecovery } from "../framework";
import {
    beforeSetting,
    differingInputs,
    type LaneConfig,
    laneSetting,
    nameOf,
    targetsSetting,
} from "../lane";
import { lanes, movableOf } from "../movable";

/**
 * A policy sees what a stack will be, and not what it was; the engine changes nothing outside an
 * update's targets. So whoever evacuates names them, to the engine and here, with what they were.
 *
 * A rule on resources: it refuses one before the engine touches it. Rules on stacks are asked when an
 * update without a preview is over.
 */
export const nothingElse: ResourceValidationPolicy = {
    name: "evacuation-nothing-else",
    description:
        "An update that evacuates, settles or fails back a region must change what its lane moves of that region, and nothing else.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: dataPlaneRecovery,
    tags: ["evacuation"],
    remediationSteps:
        "Deploy the other changes by themselves, in quiet times; target nothing but what the lane moves of the region.",
    configSchema: { properties: { ...laneSetting, ...targetsSetting, ...beforeSetting } },
    validateResource: (args, report) => {
        const { type, urn, props } = args;
        const { lane, impairedRegion, targets, before } = args.getConfig<LaneConfig>();
        if (lane === "" || !targets.includes(urn)) {
            return;
        }
        const name = nameOf(urn);
        const { kinds, what } = lanes[lane];
        const part = movableOf(type, props);
        if (part === undefined || !kinds.includes(part.kind)) {
            report(`the update may change ${name}, but a ${lane} changes ${what} and nothing else`);
            return;
        }
        if (part.region !== undefined && impairedRegion !== "" && part.region !== impairedRegion) {
            report(
                `the update may change the ${part.kind} of ${part.region}, but it is about ${impairedRegion}; one region at a time`,
            );
        }
        const held = before[urn];
        if (held !== undefined) {
            const others = differingInputs(held, props).filter((key) => !part.inputs.includes(key));
            if (others.length > 0) {
                report(
                    `the update would also change ${others.join(", ")} of ${name}; a ${lane} changes ${part.inputs.join(", ")} of it at most`,
                );
            }
        } else if (Object.keys(before).length > 0) {
            report(`the update would create ${name}; a ${lane} changes what there is, in place`);
        }
    },
};
