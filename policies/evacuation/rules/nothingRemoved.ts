import type { StackValidationPolicy } from "@pulumi/policy";

import { dataPlaneRecovery } from "../framework";
import { type LaneConfig, nameOf, targetsSetting } from "../lane";

/** A rule on stacks: no rule on resources is ever shown the one that is gone. */
export const nothingRemoved: StackValidationPolicy = {
    name: "evacuation-nothing-removed",
    description:
        "An update that evacuates, settles or fails back a region must leave in the stack what it is limited to.",
    enforcementLevel: "mandatory",
    severity: "critical",
    framework: dataPlaneRecovery,
    tags: ["evacuation"],
    remediationSteps:
        "Put the resource back into the program; remove it by itself, in quiet times.",
    configSchema: { properties: targetsSetting },
    validateStack: (args, report) => {
        const { targets } = args.getConfig<Pick<LaneConfig, "targets">>();
        const there = new Set(args.resources.map(({ urn }) => urn));
        for (const urn of targets.filter((each) => !there.has(each))) {
            report(
                `the update may change ${nameOf(urn)}, which is no part of the stack, or not any more; a lane removes nothing`,
                urn,
            );
        }
    },
};
